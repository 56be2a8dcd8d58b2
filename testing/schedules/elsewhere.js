// The refunds of the provider's dashboard, and what Medusa has recorded of them as its own: those that could not be paid
// any more.

const { CheckFailed } = require("../answers");

const sum = (refunds) => refunds.reduce((total, { amount }) => total + amount, 0);

class Elsewhere {
  constructor() {
    this.refunds = [];
    /** Whether it cannot be told any more which of them are recorded. */
    this.isUncertain = false;
  }

  refund(amount) {
    this.refunds.push({ amount, isRecorded: false });
  }

  /** Something was recorded, and it is not known whether it was one of these. */
  mayBeRecorded() {
    if (this.refunds.length > 0) this.isUncertain = true;
  }

  get made() {
    return sum(this.refunds);
  }

  get mostRecorded() {
    return this.isUncertain ? this.made : this.leastRecorded;
  }

  get leastRecorded() {
    return sum(this.refunds.filter(({ isRecorded }) => isRecorded));
  }

  /**
   * A refund has succeeded that nothing else can have paid: either it was paid now, or it is one of these, because not so
   * much was left.
   */
  done(amount, before, after) {
    const paid = after.refunded - before.refunded;
    if (paid === amount) return;
    const left = before.captured - before.refunded;
    if (paid > 0 || left >= amount) {
      const what = `a refund of ${amount} was recorded, ${left} could be refunded, and the provider has paid ${paid}`;
      throw new CheckFailed(what);
    }
    if (this.isUncertain) return;
    const all = this.refunds.filter(({ isRecorded }) => !isRecorded);
    const one = all.find((refund) => refund.amount === amount);
    const recorded = one ? [one] : sum(all) === amount ? all : [];
    if (recorded.length === 0) {
      const what = `a refund of ${amount} was recorded, and neither was it paid nor is it what was refunded in the dashboard`;
      throw new CheckFailed(what);
    }
    for (const refund of recorded) refund.isRecorded = true;
  }
}

module.exports = { Elsewhere };
