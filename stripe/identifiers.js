// Which of a store's providers are Stripe's: `stripe`, the local methods (`stripe-ideal` and its kin), and classes of the
// store's own that are served by the same processors.

const linked = require("../index.js");
const { servedAs } = require("../webhook/providers.js");

/** The names of the processors, which are the identifiers of the plugin's own services. Sorted: `stripe` is the first. */
const IDENTIFIERS = linked.registeredIdentifiers.filter((identifier) => /^stripe(-|$)/.test(identifier));

module.exports = { IDENTIFIERS, isOurs: servedAs(IDENTIFIERS, linked) };
