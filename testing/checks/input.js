// What Medusa hands over, and what comes back into the database.

const { backwards, unstorable } = require("../stored");

const GUEST = { customer: undefined, billing_address: null, email: "", context: {} };

/** What each method returned from a payment's start to its refund: `[method, data]`. */
async function life(trial) {
  const seen = [];
  const see = async (operation, payment, detail) => {
    const answer = (await trial.call(operation, payment, detail)).succeeded();
    if (answer.data !== undefined) seen.push([answer.method, answer.data]);
    return answer.payment;
  };
  const started = await see("initiate");
  await see("update", started, { amount: trial.amount + trial.part });
  const other = await trial.started();
  await trial.pay(other);
  const captured = await see("capture", await see("retrieve", await see("authorize", other)));
  await see("refund", captured, trial.part);
  return seen;
}

const checks = {
  async "optional-guest"(trial) {
    await trial.started(GUEST);
  },

  async "missing-payment"(trial, _, operation) {
    const detail = operation === "refund" ? trial.part : undefined;
    (await trial.call(operation, trial.medusa.payment({}), detail)).recognised();
  },

  async "json-round-trip"(trial) {
    for (const [method, data] of await life(trial)) {
      const found = unstorable(data);
      if (found) trial.fail(`${method}: ${found}`);
    }
  },

  async "json-order"(trial) {
    trial.store = backwards;
    const payment = await trial.done("refund", await trial.captured(), trial.part);
    await trial.ledger(payment, { captured: trial.amount, refunded: trial.part });
  },
};

module.exports = { checks, life };
