const link = require("./link.js");
const load = require("./load.js");

const {
  AbstractPaymentProcessor,
  AbstractPaymentProvider,
  nextStep,
  processorOf,
  registeredIdentifiers,
  storedStatus,
} = link(load(__dirname));

/** Medusa's own, `@medusajs/medusa/dist/models/payment-session`. */
const PaymentSessionStatus = {
  AUTHORIZED: "authorized",
  PENDING: "pending",
  REQUIRES_MORE: "requires_more",
  ERROR: "error",
  CANCELED: "canceled",
};

/** Medusa's own test, as a boolean: if one of the three is missing or empty, Medusa takes it for a success. */
function isPaymentProcessorError(value) {
  return Boolean(value && typeof value === "object" && value.error && value.code && value.detail);
}

module.exports = {
  AbstractPaymentProcessor,
  AbstractPaymentProvider,
  PaymentSessionStatus,
  isPaymentProcessorError,
  nextStep,
  processorOf,
  registeredIdentifiers,
  storedStatus,
};
