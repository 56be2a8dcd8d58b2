// Which of a store's providers are this plugin's: `stripe`, and the local methods (`stripe-ideal` and its kin), which are
// PaymentIntents of the same account.

const { registeredIdentifiers } = require("../index.js");

/** Sorted: `stripe` is the first. */
const IDENTIFIERS = registeredIdentifiers.filter((identifier) => /^stripe(-|$)/.test(identifier));

const isOurs = (provider) => IDENTIFIERS.includes(provider);

module.exports = { IDENTIFIERS, isOurs };
