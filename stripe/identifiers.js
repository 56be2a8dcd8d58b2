// Which of a store's providers are this plugin's.

/** The local methods (`stripe-ideal` and its kin) are PaymentIntents of the same account. */
const isOurs = (provider) => /^stripe(-|$)/.test(provider ?? "");

module.exports = { isOurs };
