// A cart that changes while its payment is under way.

const { canBePaid } = require("../operations");

/** A currency that is not the cart's. */
const otherCurrency = (trial) => (trial.context().currency_code === "usd" ? "eur" : "usd");

const customer = () => ({
  id: "cus_01KITTESTCUSTOMER",
  email: "account@example.com",
  has_account: true,
  metadata: {},
  created_at: new Date(0),
});

module.exports = {
  async "update-amount"(trial) {
    const old = await trial.started();
    const amount = trial.amount + trial.part;
    const { data } = (await trial.update(old, { amount })).succeeded();
    await canBePaid(trial, data ?? old, amount);
  },

  async "update-unchanged"(trial) {
    let data = await trial.started();
    for (let time = 0; time < 2; time++) {
      const answer = (await trial.update(data)).succeeded();
      data = answer.data === undefined ? data : trial.store(answer.data);
    }
    trial.expect("the payments of this cart that are not canceled", await trial.hooks.payments(trial.resource), 1);
  },

  async "update-currency"(trial) {
    const old = await trial.started();
    const currency = otherCurrency(trial);
    const { data } = (await trial.update(old, { currency_code: currency })).succeeded();
    const payable = await trial.hooks.payable(old);
    if (payable && payable.currency !== currency) {
      trial.fail(`the shopper can still pay ${payable.amount} ${payable.currency} with the old session data`);
    }
    const current = await trial.hooks.payable(data === undefined ? old : trial.store(data));
    trial.expect("the currency that the shopper pays", current?.currency, currency);
  },

  async "update-customer"(trial) {
    const old = await trial.started();
    (await trial.update(old, { customer: customer(), email: "account@example.com" })).succeeded();
    trial.expect("the payments of this cart that are not canceled", await trial.hooks.payments(trial.resource), 1);
  },

  async "update-authorized"(trial) {
    const authorized = await trial.authorized();
    const answer = (await trial.update(authorized, { email: "new@example.com" })).succeeded();
    const data = answer.data === undefined ? authorized : trial.store(answer.data);
    await trial.ledger(await trial.data("capturePayment", await trial.authorize(data)), { captured: trial.amount });
  },

  async "update-captured"(trial) {
    const captured = await trial.captured();
    const answer = (await trial.update(captured, { email: "new@example.com" })).recognised();
    const data = answer.isSuccess && answer.data !== undefined ? trial.store(answer.data) : captured;
    await trial.ledger(data, { captured: trial.amount, canceled: false });
    await trial.ledger(await trial.data("refundPayment", data, trial.part), { refunded: trial.part });
  },
};
