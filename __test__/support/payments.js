// Processors and arguments as a store has them.

const { AbstractPaymentProcessor } = require("medusa-payment-rs");
const addon = require("scripted-payments");

class Manual extends AbstractPaymentProcessor {
  static identifier = "manual";
}

class Scripted extends addon.AbstractPaymentProcessor {
  static identifier = "scripted";
}

/** What Medusa hands to `initiatePayment` and `updatePayment` for a guest. */
const context = (changes = {}) => ({
  amount: 1000,
  currency_code: "eur",
  email: "buyer@example.com",
  resource_id: "cart_1",
  customer: undefined,
  billing_address: null,
  context: {},
  paymentSessionData: {},
  ...changes,
});

/**
 * Every payment method: its name here and in Rust, its parameters, and good arguments around a payment's `data` (for
 * `initiatePayment`, where there is no data yet, the cart's context, which the scripted processor makes it from).
 */
const METHODS = [
  ["initiatePayment", "initiate_payment", ["context"], (data) => [context({ context: data })]],
  ["updatePayment", "update_payment", ["context"], (data) => [context({ paymentSessionData: data })]],
  ["authorizePayment", "authorize_payment", ["paymentSessionData", "context"], (data) => [data, {}]],
  ["capturePayment", "capture_payment", ["paymentSessionData"], (data) => [data]],
  ["refundPayment", "refund_payment", ["paymentSessionData", "refundAmount"], (data) => [data, 100]],
  ["cancelPayment", "cancel_payment", ["paymentSessionData"], (data) => [data]],
  ["deletePayment", "delete_payment", ["paymentSessionData"], (data) => [data]],
  ["retrievePayment", "retrieve_payment", ["paymentSessionData"], (data) => [data]],
  ["getPaymentStatus", "get_payment_status", ["paymentSessionData"], (data) => [data]],
  ["updatePaymentData", "update_payment_data", ["sessionId", "data"], (data) => ["ps_1", data]],
].map(([name, operation, parameters, argumentsFor]) => ({ name, operation, parameters, argumentsFor }));

/** A payment whose `operation` goes as `steps` say, at the scripted processor. */
const payment = (operation, steps, more = {}) => ({ id: "pay_1", script: { [operation]: steps }, ...more });

/** Calls a method with arguments around `data`. */
function call(processor, name, data) {
  const { argumentsFor } = METHODS.find((method) => method.name === name);
  return processor[name](...argumentsFor(data));
}

/**
 * A result as one to compare another call's with: what the manual processor starts has an id of its own each time.
 */
function anyId(result) {
  if (!result?.session_data?.id) return result;
  return { ...result, session_data: { ...result.session_data, id: expect.stringMatching(/^manual_[0-9a-f]{32}$/) } };
}

/** The payment's data in what a method resolved with. */
const dataOf = (result) => result.session_data ?? result.data ?? result;

module.exports = { Manual, Scripted, METHODS, context, anyId, call, dataOf, payment };
