// What an operator does in Stripe's Dashboard, behind the store's back.

const intents = require("./intents");
const { copy } = require("./json");
const refunds = require("./refunds");

/** Each function resolves with the object that it made or changed, and rejects with what the API would answer. */
function openDashboard(account) {
  return {
    capture: async (id, { amount, isFinal } = {}) =>
      copy(intents.capture.run(account, { intent: id, amount_to_capture: amount, final_capture: isFinal })),
    cancel: async (id, { reason } = {}) =>
      copy(intents.cancel.run(account, { intent: id, cancellation_reason: reason })),
    refund: async (id, { amount, reason, metadata } = {}) =>
      copy(refunds.create.run(account, { ...refundedBy(account, id), amount, reason, metadata })),
  };
}

/** The Dashboard refunds what is shown, which between two captures only the charge names. */
function refundedBy(account, id) {
  const intent = account.intents.get(id);
  if (intent?.status === "requires_capture" && intent.amount_received > 0) return { charge: intent.latest_charge };
  return { payment_intent: id };
}

module.exports = { openDashboard };
