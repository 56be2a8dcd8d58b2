// The shopper's bank, which has the last word on refunds and on payments that take their time, and which charges back.
// https://stripe.com/docs/refunds#failed-refunds

const disputes = require("./disputes");
const { intentNamed } = require("./intents");
const { copy } = require("./json");
const payments = require("./payments");
const refunds = require("./refunds");

const STATUSES = ["succeeded", "pending", "failed", "requires_action", "canceled"];

function openBank(account) {
  return {
    /** What the next refund comes out as, or the next `times`. A `reason` goes with `failed`. */
    nextRefund(status, { times = 1, reason } = {}) {
      check(status);
      for (let time = 0; time < times; time++) account.refundOutcomes.push({ status, reason });
    },

    /** From here on refunds come out as usual. */
    clear() {
      account.refundOutcomes.length = 0;
    },

    /** Moves a refund on. One that has failed has left the money in the store's balance. */
    settleRefund(id, status, { reason } = {}) {
      check(status);
      return copy(refunds.settle(account, id, status, { reason }));
    },

    /** Ends a payment that is under way: a debit that the bank runs, a voucher or a code that is paid or expires. */
    settlePayment(id, { ok = true } = {}) {
      const intent = intentNamed(account, id);
      if (intent.status === "processing") return copy(payments.settle(account, intent, ok));
      if (intent.status === "requires_action") return copy(payments.answerChallenge(account, intent, ok));
      throw new Error(`PaymentIntent ${id} is ${intent.status}: nothing is under way`);
    },

    /** Money comes in for a payment by bank transfer, all of it or a part. */
    transfer(id, amount) {
      return copy(payments.fund(account, intentNamed(account, id), amount));
    },

    /** Takes back a captured payment, or a part of it. Resolves with the dispute. */
    dispute(id, { amount, reason = "general" } = {}) {
      return copy(disputes.open(account, intentNamed(account, id), { amount, reason }));
    },

    /** Decides a dispute: one that is won gives the money back. */
    settleDispute(id, status) {
      return copy(disputes.settle(account, id, status));
    },
  };
}

function check(status) {
  if (!STATUSES.includes(status)) throw new Error(`A refund is one of ${STATUSES.join(", ")}, not ${status}`);
}

module.exports = { openBank };
