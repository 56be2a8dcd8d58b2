// The providers of a store, and the processors behind them.

/** The name of the processor that serves a provider; undefined if it is not one of the addon's, or not installed any more. */
function processorBehind(provider, scope, { processorOf }) {
  try {
    return processorOf(scope.resolve(`pp_${provider}`));
  } catch {
    return undefined;
  }
}

module.exports = { processorBehind };
