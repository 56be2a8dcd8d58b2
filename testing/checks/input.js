// What Medusa and a shopper's browser hand over, and what comes back into the database.

const { isObject, shown } = require("../answers");
const { books } = require("../operations");
const { backwards, canonical, unstorable } = require("../stored");

const GUEST = { customer: undefined, billing_address: null, email: "", context: {} };

const SPARSE = [
  { context: undefined },
  { context: null },
  { email: undefined },
  { email: null },
  { customer: null },
  { customer: { id: "cus_01KITTESTCUSTOMER", email: "a@example.com", metadata: null } },
  { customer: { id: "cus_01KITTESTCUSTOMER" } },
  { billing_address: undefined },
  { billing_address: { country_code: null, address_1: null } },
];

const otherThan = (currency) => (currency === "usd" ? "eur" : "usd");

/** Where the session's data has one of these, no shopper may say what it is. */
const money = ({ currency }) => ({
  amount: 1,
  currency: otherThan(currency),
  currency_code: otherThan(currency),
  id: "somebody_elses",
  status: "captured",
  captured: 1_000_000,
  refunded: -1,
});

/** Nested as deep as a body parser lets through. */
const deep = (levels) => JSON.parse(`${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`);

const HOSTILE = [{}, { note: null }, { note: [] }, deep(1000), JSON.parse('{"__proto__":{"x":1}}'), { "": "" }];

/** All data of a payment from its start to its refund. */
async function life(trial) {
  const seen = [];
  const see = async (method, ...args) => {
    const { data } = (await trial.call(method, ...args)).succeeded();
    if (data !== undefined) seen.push([method, data]);
    return data === undefined ? undefined : trial.store(data);
  };
  const started = await see("initiatePayment", trial.context());
  await see("updatePayment", trial.context({ paymentSessionData: started, amount: trial.amount + trial.part }));
  const other = await trial.started();
  await trial.pay(other);
  const authorized = await see("authorizePayment", other, trial.authorizeContext());
  const captured = await see("capturePayment", await see("retrievePayment", authorized));
  await see("refundPayment", captured, trial.part);
  return seen;
}

module.exports = {
  async "optional-guest"(trial) {
    await trial.started(GUEST);
  },

  async "optional-initiate"(trial) {
    for (const overrides of SPARSE) (await trial.call("initiatePayment", trial.context(overrides))).recognised();
  },

  async "optional-update"(trial) {
    for (const overrides of SPARSE) (await trial.update(await trial.started(), overrides)).recognised();
  },

  async "missing-payment"(trial, { method }) {
    const args = {
      updatePayment: [trial.context()],
      authorizePayment: [{}, trial.authorizeContext()],
      refundPayment: [{}, trial.part],
    };
    (await trial.call(method, ...(args[method] ?? [{}]))).recognised();
  },

  async "json-round-trip"(trial) {
    for (const [method, data] of await life(trial)) {
      const found = unstorable(data);
      if (found) trial.fail(`${method}: ${found}`);
    }
  },

  /** Every step takes such data for an error although it is not one. */
  async "json-error-member"(trial) {
    await life(trial);
  },

  async "json-text"(trial) {
    const session = trial.sessionId(await trial.started());
    const harmless = trial.hooks.harmless ?? {};
    const name = Object.keys(harmless).find((key) => typeof harmless[key] === "string") ?? "note";
    for (const text of ["a\0b", "a\ud800b", "\udc00"]) {
      const answer = (await trial.call("updatePaymentData", session, { ...harmless, [name]: text })).recognised();
      const found = unstorable(answer.value);
      if (found) trial.fail(found);
    }
  },

  async "json-order"(trial) {
    trial.store = backwards;
    const data = await trial.data("refundPayment", await trial.captured(), trial.part);
    await trial.ledger(data, { captured: trial.amount, refunded: trial.part });
  },

  async "json-unknown"(trial) {
    const unknown = { list: [1, 2.5, null], text: "é\u2028" };
    const added = (data) => ({ ...data, kit_unknown: unknown });
    const kept = (method, data) => {
      if (!isObject(data.kit_unknown) || canonical(data.kit_unknown) !== canonical(unknown)) {
        trial.fail(`${method} lost or changed a member that it was given`);
      }
    };
    const started = await trial.started();
    await trial.pay(started);
    kept("authorizePayment", await trial.authorize(added(started)));
    const captured = await trial.captured();
    kept("refundPayment", await trial.data("refundPayment", added(captured), trial.part));
  },

  async "shopper-harmless"(trial) {
    const session = trial.sessionId(await trial.started());
    await trial.data("updatePaymentData", session, trial.hooks.harmless ?? {});
  },

  async "shopper-money"(trial) {
    const session = await trial.started();
    const tried = Object.entries(money(session)).filter(([name]) => name in session);
    for (const [name, value] of [...tried, ...Object.entries(trial.hooks.protected ?? {})]) {
      const data = await trial.started();
      const answer = trial.heard(await trial.call("updatePaymentData", trial.sessionId(data), { [name]: value }));
      if (answer.isSuccess && canonical(answer.data[name]) === canonical(value)) {
        trial.complain(`a shopper can set \`${name}\` to ${shown(value)}`);
      }
      await books(trial, data, { captured: 0, refunded: 0 });
    }
  },

  async "shopper-hostile"(trial) {
    const session = trial.sessionId(await trial.started());
    for (const data of HOSTILE) (await trial.call("updatePaymentData", session, data)).recognised();
    (await trial.call("updatePaymentData", "ps_of_nobody", {})).recognised();
  },
};
