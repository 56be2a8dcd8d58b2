// Refunds, cancellations and deletions, and what each must refuse.

const { unpayable } = require("../operations");

/** What is no amount above zero. 1e-9 and a half round to something that is. */
const NO_AMOUNTS = [Number.NaN, Number.POSITIVE_INFINITY, -1, 0.5, 100.5, 2 ** 53];

module.exports = {
  async "refund-pays"(trial) {
    const part = await trial.data("refundPayment", await trial.captured(), trial.part);
    await trial.ledger(part, { captured: trial.amount, refunded: trial.part });
    const rest = await trial.data("refundPayment", part, trial.amount - trial.part);
    await trial.ledger(rest, { captured: trial.amount, refunded: trial.amount });
  },

  async "refund-too-much"(trial) {
    const data = await trial.captured();
    (await trial.call("refundPayment", data, trial.amount + 10)).refused();
    await trial.ledger(data, { refunded: 0 });
    const part = await trial.data("refundPayment", data, trial.part);
    (await trial.call("refundPayment", part, trial.amount - trial.part + 10)).refused();
    await trial.ledger(part, { refunded: trial.part });
  },

  async "refund-same-amount"(trial) {
    const once = await trial.data("refundPayment", await trial.captured(), trial.part);
    const twice = await trial.data("refundPayment", once, trial.part);
    await trial.ledger(twice, { refunded: 2 * trial.part });
  },

  async "refund-after-decline"(trial) {
    const data = await trial.captured();
    await trial.inject("decline", "refundPayment");
    (await trial.call("refundPayment", data, trial.part)).refused();
    await trial.ledger(data, { refunded: 0 });
    await trial.clear();
    await trial.repeated("refundPayment", data, trial.part);
    await trial.ledger(data, { refunded: trial.part });
  },

  async "refund-after-lost-reply"(trial) {
    const data = await trial.captured();
    await trial.inject("loseReply", "refundPayment");
    let answer = trial.heard(await trial.call("refundPayment", data, trial.part));
    await trial.clear();
    if (!answer.isSuccess) answer = await trial.repeated("refundPayment", data, trial.part);
    const { data: twice } = await trial.repeated("refundPayment", trial.store(answer.data), trial.part);
    await trial.ledger(trial.store(twice), { refunded: 2 * trial.part });
  },

  async "cancel-releases"(trial) {
    const data = await trial.data("cancelPayment", await trial.authorized());
    await trial.ledger(data, { canceled: true, captured: 0, held: 0 });
  },

  async "cancel-captured"(trial) {
    const data = await trial.captured();
    (await trial.call("cancelPayment", data)).refused();
    await trial.ledger(data, { canceled: false, captured: trial.amount });
  },

  /** With the result of the cancellation: a processor without a provider knows nothing else. */
  async "capture-canceled"(trial) {
    const data = await trial.data("cancelPayment", await trial.authorized());
    (await trial.call("capturePayment", data)).refused();
    await trial.ledger(data, { canceled: true, captured: 0 });
  },

  async "delete-unpayable"(trial) {
    const data = await trial.started();
    await trial.data("deletePayment", data);
    await unpayable(trial, data);
  },

  async "delete-authorized"(trial) {
    const data = await trial.data("deletePayment", await trial.authorized());
    await trial.ledger(data, { held: 0, captured: 0 });
  },

  async "amount-initiate"(trial) {
    for (const amount of NO_AMOUNTS) {
      (await trial.call("initiatePayment", trial.context({ amount }))).refused();
    }
  },

  async "amount-update"(trial) {
    const data = await trial.started();
    for (const amount of NO_AMOUNTS) (await trial.update(data, { amount })).refused();
  },

  async "amount-refund"(trial) {
    const data = await trial.captured();
    for (const amount of NO_AMOUNTS) {
      (await trial.call("refundPayment", data, amount)).refused();
      await trial.ledger(data, { refunded: 0 });
    }
  },

  async "amount-refund-zero"(trial) {
    const data = await trial.captured();
    (await trial.call("refundPayment", data, 0)).refused();
    await trial.ledger(data, { refunded: 0 });
  },
};
