// Calls that come twice, one after the other or at once.

const { holds, unpayable } = require("../operations");

const successes = (answers) => answers.filter((answer) => answer.recognised().isSuccess).length;

/** Two refunds at once with the same data, as two clicks make them. */
async function refundTwiceAtOnce(trial, amount) {
  const data = await trial.captured();
  const answers = await Promise.all([1, 2].map(() => trial.call("refundPayment", data, amount)));
  const paid = successes(answers);
  const last = answers.findLast((answer) => answer.isSuccess);
  const { refunded } = await trial.hooks.ledger(last ? trial.store(last.data) : data);
  trial.expect(`what the provider has refunded, ${paid} of 2 answers being a success`, refunded, paid * amount);
  return paid;
}

module.exports = {
  async "authorize-twice"(trial) {
    const data = await trial.authorize(await trial.authorized());
    await holds(trial, data);
  },

  async "capture-twice"(trial) {
    const authorized = await trial.authorized();
    const captured = await trial.data("capturePayment", authorized);
    const again = await trial.data("capturePayment", captured);
    await trial.ledger(again, { captured: trial.amount, refunded: 0 });
    const withOldData = await trial.data("capturePayment", authorized);
    await trial.ledger(withOldData, { captured: trial.amount, refunded: 0 });
  },

  async "cancel-twice"(trial) {
    const authorized = await trial.authorized();
    const canceled = await trial.data("cancelPayment", authorized);
    await trial.data("cancelPayment", canceled);
    await trial.data("cancelPayment", authorized); // Medusa ignores the result of a cancellation
  },

  async "delete-twice"(trial) {
    const data = await trial.started();
    await trial.data("deletePayment", data);
    await trial.data("deletePayment", data);
    await unpayable(trial, data);
  },

  async "refund-repeated"(trial) {
    const data = await trial.captured();
    const paid = await trial.data("refundPayment", data, trial.part);
    const again = (await trial.call("refundPayment", data, trial.part)).recognised();
    await trial.ledger(again.isSuccess ? trial.store(again.data) : paid, { refunded: trial.part });
  },

  async "at-once-authorize"(trial) {
    const data = await trial.started();
    await trial.pay(data);
    await Promise.all([1, 2].map(() => trial.authorize(data)));
    await holds(trial, await trial.authorize(data));
  },

  async "at-once-capture"(trial) {
    const data = await trial.authorized();
    const answers = await Promise.all([1, 2].map(() => trial.call("capturePayment", data)));
    if (successes(answers) === 0) trial.fail(`neither is a success: ${answers.join("; ")}`);
    const captured = answers.find((answer) => answer.isSuccess).data;
    await trial.ledger(trial.store(captured), { captured: trial.amount });
  },

  async "at-once-refund"(trial) {
    const paid = await refundTwiceAtOnce(trial, trial.part);
    if (paid === 0) trial.fail("neither of two refunds at once is a success");
  },

  async "at-once-refund-too-much"(trial) {
    await refundTwiceAtOnce(trial, trial.amount - trial.part);
  },
};
