// Links an addon to the realm (the JavaScript global) that this file was loaded in: values, promises
// and errors that the addon hands out are this realm's. A test runner loads this file once for every realm that it
// opens.

const medusa1 = require("./link/medusa1.js");
const medusa2 = require("./link/medusa2.js");

const { parse, stringify } = JSON;

/** The number of the agreement between this file and an addon; `src/node/mod.rs` has the same. */
const PROTOCOL = 5;

/** Throws if this is not an addon, or one that this file cannot link. */
function check(addon) {
  if (typeof addon?.link !== "function" || typeof addon.builtWith !== "function") {
    throw new TypeError(
      "medusa-payment-rs: link expects the exports of an addon that was built with the crate medusa-payment-rs. " +
        "`link(load(__dirname))` links that of the package it stands in.",
    );
  }
  const { version, protocol } = addon.builtWith();
  if (protocol === PROTOCOL) return;
  const installed = require("./package.json").version;
  throw new Error(
    `medusa-payment-rs: an addon that was built with version ${version} of the crate cannot be linked by version ` +
      `${installed} of the npm package, which is installed beside it. Install version ${version} of the npm package, ` +
      `or build the addon with version ${installed} of the crate.`,
  );
}

/**
 * Links an addon to this realm, and returns its classes and the identifiers of its processors.
 *
 * @param addon the exports of a `.node` file that was built with the crate `medusa-payment-rs`
 */
module.exports = function link(addon) {
  check(addon);
  const classes = [medusa1(addon), medusa2(addon)];
  const [AbstractPaymentProcessor, AbstractPaymentProvider] = classes;
  return {
    AbstractPaymentProcessor,
    AbstractPaymentProvider,
    processorOf: (instance) =>
      classes.some((Class) => instance instanceof Class) ? addon.processorOf(instance.constructor) : undefined,
    registeredIdentifiers: Array.from(addon.registeredIdentifiers()),
    nextStep: (reconciliation) => parse(addon.nextStep(stringify(reconciliation))),
    storedStatus: (processor, data) => addon.storedStatus(processor, stringify(data)) ?? undefined,
  };
};
