// What only Medusa 1 has: how a processor is found, update requests, errors that are values, data that a shopper's browser
// posts to `updatePaymentData`.

const { isObject, isText, shown } = require("../answers");
const { books, operations } = require("../operations");
const { canonical, unstorable } = require("../stored");
const { NO_AMOUNTS } = require("./money");
const { life } = require("./input");

const METHODS = Object.values(operations)
  .map(({ method }) => method)
  .filter((method) => method !== operations.webhook.method);

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

/** The number as a sum in floating point may have it, a few units in the last place below: 999.9999999999996. */
const noisy = (amount) => amount - amount * 2 ** -51;

/** Nested as deep as a body parser lets through. */
const deep = (levels) => JSON.parse(`${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`);

const HOSTILE = [{}, { note: null }, { note: [] }, deep(1000), JSON.parse('{"__proto__":{"x":1}}'), { "": "" }];

module.exports = {
  "registration-names"(trial) {
    const { processor } = trial;
    const { identifier, _isPaymentProcessor: marked } = processor.constructor;
    if (!isText(identifier)) trial.fail("the class has no `static identifier`");
    if (!marked) trial.fail("the class has no `static _isPaymentProcessor`; extend Medusa's AbstractPaymentProcessor");
    trial.expect("getIdentifier()", processor.getIdentifier(), identifier);
  },

  "registration-methods"(trial) {
    const missing = METHODS.filter((method) => typeof trial.processor[method] !== "function");
    if (missing.length > 0) trial.fail(`there is no ${missing.join(", ")}`);
  },

  async "initiate-session"(trial) {
    const { value } = (await trial.call("initiate")).succeeded();
    const requests = value.update_requests ?? {};
    if (!isObject(requests) || !isObject(requests.customer_metadata ?? {})) {
      trial.fail("`update_requests` is no `{customer_metadata: {…}}`");
    }
  },

  async "down-status"(trial) {
    const payment = await trial.authorized();
    await trial.inject("unavailable", "getPaymentStatus");
    const answer = await trial.call("status", payment);
    await trial.clear();
    trial.expect("the status", answer.succeeded().status, "authorized");
  },

  async "amount-initiate"(trial) {
    for (const amount of NO_AMOUNTS) (await trial.call("initiate", undefined, { amount })).refused();
  },

  async "amount-update"(trial) {
    const payment = await trial.started();
    for (const amount of NO_AMOUNTS) (await trial.call("update", payment, { amount })).refused();
  },

  async "amount-refund"(trial) {
    const payment = await trial.captured();
    for (const amount of NO_AMOUNTS) {
      (await trial.call("refund", payment, amount)).refused();
      await trial.ledger(payment, { refunded: 0 });
    }
  },

  async "amount-refund-zero"(trial) {
    const payment = await trial.captured();
    (await trial.call("refund", payment, 0)).refused();
    await trial.ledger(payment, { refunded: 0 });
  },

  async "amount-noise"(trial) {
    const captured = await trial.captured({ amount: noisy(trial.amount) });
    await trial.ledger(captured, { captured: trial.amount });
    await trial.ledger(await trial.done("refund", captured, noisy(trial.part)), { refunded: trial.part });
  },

  async "optional-initiate"(trial) {
    for (const overrides of SPARSE) (await trial.call("initiate", undefined, overrides)).recognised();
  },

  async "optional-update"(trial) {
    for (const overrides of SPARSE) (await trial.call("update", await trial.started(), overrides)).recognised();
  },

  /** Every step takes such data for an error although it is not one. */
  async "json-error-member"(trial) {
    await life(trial);
  },

  async "json-text"(trial) {
    const payment = await trial.started();
    const harmless = trial.hooks.harmless ?? {};
    const name = Object.keys(harmless).find((key) => typeof harmless[key] === "string") ?? "note";
    for (const text of ["a\0b", "a\ud800b", "\udc00"]) {
      const answer = (await trial.call("updateData", payment, { ...harmless, [name]: text })).recognised();
      const found = unstorable(answer.value);
      if (found) trial.fail(found);
    }
  },

  async "json-unknown"(trial) {
    const unknown = { list: [1, 2.5, null], text: "é\u2028" };
    const added = ({ data }) => trial.medusa.payment({ ...data, kit_unknown: unknown });
    const kept = (method, { data }) => {
      if (!isObject(data.kit_unknown) || canonical(data.kit_unknown) !== canonical(unknown)) {
        trial.fail(`${method} lost or changed a member that it was given`);
      }
    };
    const started = await trial.started();
    await trial.pay(started);
    kept("authorizePayment", await trial.authorize(added(started)));
    kept("refundPayment", await trial.done("refund", added(await trial.captured()), trial.part));
  },

  async "shopper-harmless"(trial) {
    await trial.done("updateData", await trial.started(), trial.hooks.harmless ?? {});
  },

  async "shopper-money"(trial) {
    const { data: session } = await trial.started();
    const tried = Object.entries(money(session)).filter(([name]) => name in session);
    for (const [name, value] of [...tried, ...Object.entries(trial.hooks.protected ?? {})]) {
      const payment = await trial.started();
      const answer = trial.heard(await trial.call("updateData", payment, { [name]: value }));
      // What is sent back unchanged is not a change.
      const isNew = canonical(payment.data[name] ?? null) !== canonical(value);
      if (isNew && answer.isSuccess && canonical(answer.data[name]) === canonical(value)) {
        trial.complain(`a shopper can set \`${name}\` to ${shown(value)}`);
      }
      await books(trial, payment, { captured: 0, refunded: 0 });
    }
  },

  async "saved-methods"(trial) {
    const { processor } = trial;
    if (typeof processor.retrieveSavedMethods !== "function")
      trial.fail("the class has no method retrieveSavedMethods");
    for (const metadata of [null, {}]) {
      const customer = { id: "cus_01KITTESTCUSTOMER", email: "shopper@example.com", has_account: true, metadata };
      const { how, value } = await trial.answer("retrieveSavedMethods", [customer]);
      if (how !== "resolved" || !Array.isArray(value) || value.length > 0) {
        trial.fail(`retrieveSavedMethods ${how} with ${shown(value)}, and not with an empty list`);
      }
    }
  },

  async "shopper-hostile"(trial) {
    const payment = await trial.started();
    for (const data of HOSTILE) (await trial.call("updateData", payment, data)).recognised();
    (await trial.answer("updatePaymentData", ["ps_of_nobody", {}])).recognised();
  },
};
