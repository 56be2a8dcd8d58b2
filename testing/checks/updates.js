// A cart that changes while its payment is under way.

const { canBePaid } = require("../operations");

/** A currency that is not the cart's. */
const otherCurrency = (trial) => (trial.currency === "usd" ? "eur" : "usd");

const customer = () => ({
  id: "cus_01KITTESTCUSTOMER",
  email: "account@example.com",
  has_account: true,
  metadata: {},
  created_at: new Date(0),
});

module.exports = {
  async "update-amount"(trial) {
    const amount = trial.amount + trial.part;
    const payment = await trial.done("update", await trial.started(), { amount });
    await canBePaid(trial, payment, amount);
  },

  async "update-unchanged"(trial) {
    let payment = await trial.started();
    for (let time = 0; time < 2; time++) payment = await trial.done("update", payment);
    trial.expect("the payments of this cart that are not canceled", await trial.hooks.payments(trial.resource), 1);
  },

  async "update-currency"(trial) {
    const old = await trial.started();
    const currency = otherCurrency(trial);
    const { data } = await trial.done("update", old, { currency_code: currency });
    const payable = await trial.hooks.payable(old.data);
    if (payable && payable.currency !== currency) {
      trial.fail(`the shopper can still pay ${payable.amount} ${payable.currency} with the old session data`);
    }
    const current = await trial.hooks.payable(data);
    trial.expect("the currency that the shopper pays", current?.currency, currency);
  },

  async "update-customer"(trial) {
    const old = await trial.started();
    await trial.done("update", old, { customer: customer(), email: "account@example.com" });
    trial.expect("the payments of this cart that are not canceled", await trial.hooks.payments(trial.resource), 1);
  },

  async "update-authorized"(trial) {
    const payment = await trial.done("update", await trial.authorized(), { email: "new@example.com" });
    await trial.ledger(await trial.done("capture", await trial.authorize(payment)), { captured: trial.amount });
  },

  async "update-captured"(trial) {
    const { payment } = (await trial.call("update", await trial.captured(), { email: "new@example.com" })).recognised();
    await trial.ledger(payment, { captured: trial.amount, canceled: false });
    await trial.ledger(await trial.done("refund", payment, trial.part), { refunded: trial.part });
  },
};
