// Refunds, cancellations and deletions, and what each must refuse.

const { unpayable } = require("../operations");

/** What is no amount above zero. 1e-9 and a half round to something that is. */
const NO_AMOUNTS = [Number.NaN, Number.POSITIVE_INFINITY, -1, 0.5, 100.5, 2 ** 53];

const checks = {
  async "refund-pays"(trial) {
    const part = await trial.done("refund", await trial.captured(), trial.part);
    await trial.ledger(part, { captured: trial.amount, refunded: trial.part });
    const rest = await trial.done("refund", part, trial.amount - trial.part);
    await trial.ledger(rest, { captured: trial.amount, refunded: trial.amount });
  },

  async "refund-too-much"(trial) {
    const payment = await trial.captured();
    (await trial.call("refund", payment, trial.amount + 10)).refused();
    await trial.ledger(payment, { refunded: 0 });
    const part = await trial.done("refund", payment, trial.part);
    (await trial.call("refund", part, trial.amount - trial.part + 10)).refused();
    await trial.ledger(part, { refunded: trial.part });
  },

  async "refund-same-amount"(trial) {
    const once = await trial.done("refund", await trial.captured(), trial.part);
    const twice = await trial.done("refund", once, trial.part);
    await trial.ledger(twice, { refunded: 2 * trial.part });
  },

  async "refund-after-decline"(trial) {
    const payment = await trial.captured();
    await trial.inject("decline", "refundPayment");
    (await trial.call("refund", payment, trial.part)).refused();
    await trial.ledger(payment, { refunded: 0 });
    await trial.clear();
    await trial.repeated("refund", payment, trial.part);
    await trial.ledger(payment, { refunded: trial.part });
  },

  async "refund-after-lost-reply"(trial) {
    const payment = await trial.captured();
    await trial.inject("loseReply", "refundPayment");
    let answer = trial.heard(await trial.call("refund", payment, trial.part));
    await trial.clear();
    if (!answer.isSuccess) answer = await trial.repeated("refund", payment, trial.part);
    const { payment: twice } = await trial.repeated("refund", answer.payment, trial.part);
    await trial.ledger(twice, { refunded: 2 * trial.part });
  },

  async "cancel-releases"(trial) {
    const payment = await trial.done("cancel", await trial.authorized());
    await trial.ledger(payment, { canceled: true, captured: 0, held: 0 });
  },

  async "cancel-captured"(trial) {
    const payment = await trial.captured();
    (await trial.call("cancel", payment)).refused();
    await trial.ledger(payment, { canceled: false, captured: trial.amount });
  },

  /** With the result of the cancellation: a processor without a provider knows nothing else. */
  async "capture-canceled"(trial) {
    const payment = await trial.done("cancel", await trial.authorized());
    (await trial.call("capture", payment)).refused();
    await trial.ledger(payment, { canceled: true, captured: 0 });
  },

  async "delete-unpayable"(trial) {
    const payment = await trial.started();
    await trial.done("delete", payment);
    await unpayable(trial, payment);
  },

  async "delete-authorized"(trial) {
    const payment = await trial.done("delete", await trial.authorized());
    await trial.ledger(payment, { held: 0, captured: 0 });
  },
};

module.exports = { NO_AMOUNTS, checks };
