// The providers of a store, and the processors behind them.

/** The name of the processor that serves a provider; undefined if it is not one of the addon's, or not installed any more. */
function processorBehind(provider, scope, { processorOf }) {
  try {
    return processorOf(scope.resolve(`pp_${provider}`));
  } catch {
    return undefined;
  }
}

/**
 * Makes `isOurs(provider, scope)`: whether a provider of the store has one of these identifiers, or is served by the same
 * processor as one that has: a class of the store's own on top.
 */
const servedAs = (identifiers, linked) => (provider, scope) => {
  if (identifiers.includes(provider)) return true;
  const processor = processorBehind(provider, scope, linked);
  if (processor === undefined) return false;
  return (
    identifiers.includes(processor) || identifiers.some((one) => processorBehind(one, scope, linked) === processor)
  );
};

/** The ids of the providers that the store has installed and `isOurs` says to be of one kind. */
async function installedProviders(query, isOurs) {
  const rows = await query("SELECT id FROM payment_provider WHERE is_installed ORDER BY id");
  return rows.map(({ id }) => id).filter(isOurs);
}

module.exports = { installedProviders, servedAs };
