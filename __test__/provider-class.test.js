// The class for Medusa 2 as JavaScript sees it. What its processors do about money is tested with the contract.

const crypto = require("node:crypto");
const path = require("node:path");
const { AbstractPaymentProcessor, AbstractPaymentProvider, registeredIdentifiers } = require("medusa-payment-rs");
const manualModule = require("medusa-payment-rs/v2/manual");
const addon = require("scripted-payments");
const { recordingLogger } = require("./support/logger");
const { openLedger } = require("./support/ledger");
const { inMedusa2 } = require("./support/medusa2");
const { script } = require("./support/node");

class Manual extends AbstractPaymentProvider {
  static identifier = "manual";
}

class Stripe extends AbstractPaymentProvider {
  static identifier = "stripe";
}

class Scripted extends addon.AbstractPaymentProvider {
  static identifier = "scripted";
}

class Till extends addon.AbstractPaymentProvider {
  static identifier = "till";
}

const METHODS = [
  "initiatePayment",
  "updatePayment",
  "authorizePayment",
  "capturePayment",
  "refundPayment",
  "cancelPayment",
  "deletePayment",
  "retrievePayment",
  "getPaymentStatus",
  "getWebhookActionAndData",
];
const OPTIONAL = [
  "retrieveAccountHolder",
  "createAccountHolder",
  "updateAccountHolder",
  "deleteAccountHolder",
  "listPaymentMethods",
  "savePaymentMethod",
  "deletePaymentMethod",
];

/** A container as Awilix makes it: it throws for a name that is not registered, and may not be looked through. */
function cradle(services = {}) {
  const forbidden = (what) => () => {
    throw new Error(`the container was touched: ${what}`);
  };
  const traps = ["has", "ownKeys", "getOwnPropertyDescriptor", "getPrototypeOf", "set", "defineProperty"];
  return new Proxy(services, {
    ...Object.fromEntries(traps.map((name) => [name, forbidden(name)])),
    get(target, name) {
      if (!Object.hasOwn(target, name)) throw new Error(`Could not resolve '${String(name)}'.`);
      return target[name];
    },
  });
}

/** A payment module that has one payment of 13.065 USD with these captures: id → amount. */
function withCaptures(captures, more = {}) {
  const rows = Object.entries(captures).map(([id, amount]) => ({ id, amount, raw_amount: { value: `${amount}` } }));
  const payment = {
    id: "pay_1",
    amount: 13.065,
    raw_amount: { value: "13.065" },
    currency_code: "usd",
    captures: rows,
  };
  const retrieve = jest.fn(async (id) => {
    const row = rows.find((row) => row.id === id);
    if (!row) throw new Error(`no capture has the id ${id}`);
    return { ...row, payment };
  });
  return { retrieve, cradle: cradle({ captureService: { retrieve }, ...more }) };
}

/** What the class stores of that payment's session. */
const SESSION = { id: "payses_1", currency_code: "usd", amount: "13.065" };

const start = (changes = {}) => ({
  amount: 13.065,
  currency_code: "USD",
  context: { idempotency_key: "payses_1" },
  ...changes,
});

/** The data of a payment of 13.065 USD that was authorized. */
async function authorized(provider) {
  const { data } = await provider.initiatePayment(start());
  return (await provider.authorizePayment({ data })).data;
}

function thrown(action) {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

async function rejection(start) {
  const promise = start();
  expect(promise).toBeInstanceOf(Promise);
  return promise.then(
    () => {
      throw new Error("nothing was rejected");
    },
    (error) => error,
  );
}

describe("the class", () => {
  test("has Medusa's methods on its prototype, not enumerable", () => {
    const names = [...METHODS, ...OPTIONAL, "getIdentifier", "constructor"];
    expect(Object.getOwnPropertyNames(AbstractPaymentProvider.prototype).sort()).toStrictEqual(names.sort());
    expect(Object.keys(AbstractPaymentProvider.prototype)).toStrictEqual([]);
    expect(AbstractPaymentProvider.name).toBe("AbstractPaymentProvider");
  });

  test("has the members of Medusa's own", () => {
    const { AbstractPaymentProvider: Theirs } = require(
      inMedusa2("@medusajs/utils/dist/payment/abstract-payment-provider"),
    );
    for (const Class of [AbstractPaymentProvider, Theirs]) {
      expect(Class._isPaymentProvider).toBe(true);
      expect(Class.isPaymentProvider(new Manual({}))).toBe(true);
      expect(Class.isPaymentProvider({})).toBeFalsy();
      expect(Class.isPaymentProvider(undefined)).toBeFalsy();
      expect(typeof Class.validateOptions).toBe("function");
    }
    const [container, options] = [cradle(), {}];
    const manual = new Manual(container, options);
    expect(Object.keys(manual).sort()).toStrictEqual(
      Object.keys(new (class extends Theirs {})(container, options)).sort(),
    );
    expect(manual.container).toBe(container);
    expect(manual.config).toBe(options);
  });

  test("is in one process with that of Medusa 1, and neither is the other", async () => {
    class Processor extends AbstractPaymentProcessor {
      static identifier = "manual";
    }
    const [one, two] = [new Processor({}), new Manual({})];
    expect(one).not.toBeInstanceOf(AbstractPaymentProvider);
    expect(two).not.toBeInstanceOf(AbstractPaymentProcessor);
    expect(AbstractPaymentProcessor.isPaymentProcessor(two)).toBeFalsy();
    expect(AbstractPaymentProvider.isPaymentProvider(one)).toBeFalsy();
    const [first, second] = await Promise.all([
      one.authorizePayment({ id: "manual_1" }, {}),
      two.authorizePayment({ data: { id: "manual_1" } }),
    ]);
    expect(second).toStrictEqual(first);
  });

  test("is what an entry of Medusa's configuration has", () => {
    const { ModuleProvider } = require(inMedusa2("@medusajs/utils/dist/modules-sdk/module-provider"));
    const { services } = manualModule;
    expect(manualModule).toEqual(ModuleProvider("payment", { services }));
    expect(services.map(({ identifier }) => identifier)).toStrictEqual(["manual"]);
    expect(services[0].prototype).toBeInstanceOf(AbstractPaymentProvider);
  });

  test("takes the property that Medusa's loader sets", () => {
    class Loaded extends Manual {}
    Loaded.__type = "payment";
    expect(Loaded.__type).toBe("payment");
  });
});

describe("the constructor and validateOptions", () => {
  class Unknown extends AbstractPaymentProvider {
    static identifier = "manuel";
  }

  test.each([
    ["the constructor", (Class, options) => new Class({}, options)],
    ["validateOptions", (Class, options) => Class.validateOptions(options)],
  ])("%s says what is wrong", (_, check) => {
    const unknown = thrown(() => check(Unknown, {}));
    expect(unknown).toBeInstanceOf(Error);
    expect(unknown.message).toContain('"manuel"');
    for (const known of registeredIdentifiers) expect(unknown.message).toContain(known);

    const option = thrown(() => check(Scripted, { apikey: "sk_live_1" }));
    for (const word of ['"scripted"', "`apikey`", "`api_key`", "`ledger`"]) expect(option.message).toContain(word);
    expect(option.message).not.toContain("sk_live_1");

    const kind = thrown(() => check(Scripted, { deadline_ms: "sk_live_1" }));
    expect(kind.message).toMatch(/deadline_ms.*a whole number.*a string/);
    expect(kind.message).not.toContain("sk_live_1");

    expect(thrown(() => check(Till, {})).message).toContain("`limit`");
    expect(thrown(() => check(Scripted, { deadline_ms: 0 })).message).toContain("deadline_ms must be at least 1");
    expect(thrown(() => check(Manual, "options"))).toBeInstanceOf(TypeError);
    for (const none of [undefined, null, {}]) check(Manual, none);
  });

  test("need the identifier of the class", async () => {
    class Nameless extends AbstractPaymentProvider {}
    const message = 'Missing static property "identifier".';
    expect(thrown(() => Nameless.validateOptions({})).message).toBe(message);
    expect(thrown(() => new Nameless({}).getIdentifier()).message).toBe(message);
    const error = await rejection(() => new Nameless({}).capturePayment({ data: {} }));
    expect(error.message).toContain(message);
  });

  test("cannot be called without new", () => {
    const error = thrown(() => AbstractPaymentProvider({}, {}));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(/without 'new'/);
  });
});

describe("a subclass", () => {
  test.each(METHODS.filter((name) => !["capturePayment", "getWebhookActionAndData"].includes(name)))(
    "may override %s and call super",
    async (name) => {
      class Overridden extends Till {
        async [name](input) {
          return { input, result: await super[name](input) };
        }
      }
      const input = start({ data: { id: "payses_1", medusa_session: SESSION } });
      const { input: seen, result } = await new Overridden({}, { limit: 2000 })[name](input);
      expect(seen).toBe(input);
      expect(result.data.id).toBe("payses_1");
    },
  );

  test("may add a method that its processor does not have, and wrap one that it may have", async () => {
    class WithAccounts extends Manual {
      async createAccountHolder(input) {
        return (await super.createAccountHolder?.(input)) ?? { id: input.context.customer.id };
      }
    }
    const provider = new WithAccounts({});
    expect(await provider.createAccountHolder({ context: { customer: { id: "cus_1" } } })).toStrictEqual({
      id: "cus_1",
    });
    expect(provider.listPaymentMethods).toBeUndefined();
  });

  test("sees its own overrides from the methods it inherits, and keeps its own constructor", async () => {
    class Own extends Manual {
      constructor(container, { prefix }) {
        super(container, {});
        this.prefix = prefix;
      }

      getIdentifier() {
        return `${this.prefix}-${super.getIdentifier()}`;
      }
    }
    const own = new Own({}, { prefix: "my" });
    expect(own.getIdentifier()).toBe("my-manual");
    expect(await own.getPaymentStatus({ data: { status: "captured" } })).toMatchObject({ status: "captured" });
  });

  test("may check options of its own, and those of its processor", () => {
    class Checked extends Scripted {
      static validateOptions({ colour, ...options }) {
        if (colour !== "red") throw new Error("`colour` has to be red");
        // biome-ignore lint/complexity/noThisInStatic: the identifier is that of the class it is called on
        super.validateOptions(options);
      }
    }
    expect(thrown(() => Checked.validateOptions({})).message).toContain("`colour`");
    expect(thrown(() => Checked.validateOptions({ colour: "red", deadline_ms: 0 })).message).toContain("deadline_ms");
    Checked.validateOptions({ colour: "red", deadline_ms: 1 });
  });

  test("may be spied on", async () => {
    const manual = new Manual({});
    const spy = jest.spyOn(manual, "retrievePayment");
    expect(await manual.retrievePayment({ data: { id: "manual_1" } })).toStrictEqual({ data: { id: "manual_1" } });
    expect(spy).toHaveBeenCalledTimes(1);

    const onPrototype = jest.spyOn(Manual.prototype, "capturePayment").mockResolvedValue({ data: { faked: true } });
    try {
      expect(await manual.capturePayment({ data: {} })).toStrictEqual({ data: { faked: true } });
    } finally {
      onPrototype.mockRestore();
    }
    manual.createAccountHolder = jest.fn(async () => ({ id: "cus_1" }));
    expect(await manual.createAccountHolder({})).toStrictEqual({ id: "cus_1" });
    expect(new Manual({}).createAccountHolder).toBeUndefined();
  });
});

describe("optional methods", () => {
  test.each(OPTIONAL)("%s is not there if the processor does not have it", (name) => {
    expect(new Manual({})[name]).toBeUndefined();
    expect(AbstractPaymentProvider.prototype[name]).toBeUndefined();
  });
});

describe("whatever a method is called with, the answer is a promise", () => {
  const cycle = {};
  cycle.data = cycle;
  const broken = (name) => ({
    get [name]() {
      throw new Error("no vault");
    },
  });
  const INPUTS = [
    ["undefined", undefined],
    ["null", null],
    ["a number", 5],
    ["a string", "data"],
    ["a list", []],
    ["a function", () => {}],
    ["a symbol", Symbol("data")],
    ["a BigInt", 10n],
    ["a cycle", cycle],
    ["a BigInt inside", { data: { id: 10n } }],
    ["a getter that throws", broken("data")],
  ];
  const cases = METHODS.filter((name) => name !== "getWebhookActionAndData").flatMap((name) =>
    INPUTS.map(([what, input]) => [name, what, input]),
  );

  test.each(cases)("%s of %s", async (name, _, input) => {
    const { cradle } = withCaptures({ capt_1: 13.065 });
    const error = await rejection(() => new Manual(cradle)[name](input));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(`medusa-payment-rs: ${name}: `);
  });

  test.each(["initiatePayment", "updatePayment", "refundPayment"])("%s of an amount that throws", async (name) => {
    const error = await rejection(() => new Manual({})[name](broken("amount")));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(name);
    expect(error.message).toContain("no vault");
    expect(error.cause).toStrictEqual(new Error("no vault"));
  });

  test.each([
    ["undefined", undefined],
    ["null", null],
    ["no body", { headers: {} }],
    ["a body that was parsed", { rawData: {}, headers: {} }],
    ["no headers", { rawData: "{}" }],
    ["headers that are a list", { rawData: "{}", headers: [] }],
  ])("getWebhookActionAndData of %s", async (_, payload) => {
    const error = await rejection(() => new Manual({}).getWebhookActionAndData(payload));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(/getWebhookActionAndData: (rawData|headers) /);
  });

  test.each(["rawData", "headers"])("getWebhookActionAndData of a payload whose %s throws", async (member) => {
    const payload = { rawData: "{}", headers: {} };
    Object.defineProperty(payload, member, Object.getOwnPropertyDescriptor(broken(member), member));
    const error = await rejection(() => new Manual({}).getWebhookActionAndData(payload));
    expect(error).toMatchObject({ type: "invalid_data", code: "invalid_data", __isMedusaError: true });
    expect(error.message).toContain("no vault");
  });

  test.each(METHODS)("%s of a foreign `this`", async (name) => {
    for (const foreign of [undefined, null, 5, {}, Manual.prototype, Object.create(Manual.prototype)]) {
      const error = await rejection(() => Manual.prototype[name].call(foreign, start({ rawData: "{}", headers: {} })));
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toContain(`${name}: \`this\` is not an instance of AbstractPaymentProvider`);
    }
  });

  test.each([
    [{ currency_code: "eur" }, /amount is missing/, "invalid_data"],
    [{ amount: 1 }, /currency_code is missing/, "invalid_data"],
    [start({ data: 5 }), /data: expected an object, got a number/, "invalid_data"],
    [start({ data: [] }), /data: expected an object, got an array/, "invalid_data"],
    [start({ context: "key" }), /context: .*a string/, "invalid_data"],
    [start({ context: { idempotency_key: 5 } }), /context\.idempotency_key: .*an integer/, "invalid_data"],
    [start({ amount: "ten" }), /amount: it is not a decimal number/, "invalid_amount"],
    [start({ amount: -1 }), /amount: it is negative/, "invalid_amount"],
    [start({ amount: Number.NaN }), /amount: it is not a decimal number/, "invalid_amount"],
    [start({ amount: Number.POSITIVE_INFINITY }), /amount: it is not a decimal number/, "invalid_amount"],
    [start({ amount: null }), /amount is missing/, "invalid_data"],
    [start({ amount: {} }), /amount: .*an object without a value/, "invalid_amount"],
    [start({ amount: true }), /amount: .*a boolean/, "invalid_amount"],
    [start({ amount: 1e20 }), /amount: .*USD/, "invalid_amount"],
  ])("initiatePayment of %j is a bad request", async (input, message, code) => {
    const error = await rejection(() => new Manual({}).initiatePayment(input));
    expect(error).toMatchObject({ type: "invalid_data", code, __isMedusaError: true });
    expect(error.message).toMatch(message);
  });
});

describe("a failure", () => {
  const KINDS = [
    ["refuse", "not_allowed", "card_declined"],
    ["unavailable", "unexpected_state", "temporarily_unavailable"],
    ["lose_reply", "unexpected_state", "outcome_unknown"],
    ["no such step", "invalid_data", "unknown_step"],
  ];
  test.each(KINDS)("of the kind %s is a MedusaError with its type and code", async (step, type, code) => {
    const data = { id: "pay_1", script: { refund_payment: step }, medusa_session: SESSION };
    const error = await rejection(() => new Scripted({}, { max_retries: 0 }).refundPayment({ data, amount: 1 }));
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ type, code, __isMedusaError: true });
    expect(error.date).toBeInstanceOf(Date);
    expect(error.message).toContain(code);
  });

  test("of an authorization has the type for it", async () => {
    const data = { id: "pay_1", script: { authorize_payment: "refuse" } };
    const error = await rejection(() => new Scripted({}).authorizePayment({ data }));
    expect(error).toMatchObject({ type: "payment_authorization_error", code: "card_declined" });
    expect(error.message).toContain("The card was declined.");
  });
});

test("a failure is of Medusa's own class in a project that has Medusa 2, whose framework is not loaded for it", async () => {
  const errors = inMedusa2("@medusajs/utils/dist/common/errors.js");
  const { code, stdout, stderr } = await script(
    `const { AbstractPaymentProvider } = require(${JSON.stringify(path.resolve("node_modules/medusa-payment-rs"))});
    class Manual extends AbstractPaymentProvider {
      static identifier = "manual";
    }
    new Manual({}).capturePayment({}).catch((error) => {
      const loaded = Object.keys(require.cache).filter((file) => file.includes("@medusajs"));
      const { MedusaError } = require(${JSON.stringify(errors)});
      console.log(error instanceof MedusaError, error.type, error.code, loaded.length < 10);
    });`,
    { cwd: inMedusa2("..") },
  );
  expect({ code, stdout, stderr }).toStrictEqual({
    code: 0,
    stdout: "true unexpected_state capture_amount_unknown true\n",
    stderr: "",
  });
});

describe("the container", () => {
  test("is not touched by the constructor, and then asked for its logger only", async () => {
    const logger = recordingLogger();
    const manual = new Manual(cradle({ logger }));
    const data = await authorized(manual);
    for (const name of ["updatePayment", "refundPayment", "cancelPayment", "deletePayment", "retrievePayment"]) {
      await manual[name](start({ data, amount: 1 })).catch((error) => expect(error.__isMedusaError).toBe(true));
    }
    expect(logger.lines).not.toHaveLength(0);
  });

  test("needs no logger", async () => {
    expect((await authorized(new Manual(cradle()))).status).toBe("authorized");
    for (const container of [undefined, null, 5, Object.create(null)]) {
      expect((await authorized(new Manual(container))).status).toBe("authorized");
    }
  });
});

describe("an amount", () => {
  const { BigNumber } = require(inMedusa2("@medusajs/utils/dist/totals/big-number"));

  test.each([
    ["a number", 13.07],
    ["a text", "13.07"],
    ["a raw value", { value: "13.07", precision: 20 }],
    ["a raw value that is a number", { value: 13.07 }],
    ["an instance of Medusa's BigNumber", new BigNumber("13.07")],
  ])("may be %s", async (_, amount) => {
    const manual = new Manual({});
    const { data } = await manual.initiatePayment(start({ amount }));
    expect(data).toMatchObject({
      amount: 1307,
      medusa_session: { amount: "13.07", currency_code: "usd", id: "payses_1" },
    });
    const changed = await manual.updatePayment(start({ amount, currency_code: "eur", data, context: {} }));
    expect(changed.data).toMatchObject({ amount: 1307, currency: "eur", medusa_session: { id: "payses_1" } });
  });

  test("is exact although its JSON is not", async () => {
    const text = "90071992547.412345678";
    const { data } = await new Manual({}).initiatePayment(start({ amount: new BigNumber(text) }));
    expect(data.amount).toBe(9007199254741);
    expect(data.medusa_session.amount).toBe(text);
  });

  test.each([
    ["usd", 13.065, 1307],
    ["jpy", 1500.4, 1500],
    ["kwd", "1.2345", 1235],
  ])("in %s of %p is %i of its smallest unit", async (currency_code, amount, units) => {
    const { data } = await new Manual({}).initiatePayment(start({ amount, currency_code }));
    expect(data.amount).toBe(units);
  });

  test("of a refund is in the currency of the payment's session", async () => {
    const till = new Till({}, { limit: 5000 });
    let payments = 0;
    const refund = (data, amount) => {
      payments += 1;
      return till.refundPayment({ data: { id: `payses_${payments}`, ...data }, amount });
    };
    const session = { medusa_session: { ...SESSION, currency_code: "kwd" } };
    expect((await refund(session, { value: "2.345", precision: 20 })).data.paid_out).toBe(2345);
    expect((await refund({ currency_code: "JPY" }, new BigNumber("5"))).data.paid_out).toBe(2350);
    expect(await rejection(() => refund({}, 1))).toMatchObject({ type: "invalid_data", code: "invalid_data" });
    expect(await rejection(() => refund(session, "0.0001"))).toMatchObject({ code: "invalid_amount" });
    expect(await rejection(() => refund(session, 6))).toMatchObject({ type: "not_allowed", code: "above_limit" });
  });
});

describe("data that Medusa merges", () => {
  test("is null for each member that a shopper sent and the processor does not return", async () => {
    const sent = { note: "x", coupon: { code: 1 }, medusa_session: { id: "payses_9", amount: "0.01", more: 1 } };
    const till = new Till({}, { limit: 1 });
    const { id, data } = await till.initiatePayment(start({ data: sent }));
    expect(id).toBe("payses_1");
    expect(data).toStrictEqual({
      id: "payses_1",
      medusa_session: { id: "payses_1", currency_code: "usd", amount: "13.065", more: null },
      note: null,
      coupon: null,
    });
  });

  test("has nothing of the processor's record that a shopper sent", async () => {
    const sent = {
      id: "manual_9",
      status: "captured",
      amount: 1,
      currency: "jpy",
      captured: 9,
      captures: { capt_9: 9 },
    };
    const { id, data } = await new Manual({}).initiatePayment(
      start({ data: { ...sent, refunds: { ref_9: 9 }, note: "x" } }),
    );
    expect(id).toMatch(/^manual_[0-9a-f]{32}$/);
    expect(data).toMatchObject({
      id,
      status: "pending",
      amount: 1307,
      currency: "usd",
      captured: 0,
      refunded: 0,
      note: "x",
    });
    expect(data).toMatchObject({ captures: null, refunds: null });
  });

  test("keeps the session through every method", async () => {
    const { cradle } = withCaptures({ capt_1: 13.065 });
    const manual = new Manual(cradle);
    let data = await authorized(manual);
    expect(data.medusa_session).toStrictEqual(SESSION);
    for (const step of [
      () => manual.capturePayment({ data, context: { idempotency_key: "capt_1" } }),
      () => manual.refundPayment({ data, amount: 1, context: { idempotency_key: "ref_1" } }),
      () => manual.retrievePayment({ data }),
      () => manual.getPaymentStatus({ data }),
    ]) {
      ({ data } = await step());
      expect(data.medusa_session).toStrictEqual(SESSION);
    }
    expect(data).toMatchObject({ captured: 1307, refunded: 100, captures: { capt_1: 1307 }, refunds: { ref_1: 100 } });
  });
});

describe("a capture", () => {
  const capture = (provider, data, idempotency_key) => provider.capturePayment({ data, context: { idempotency_key } });

  test("takes what Medusa's row is over", async () => {
    const { retrieve, cradle } = withCaptures({ capt_1: 5 });
    const manual = new Manual(cradle);
    const data = await authorized(manual);
    expect((await capture(manual, data, "capt_1")).data).toMatchObject({ captured: 500, captures: { capt_1: 500 } });
    expect(retrieve).toHaveBeenCalledTimes(1);
    expect(retrieve.mock.calls[0][0]).toBe("capt_1");
    expect(retrieve.mock.calls[0][1].relations).toEqual(expect.arrayContaining(["payment", "payment.captures"]));
  });

  test("of all parts takes the whole payment", async () => {
    const part = 6.5325;
    const first = new Manual(withCaptures({ capt_1: part }).cradle);
    const { data } = await capture(first, await authorized(first), "capt_1");
    expect(data.captured).toBe(653);
    const last = new Manual(withCaptures({ capt_1: part, capt_2: part }).cradle);
    expect((await capture(last, data, "capt_2")).data).toMatchObject({ captured: 1307, status: "captured" });
  });

  test.each([
    ["no key", undefined, withCaptures({ capt_1: 5 }).cradle, /no idempotency key/],
    ["no service", "capt_1", cradle(), /Could not resolve 'captureService'/],
    ["no container", "capt_1", undefined, /captureService/],
    ["no row", "capt_9", withCaptures({ capt_1: 5 }).cradle, /no capture has the id capt_9/],
  ])("with %s takes nothing", async (_, key, container, why) => {
    const ledger = openLedger();
    try {
      const scripted = new Scripted(container, { ledger: ledger.file });
      const data = { id: "pay_1", medusa_session: SESSION };
      const error = await rejection(() => capture(scripted, data, key));
      expect(error).toMatchObject({ type: "unexpected_state", code: "capture_amount_unknown", __isMedusaError: true });
      expect(error.message).toMatch(why);
      expect(ledger.lines()).toStrictEqual([]);
    } finally {
      ledger.close();
    }
  });

  test("of a part takes nothing if the processor takes all or nothing", async () => {
    const ledger = openLedger();
    try {
      const { cradle } = withCaptures({ capt_1: 5 });
      const data = { id: "pay_1", medusa_session: SESSION };
      const error = await rejection(() => capture(new Scripted(cradle, { ledger: ledger.file }), data, "capt_1"));
      expect(error).toMatchObject({ type: "not_allowed", code: "partial_capture_not_supported" });
      expect(ledger.lines()).toStrictEqual([]);
      const whole = withCaptures({ capt_1: 13.065 });
      await capture(new Scripted(whole.cradle, { ledger: ledger.file }), data, "capt_1");
      expect(ledger.lines()).toStrictEqual(["capture_payment pay_1"]);
    } finally {
      ledger.close();
    }
  });
});

describe("giving up", () => {
  test.each(["deletePayment", "cancelPayment"])(
    "%s of a payment that the provider never had succeeds without a request",
    async (name) => {
      const ledger = openLedger();
      try {
        const scripted = new Scripted({}, { ledger: ledger.file });
        for (const input of [{}, { data: {} }, { data: { note: "x" } }]) {
          expect(await scripted[name](input)).toStrictEqual({ data: input.data ?? {} });
        }
        expect(ledger.lines()).toStrictEqual([]);
        await scripted[name]({ data: { id: "pay_1" } });
        expect(ledger.lines()).toHaveLength(1);
      } finally {
        ledger.close();
      }
    },
  );
});

// Medusa cancels what it has authorized and cannot store, as a payment of a session that it has stored already.
describe("a refund", () => {
  const paid = { status: "captured", amount: 1307, captured: 1307, currency: "usd", medusa_session: SESSION };
  let payments = 0;
  const refunded = (services) => {
    const data = { id: `manual_refund_${++payments}`, ...paid };
    return new Manual(cradle(services)).refundPayment({ amount: 5, data, context: { idempotency_key: "ref_1" } });
  };

  test("is not made while its row cannot be read", async () => {
    const retrieve = () => Promise.reject(new Error("the database is gone"));
    const error = await rejection(() => refunded({ refundService: { retrieve } }));
    expect(error).toMatchObject({ type: "unexpected_state", code: "refund_row_unread" });
    expect(error.message).toContain("the database is gone");
  });

  test("that Medusa has no row of is made", async () => {
    const retrieve = () => Promise.reject(Object.assign(new Error("no row"), { type: "not_found" }));
    expect((await refunded({ refundService: { retrieve } })).data.refunded).toBe(500);
    expect((await refunded({})).data.refunded).toBe(500);
  });
});

describe("a cancellation without a key", () => {
  const data = { id: "manual_1", status: "authorized", amount: 1307, currency: "usd", medusa_session: SESSION };
  const STORED = [{ id: "pay_1", canceled_at: null }];
  const canceled = async (payments, context) => {
    const list = jest.fn(async () => payments);
    const provider = new Manual(cradle({ paymentService: { list } }));
    const answer = await provider.cancelPayment({ data, context });
    return { list, status: answer.data.status };
  };

  test("leaves the money to the payment that is stored for the session", async () => {
    const { list, status } = await canceled(STORED, {});
    expect(status).toBe("authorized");
    expect(list).toHaveBeenCalledWith({ payment_session_id: SESSION.id }, expect.anything());
  });

  test.each([
    ["no payment is stored", []],
    ["the stored payment is canceled", [{ id: "pay_1", canceled_at: new Date() }]],
  ])("releases the money if %s", async (_, payments) => {
    expect((await canceled(payments, {})).status).toBe("canceled");
  });

  test("leaves the money where it is if the payments cannot be read", async () => {
    const list = () => Promise.reject(new Error("the database is gone"));
    const provider = new Manual(cradle({ paymentService: { list } }));
    for (const method of ["cancelPayment", "deletePayment"]) {
      const error = await rejection(() => provider[method]({ data, context: {} }));
      expect(error).toMatchObject({ type: "unexpected_state", code: "payments_unread" });
      expect(error.message).toContain("the database is gone");
    }
  });

  test("and a deletion leave the money to the payment of the session that the provider was told", async () => {
    const list = jest.fn(async ({ payment_session_id: id }) => (id === "payses_9" ? STORED : []));
    const provider = new Manual(cradle({ paymentService: { list } }));
    const named = { ...data, metadata: { session_id: "payses_9" } };
    expect((await provider.deletePayment({ data: named })).data.status).toBe("authorized");
    expect((await provider.deletePayment({ data })).data.status).toBe("canceled");
  });

  test("with a key is about the stored payment itself", async () => {
    const { list, status } = await canceled(STORED, { idempotency_key: "pay_1" });
    expect(status).toBe("canceled");
    expect(list).not.toHaveBeenCalled();
  });
});

describe("a webhook", () => {
  const OPTIONS = { api_key: "sk_test_1", webhook_secret: "whsec_1" };
  const ROW = { id: "payses_1", amount: 13.065, raw_amount: { value: "13.065" }, currency_code: "usd" };

  function delivery(session_id) {
    const intent = { id: "pi_1", object: "payment_intent", amount: 1307, amount_received: 1307, currency: "usd" };
    const object = { ...intent, status: "succeeded", metadata: { resource_id: session_id } };
    const body = JSON.stringify({ id: "evt_1", object: "event", type: "payment_intent.succeeded", data: { object } });
    const time = Math.floor(Date.now() / 1000);
    const signature = crypto.createHmac("sha256", OPTIONS.webhook_secret).update(`${time}.${body}`).digest("hex");
    return { rawData: Buffer.from(body), headers: { "stripe-signature": `t=${time},v1=${signature}` }, data: {} };
  }

  const retrieve = async (id) => {
    if (id !== ROW.id) throw Object.assign(new Error(`no session has the id ${id}`), { type: "not_found" });
    return ROW;
  };
  const stripe = () => new Stripe(cradle({ paymentSessionService: { retrieve } }), OPTIONS);

  test.each([
    ["a Buffer", (payload) => payload],
    ["the JSON that an event bus makes of one", (payload) => JSON.parse(JSON.stringify(payload))],
    ["bytes", (payload) => ({ ...payload, rawData: new Uint8Array(payload.rawData) })],
    ["a text", (payload) => ({ ...payload, rawData: `${payload.rawData}` })],
  ])("may be %s", async (_, as) => {
    expect(await stripe().getWebhookActionAndData(as(delivery("payses_1")))).toStrictEqual({
      action: "captured",
      data: { session_id: "payses_1", amount: 13.065 },
    });
  });

  test("about a session that Medusa does not have is not supported", async () => {
    expect(await stripe().getWebhookActionAndData(delivery("payses_2"))).toStrictEqual({ action: "not_supported" });
    expect(await stripe().getWebhookActionAndData(delivery("cart_1"))).toStrictEqual({ action: "not_supported" });
  });

  test("about money for a session that Medusa does not have is a warning in the log that names the payment", async () => {
    const lines = [];
    const logger = { error() {}, warn: (line) => lines.push(line), info() {}, debug() {} };
    const provider = new Stripe(cradle({ logger, paymentSessionService: { retrieve } }), OPTIONS);
    await provider.getWebhookActionAndData(delivery("payses_1"));
    await provider.getWebhookActionAndData(delivery("cart_1"));
    expect(lines).toStrictEqual([]);
    await provider.getWebhookActionAndData(delivery("payses_2"));
    expect(lines).toStrictEqual([
      expect.stringMatching(/pi_1 is captured for payses_2, which this store does not know/),
    ]);
  });

  test("is delivered again if the session cannot be read", async () => {
    const gone = cradle({
      paymentSessionService: { retrieve: () => Promise.reject(new Error("the database is gone")) },
    });
    const error = await rejection(() => new Stripe(gone, OPTIONS).getWebhookActionAndData(delivery("payses_1")));
    expect(error).toMatchObject({ type: "unexpected_state", code: "session_unread" });
    expect(error.message).toContain("the database is gone");
  });

  test("that the provider did not send is a bad request", async () => {
    const { rawData } = delivery("payses_1");
    const error = await rejection(() => stripe().getWebhookActionAndData({ rawData, headers: {} }));
    expect(error).toMatchObject({ type: "invalid_data", code: "signature_not_valid" });
    const none = await rejection(() => new Manual({}).getWebhookActionAndData({ rawData, headers: {} }));
    expect(none).toMatchObject({ type: "invalid_data", code: "no_webhooks" });
  });
});
