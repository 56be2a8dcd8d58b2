// The providers of a store, and the processors behind them.

/** The name of the processor that serves a provider; undefined if it is not one of the addon's, or not installed any more. */
function processorBehind(provider, scope, { processorOf }) {
  try {
    return processorOf(scope.resolve(`pp_${provider}`));
  } catch {
    return undefined;
  }
}

/** The ids of the providers that the store has installed and `isOurs` says to be of one kind. */
async function installedProviders(query, isOurs) {
  const rows = await query("SELECT id FROM payment_provider WHERE is_installed ORDER BY id");
  return rows.map(({ id }) => id).filter(isOurs);
}

module.exports = { installedProviders, processorBehind };
