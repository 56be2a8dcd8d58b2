// Calls that come twice, one after the other or at once.

const { holds, unpayable } = require("../operations");

const successes = (answers) => answers.filter((answer) => answer.recognised().isSuccess).length;

/** Two refunds at once with the same data, as two clicks make them. */
async function refundTwiceAtOnce(trial, amount) {
  const payment = await trial.captured();
  const answers = await Promise.all([1, 2].map(() => trial.call("refund", payment, amount)));
  const paid = successes(answers);
  const last = answers.findLast((answer) => answer.isSuccess);
  const { refunded } = await trial.hooks.ledger((last?.payment ?? payment).data);
  trial.expect(`what the provider has refunded, ${paid} of 2 answers being a success`, refunded, paid * amount);
  return paid;
}

module.exports = {
  async "authorize-twice"(trial) {
    const payment = await trial.authorize(await trial.authorized());
    await holds(trial, payment);
  },

  async "capture-twice"(trial) {
    const authorized = await trial.authorized();
    const captured = await trial.done("capture", authorized);
    const again = await trial.done("capture", captured);
    await trial.ledger(again, { captured: trial.amount, refunded: 0 });
    const withOldData = await trial.done("capture", authorized);
    await trial.ledger(withOldData, { captured: trial.amount, refunded: 0 });
  },

  async "cancel-twice"(trial) {
    const authorized = await trial.authorized();
    const canceled = await trial.done("cancel", authorized);
    await trial.done("cancel", canceled);
    await trial.done("cancel", authorized); // Medusa 1 ignores the result of a cancellation
  },

  async "delete-twice"(trial) {
    const payment = await trial.started();
    await trial.done("delete", payment);
    await trial.done("delete", payment);
    await unpayable(trial, payment);
  },

  async "refund-repeated"(trial) {
    const payment = await trial.captured();
    const paid = await trial.done("refund", payment, trial.part);
    const again = (await trial.call("refund", payment, trial.part)).recognised();
    await trial.ledger(again.isSuccess ? again.payment : paid, { refunded: trial.part });
  },

  async "at-once-authorize"(trial) {
    const payment = await trial.started();
    await trial.pay(payment);
    await Promise.all([1, 2].map(() => trial.authorize(payment)));
    await holds(trial, await trial.authorize(payment));
  },

  async "at-once-capture"(trial) {
    const payment = await trial.authorized();
    const answers = await Promise.all([1, 2].map(() => trial.call("capture", payment)));
    if (successes(answers) === 0) trial.fail(`neither is a success: ${answers.join("; ")}`);
    const captured = answers.find((answer) => answer.isSuccess).payment;
    await trial.ledger(captured, { captured: trial.amount });
  },

  async "at-once-refund"(trial) {
    const paid = await refundTwiceAtOnce(trial, trial.part);
    if (paid === 0) trial.fail("neither of two refunds at once is a success");
  },

  async "at-once-refund-too-much"(trial) {
    await refundTwiceAtOnce(trial, trial.amount - trial.part);
  },
};
