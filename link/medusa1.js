// The class of Medusa 1: Medusa's own `AbstractPaymentProcessor` of this project stands above the addon's.

const authorizeAgreedAmount = require("./agreed-amount.js");
const { hostFile } = require("./host.js");
const optionsFor = require("./options.js");
const realmFunctions = require("./realm.js");
const recordOnce = require("./recorded-once.js");
const unmistakable = require("./unmistakable.js");

const HOST = "@medusajs/medusa/dist/interfaces/payment-processor.js";

/** Stands in for Medusa's class if Medusa is not installed, as in unit tests. */
class BuiltInBase {
  static _isPaymentProcessor = true;

  static isPaymentProcessor(object) {
    return object?.constructor?._isPaymentProcessor;
  }
}

/**
 * Returns Medusa's file with its `AbstractPaymentProcessor`. The host dispatches on `instanceof` with its own copy of it. Its
 * file alone loads a thousand times as fast as the whole package.
 */
function hostInterface() {
  const file = hostFile(HOST);
  return file ? require(file) : { AbstractPaymentProcessor: BuiltInBase };
}

/** An error whose message Medusa shows, because of its type (`dist/api/middlewares/error-handler.js`). */
const failure = ({ type, message, code }) => Object.assign(new Error(message), { type, code });

/** Returns the class `AbstractPaymentProcessor` of an addon. */
module.exports = function medusa1(addon) {
  const linked = {};
  const functions = realmFunctions(addon, linked, { options: optionsFor(linked, addon.processorOf), failure });
  const AbstractPaymentProcessor = addon.link(functions);
  linked.Class = AbstractPaymentProcessor;
  const { AbstractPaymentProcessor: Base, isPaymentProcessorError } = hostInterface();
  Object.setPrototypeOf(AbstractPaymentProcessor, Base);
  Object.setPrototypeOf(AbstractPaymentProcessor.prototype, Base.prototype);
  recordOnce(AbstractPaymentProcessor.prototype);
  authorizeAgreedAmount(AbstractPaymentProcessor.prototype);
  unmistakable(AbstractPaymentProcessor.prototype, isPaymentProcessorError);
  // The addon refers to them weakly, so that a realm that is not used any more can be collected.
  Object.defineProperty(AbstractPaymentProcessor, Symbol("realm"), { value: functions });
  return AbstractPaymentProcessor;
};
