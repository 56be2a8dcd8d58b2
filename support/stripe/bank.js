// The shopper's bank, which has the last word on refunds. https://stripe.com/docs/refunds#failed-refunds

const { copy } = require("./json");
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
  };
}

function check(status) {
  if (!STATUSES.includes(status)) throw new Error(`A refund is one of ${STATUSES.join(", ")}, not ${status}`);
}

module.exports = { openBank };
