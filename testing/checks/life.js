// A payment whose shopper pays and whose provider does what it is asked.

module.exports = {
  /** The steps themselves fail if an answer is missing. */
  async "answers-are-objects"(trial) {
    const refunded = await trial.done("refund", await trial.captured(), trial.part);
    await trial.done("retrieve", refunded);
    const other = await trial.started();
    await trial.done("update", other);
    await trial.done(trial.hooks.capturesAtOnce ? "delete" : "cancel", other);
    await trial.done("delete", await trial.started());
  },

  async "authorize-paid"(trial) {
    await trial.authorized();
  },

  async "capture-takes-all"(trial) {
    await trial.ledger(await trial.captured(), { captured: trial.amount, refunded: 0 });
  },

  async "retrieve-keeps"(trial) {
    const payment = await trial.done("retrieve", await trial.authorized());
    await trial.ledger(await trial.done("capture", payment), { captured: trial.amount });
  },

  async "status-known"(trial) {
    const status = async (payment) => (await trial.call("status", payment)).succeeded().status;
    const isPaid = (what, of) => trial.isPaid(of) || trial.expect(`the status of ${what} payment`, of, "authorized");
    const payment = await trial.started();
    await status(payment);
    await trial.pay(payment);
    const authorized = await trial.authorize(payment);
    isPaid("an authorized", await status(authorized));
    isPaid("a captured", await status(await trial.done("capture", authorized)));
  },

  async "status-canceled"(trial) {
    const payment = await trial.done("cancel", await trial.authorized());
    const { status } = (await trial.call("status", payment)).succeeded();
    if (trial.isPaid(status)) trial.fail(`a canceled payment is called ${status}`);
  },

  async "authorize-unpaid"(trial) {
    const answer = (await trial.call("authorize", await trial.started())).recognised();
    if (!answer.isSuccess || !trial.isPaid(answer.status)) return;
    const { held, captured } = await trial.hooks.ledger(answer.payment.data);
    trial.expect(`what is held and captured for a payment called ${answer.status}`, held + captured, trial.amount);
  },

  async "authorize-captured"(trial) {
    const { status } = (await trial.call("authorize", await trial.captured())).succeeded();
    if (!trial.isPaid(status)) trial.expect("the status of a captured payment", status, trial.Host.paid.at(-1));
  },
};
