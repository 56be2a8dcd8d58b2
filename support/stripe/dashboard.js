// What an operator does in Stripe's Dashboard, behind the store's back.

const intents = require("./intents");
const { copy } = require("./json");
const refunds = require("./refunds");

/** Each function resolves with the object that it made or changed, and rejects with what the API would answer. */
function openDashboard(account) {
  return {
    capture: async (id, { amount } = {}) =>
      copy(intents.capture.run(account, { intent: id, amount_to_capture: amount })),
    cancel: async (id, { reason } = {}) =>
      copy(intents.cancel.run(account, { intent: id, cancellation_reason: reason })),
    refund: async (id, { amount, reason, metadata } = {}) =>
      copy(refunds.create.run(account, { payment_intent: id, amount, reason, metadata })),
  };
}

module.exports = { openDashboard };
