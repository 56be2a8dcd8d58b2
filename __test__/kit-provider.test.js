// How the kit plays Medusa 2.

const path = require("node:path");
const { paymentProviderContract, providerChecks, runProviderContract } = require("medusa-payment-rs/testing");
const { providerHooks } = require("./support/kit/hooks");
const { ReferenceProvider } = require("./support/kit/provider");

const TESTING = "medusa-payment-rs/testing";

describe("a provider that keeps the contract", () => {
  // As an author writes it, with jest's globals.
  paymentProviderContract(providerHooks());
});

/** The inputs that a provider got in a check, as `[method, input]`. */
async function inputsOf(only, Base = ReferenceProvider) {
  const inputs = [];
  class Watched extends Base {}
  for (const method of ["initiatePayment", "authorizePayment", "capturePayment", "refundPayment", "deletePayment"]) {
    Watched.prototype[method] = function watched(input) {
      inputs.push([method, input]);
      return Base.prototype[method].call(this, input);
    };
  }
  const report = await runProviderContract(providerHooks(Watched), { only: [only] });
  return { inputs, report };
}

test("the provider is called as the payment module calls it", async () => {
  const { inputs } = await inputsOf("refund-pays");
  const [[, initiate], [, authorize], [, capture], [, refund]] = inputs;
  const session = expect.stringMatching(/^payses_01/);
  expect(initiate).toStrictEqual({
    context: { idempotency_key: session },
    data: { session_id: session },
    amount: 10,
    currency_code: "eur",
  });
  expect(authorize.context.idempotency_key).toBe(initiate.data.session_id);
  expect(capture).toStrictEqual({
    data: authorize.data,
    context: { idempotency_key: expect.stringMatching(/^capt_01/) },
  });
  expect(refund.amount).toStrictEqual({ value: "4", precision: 20 });
  expect(refund.context.idempotency_key).toMatch(/^ref_01/);
});

test("each try of a refund has another key, and the same old data", async () => {
  const { inputs } = await inputsOf("lost-refund");
  const tries = inputs.filter(([method]) => method === "refundPayment").map(([, input]) => input);
  expect(tries).toHaveLength(2);
  expect(tries[0].data).toStrictEqual(tries[1].data);
  expect(tries[0].context.idempotency_key).not.toBe(tries[1].context.idempotency_key);
});

test("nothing but the data is handed over when a session is deleted", async () => {
  const { inputs } = await inputsOf("delete-unpayable");
  expect(Object.keys(inputs.at(-1)[1])).toStrictEqual(["data"]);
});

describe("the cradle", () => {
  /** What `look` sees during a capture of a part. */
  async function seen(look) {
    let found;
    class Looking extends ReferenceProvider {
      async capturePayment(input) {
        found = await look(this.cradle, input.context.idempotency_key);
        return super.capturePayment(input);
      }
    }
    await runProviderContract(providerHooks(Looking), { only: ["capture-part"] });
    return found;
  }

  test("has the capture's row, with what is selected and related", async () => {
    const config = { select: ["amount", "raw_amount"], relations: ["payment", "payment.captures"] };
    const row = await seen((cradle, key) => cradle.captureService.retrieve(key, config));
    expect(row).toMatchObject({ amount: 4, raw_amount: { value: "4", precision: 20 }, payment: { amount: 10 } });
    expect(row.payment.captures).toStrictEqual([expect.objectContaining({ id: row.id, amount: 4 })]);
    const bare = await seen((cradle, key) => cradle.captureService.retrieve(key, { select: ["amount"] }));
    expect(Object.keys(bare).sort()).toStrictEqual(["amount", "id", "payment_id"]);
  });

  test("has the other services, with lists", async () => {
    const [payments, sessions, refunds] = await seen(
      async ({ paymentService, paymentSessionService, refundService }) => [
        await paymentService.list(),
        await paymentSessionService.list({ status: "authorized" }),
        await refundService.list({ payment_id: "pay_of_nobody" }),
      ],
    );
    expect([payments.length, sessions.length, refunds.length]).toStrictEqual([1, 1, 0]);
  });

  test("throws for a row that is not there and a name that it does not know", async () => {
    await seen(async ({ refundService, ...rest }, key) => {
      await expect(refundService.retrieve(key)).rejects.toMatchObject({ type: "not_found", __isMedusaError: true });
      expect(Object.keys(rest)).toContain("logger");
    });
    expect(await seen((cradle) => expect(() => cradle.manager).toThrow("Could not resolve 'manager'"))).toBeUndefined();
  });
});

describe("data", () => {
  const { merged, survivors } = require(path.join(path.dirname(require.resolve(TESTING)), "hosts/merged.js"));

  test("is merged deep, lists and null replace", () => {
    const old = { id: "a", list: [1, 2], inner: { kept: 1, gone: 2 }, other: 3 };
    const data = { list: [3], inner: { gone: null, at: undefined }, other: { now: "an object" } };
    expect(merged(old, data)).toStrictEqual({
      id: "a",
      list: [3],
      inner: { kept: 1, gone: null, at: undefined },
      other: { now: "an object" },
    });
  });

  test("of a prototype is not merged", () => {
    expect(merged({}, JSON.parse('{"__proto__": {"x": 1}}'))).toStrictEqual({});
  });

  test("that was not returned and is still there is found in nested objects", () => {
    expect(survivors({ a: 1, in: { b: 1, c: null } }, { in: {} })).toStrictEqual(["a", "in.b"]);
  });
});

test("a session that is not authorized has no payment to capture, and the check says so", async () => {
  class NeverPaid extends ReferenceProvider {
    statusOf() {
      return "pending";
    }
  }
  const { failed } = await runProviderContract(providerHooks(NeverPaid), { only: ["json-undefined"] });
  expect(failed[0].message).toBe("Medusa has no payment to capture: the session's status is pending");
});

test("a hook of the other host is refused", async () => {
  await expect(runProviderContract({ create() {}, sessionId() {} })).rejects.toThrow(/no hook `sessionId`/);
});

test("every check says what Medusa 2 does, and in which of its files", () => {
  for (const { why } of providerChecks) expect(why).toMatch(/dist\/.*\.js of @medusajs\/(payment|framework|utils)\)$/);
});
