// Medusa 1 around the processor: what it stores of a payment, when it asks, and what it records.

const { stored } = require("../stored");

/**
 * One payment in Medusa's database. A call works with the row as it was read before, and saves it whole
 * (dist/services/payment-provider.js): what was stored meanwhile is overwritten.
 */
class Medusa {
  /** The payment of an order that was just placed. */
  constructor(data, total) {
    this.row = { data, isCaptured: false, isCanceled: false, refunded: 0 };
    /** The refunds of the order. They are rows of their own, which nothing overwrites. */
    this.refunds = [];
    this.total = total;
  }

  /** How much the recorded refunds are together. */
  get refunded() {
    return this.refunds.reduce((sum, amount) => sum + amount, 0);
  }

  /**
   * Returns whether Medusa asks the processor at all (`capturePayment`, `cancel` and `createRefund` in
   * dist/services/order.js, `refundPayment` in dist/services/payment-provider.js).
   */
  allows(row, { what, amount }) {
    if (row.isCanceled) return false;
    if (what === "capture") return !row.isCaptured;
    if (what === "cancel") return this.refunds.length === 0;
    return row.isCaptured && amount <= this.total - Math.max(row.refunded, this.refunded);
  }

  /**
   * Stores a success. `read` is the row that the call started from, `data` what it returned, which Medusa keeps of a
   * capture and a refund only.
   */
  store(read, { what, amount }, data) {
    switch (what) {
      case "capture":
        this.row = { ...read, data: stored(data), isCaptured: true };
        break;
      case "cancel":
        this.row = { ...read, isCanceled: true };
        break;
      default:
        this.refunds.push(amount);
        this.row = { ...read, data: stored(data), refunded: read.refunded + amount };
    }
  }
}

module.exports = { Medusa };
