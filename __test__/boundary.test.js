const { Manual, METHODS, Scripted, anyId, call, context, dataOf } = require("./support/payments");

const manual = new Manual({}, {});

/** The methods that resolve with the data which they were given. */
const retrieve = (data) => manual.retrievePayment(data);
const echoes = [
  ["retrievePayment", retrieve],
  ["updatePaymentData", (data) => manual.updatePaymentData("ps_1", data)],
  ["authorizePayment", async (data) => (await manual.authorizePayment(data, {})).data],
  ["updatePayment", async (data) => (await manual.updatePayment(context({ paymentSessionData: data }))).session_data],
];

const nested = (levels) => JSON.parse(`${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`);

/** The promise of a call that must not throw, whatever it is given. */
function promiseOf(method, self, args) {
  let promise;
  expect(() => {
    promise = method.apply(self, args);
  }).not.toThrow();
  expect(promise).toBeInstanceOf(Promise);
  return promise;
}

async function rejectionOf(promise) {
  const error = await promise.then(
    (value) => {
      throw new Error(`resolved with ${JSON.stringify(value)}`);
    },
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  return error;
}

describe("results", () => {
  test("are plain values of the caller's realm", async () => {
    const result = await manual.initiatePayment(context());
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(result).toStrictEqual({
      session_data: {
        id: expect.stringMatching(/^manual_/),
        status: "pending",
        amount: 1000,
        currency: "eur",
        captured: 0,
        refunded: 0,
      },
    });
    const { list } = await retrieve({ list: [{ deep: [1] }] });
    expect(list).toBeInstanceOf(Array);
    expect(list).toStrictEqual([{ deep: [1] }]);
  });

  test.each(METHODS)("of $name come as a Promise", async ({ name, argumentsFor }) => {
    await promiseOf(manual[name], manual, argumentsFor({}));
  });

  test("can be awaited together, each its own", async () => {
    const numbers = Array.from({ length: 500 }, (_, number) => number);
    const answers = await Promise.all(
      numbers.map((number) => call(manual, number % 2 ? "retrievePayment" : "updatePaymentData", { number })),
    );
    expect(answers).toStrictEqual(numbers.map((number) => ({ number })));
  });
});

describe.each(echoes)("data through %s", (name, echo) => {
  /** What the method itself adds. */
  const added = { authorizePayment: { status: "authorized" } }[name] ?? {};
  const id = expect.stringMatching(/^manual_/);
  const books = { status: "pending", amount: 1000, currency: "eur", captured: 0, refunded: 0 };
  const expected = (data) =>
    name === "updatePayment" ? { id, ...data, ...books } : { ...JSON.parse(JSON.stringify(data)), ...added };

  test("is what JSON makes of it", async () => {
    class Entity {
      constructor() {
        this.id = "cus_1";
        this.created_at = new Date(0);
      }
    }
    const data = {
      date: new Date(Date.UTC(2024, 1, 29)),
      invalid: new Date(Number.NaN),
      custom: { toJSON: () => ({ made: "by toJSON" }) },
      entity: new Entity(),
      dropped: undefined,
      method() {},
      symbol: Symbol("x"),
      list: [undefined, () => {}, Number.NaN, null],
      boxed: [new String("s"), new Number(1), new Boolean(false)],
      map: new Map([["a", 1]]),
      bytes: new Uint8Array([1, 2]),
      nothing: null,
    };
    const result = await echo(data);
    expect(result).toStrictEqual(expected(JSON.parse(JSON.stringify(data))));
    expect(result.date).toBe("2024-02-29T00:00:00.000Z");
    expect(result.entity).toStrictEqual({ id: "cus_1", created_at: "1970-01-01T00:00:00.000Z" });
  });

  test.each([
    0,
    -0,
    1,
    -1,
    0.1,
    0.1 + 0.2,
    1e21,
    1e-7,
    1.5e300,
    2 ** 31,
    2 ** 32 + 1,
    2 ** 53 - 1,
    -(2 ** 53 - 1),
    2 ** 63,
    2 ** 64,
    5e-324,
    2.2250738585072014e-308,
    1.7976931348623157e308,
    123456789.12345679,
  ])("keeps the number %p", async (number) => {
    const { n, list } = await echo({ n: number, list: [number] });
    expect(n).toBe(JSON.parse(JSON.stringify(number)));
    expect(list).toStrictEqual([n]);
  });

  test("keeps the order of its keys", async () => {
    const data = { zebra: 1, apple: { y: 1, x: 2 }, mango: 3, "": 4, A: 5, é: 6, a: 7 };
    const result = await echo(data);
    const keys = Object.keys(data);
    expect(Object.keys(result).filter((key) => keys.includes(key))).toStrictEqual(keys);
    expect(Object.keys(result.apple)).toStrictEqual(["y", "x"]);
  });

  test("keeps text of every kind", async () => {
    const data = {
      german: "Übergrößenträger",
      japanese: "日本語テキスト",
      arabic: "مرحبا",
      emoji: "👩‍👩‍👧‍👦 🏳️‍🌈 💳",
      combined: "e\u0301 é",
      escapes: '\b\f\n\r\t\\ " / \u0001 \u001f \u007f \u2028 \u2029 \ufeff \uffff \\u0000',
      "ключ 🔑": "value",
      '"quoted" \\ key': "value",
      __proto: "not the prototype",
    };
    const result = await echo(data);
    expect(result).toStrictEqual(expected(data));
  });

  test("never has what PostgreSQL refuses", async () => {
    const data = JSON.parse(
      String.raw`{"a":"x\u0000y","b":"\ud800","c":"\udc00","d":"\ud83d\ude00\ud83d","e\u0000\udfff":["\ude00\ud83d"],"f":"\\u0000"}`,
    );
    const text = JSON.stringify(await echo(data));
    expect(text).not.toMatch(/(?<!\\)(\\\\)*\\u(0000|d[89a-f])/i);
    expect(JSON.parse(text)).toMatchObject({
      a: "x\ufffdy",
      b: "\ufffd",
      c: "\ufffd",
      d: "😀\ufffd",
      "e\ufffd\ufffd": ["\ufffd\ufffd"],
      f: "\\u0000",
    });
  });

  test("never has a member `error`, which Medusa takes for a failure", async () => {
    const result = await echo({ before: 1, error: "not really", nested: { error: "stays" }, after: 2 });
    expect(result).toMatchObject({ before: 1, nested: { error: "stays" }, after: 2 });
    expect(result).not.toHaveProperty("error");
    expect(await echo(JSON.parse(String.raw`{"err\u006fr":1,"a":1}`))).not.toHaveProperty("error");
  });

  test("may be a thousand levels deep", async () => {
    const data = { deep: nested(1000) };
    expect(JSON.stringify((await echo(data)).deep)).toBe(JSON.stringify(data.deep));
  });

  test("may be a megabyte", async () => {
    const rows = Array.from({ length: 10_000 }, (_, id) => ({ id, text: "é".repeat(90) }));
    expect(JSON.stringify(rows).length).toBeGreaterThan(1_000_000);
    expect((await echo({ rows })).rows).toStrictEqual(rows);
  });

  test("is not changed where it was handed over", async () => {
    const freeze = (value) => {
      if (value && typeof value === "object") Object.values(Object.freeze(value)).forEach(freeze);
      return value;
    };
    const data = freeze({ id: "pay_1", list: [{ a: 1 }], error: "x" });
    await echo(data);
    expect(data).toStrictEqual({ id: "pay_1", list: [{ a: 1 }], error: "x" });
  });

  test("may have members that are named like Object's own", async () => {
    const data = JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"toString":2,"hasOwnProperty":3}');
    const result = await echo(data);
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(Object.getOwnPropertyDescriptor(result, "__proto__").value).toStrictEqual({ polluted: true });
    expect(result.constructor).toBe(1);
    expect({}.polluted).toBeUndefined();
  });
});

describe.each(METHODS)("$name", ({ name, parameters, argumentsFor }) => {
  const method = Manual.prototype[name];
  const good = argumentsFor({ note: "x" });
  const isShoppers = (parameter) => name === "updatePaymentData" && parameter === "data";
  const json = parameters.filter((parameter) => !["refundAmount", "sessionId"].includes(parameter));
  const withArgument = (parameter, value) => good.with(parameters.indexOf(parameter), value);

  test.each([
    ["undefined", undefined],
    ["null", null],
    ["a number", 5],
    ["a string", "x"],
    ["an object", {}],
    ["a class", Manual],
    ["the prototype", Manual.prototype],
    ["an object below the prototype", Object.create(Manual.prototype)],
    ["an instance of another addon's class", new Scripted({}, {})],
  ])("rejects %s as `this`", async (_, self) => {
    const error = await rejectionOf(promiseOf(method, self, good));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(name);
    expect(error.message).toMatch(/this/);
  });

  test("can be called unbound only with a rejection, and bound", async () => {
    const { [name]: unbound } = manual;
    expect(await rejectionOf(promiseOf(unbound, undefined, good))).toBeInstanceOf(TypeError);
    const bound = manual[name].bind(manual);
    expect(await bound(...good)).toStrictEqual(anyId(await manual[name](...good)));
  });

  test("rejects a call without arguments", async () => {
    const error = await rejectionOf(promiseOf(method, manual, []));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(name);
    expect(error.message).toContain(parameters[0]);
    expect(error.message).toMatch(/expected (an object|a string)/);
    expect(error.message).toContain("got undefined");
  });

  test("ignores further arguments", async () => {
    expect(await manual[name](...good, "more", 10n)).toStrictEqual(anyId(await manual[name](...good)));
  });

  for (const parameter of parameters) {
    const expected = { refundAmount: "a number", sessionId: "a string" }[parameter] ?? "an object";
    const wrong = [
      ["undefined", undefined],
      ["null", null],
      ["a boolean", true],
      ["a number", 5],
      ["a string", "x"],
      ["a symbol", Symbol("x")],
      ["a function", () => {}],
      ["a bigint", 10n],
      ["an object", {}],
      ["an array", []],
    ].filter(([kind]) => kind !== expected);
    // Only what crosses as JSON is looked into.
    if (expected === "an object") wrong.push(["a string", new Date(0)]);
    else wrong.pop();
    const fromBrowsers = ["null", "a boolean", "a number", "a string", "an array"];
    const rejected = wrong.filter(([kind]) => !(isShoppers(parameter) && fromBrowsers.includes(kind)));

    test.each(rejected)(`rejects %s as ${parameter}`, async (kind, value) => {
      const error = await rejectionOf(promiseOf(method, manual, withArgument(parameter, value)));
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toContain(name);
      expect(error.message).toContain(parameter);
      expect(error.message).toContain(expected);
      expect(error.message).toContain(`got ${kind}`);
    });

    if (isShoppers(parameter)) {
      const answered = wrong.filter(([kind]) => fromBrowsers.includes(kind));
      test.each(answered)(`answers %s as ${parameter}, which a browser can send`, async (kind, value) => {
        const answer = await promiseOf(method, manual, withArgument(parameter, value));
        expect(answer).toStrictEqual({ error: expect.any(String), code: "invalid_data", detail: expect.any(String) });
        expect(answer.detail).toContain(`got ${kind}`);
      });
    }
  }

  describe.each(json)("rejects a %s", (parameter) => {
    /** Where a value can stand in the argument: a context is looked at field by field. */
    const holding = (value) => {
      const inside = parameter === "context" && name !== "authorizePayment" ? { context: { value } } : { value };
      const holder = good[parameters.indexOf(parameter)];
      return withArgument(parameter, Object.defineProperties({ ...holder }, Object.getOwnPropertyDescriptors(inside)));
    };
    const throwing = (thrown) => {
      const value = {
        get trap() {
          throw thrown;
        },
      };
      return holding(value);
    };

    test("with a cycle", async () => {
      const cycle = {};
      cycle.self = cycle;
      const error = await rejectionOf(promiseOf(method, manual, holding(cycle)));
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toContain(name);
      expect(error.message).toContain(parameter);
      expect(error.message).toMatch(/circular/i);
    });

    test("with a BigInt", async () => {
      const error = await rejectionOf(promiseOf(method, manual, holding(10n)));
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toContain(name);
      expect(error.message).toContain(parameter);
      expect(error.message).toMatch(/BigInt/);
    });

    const unreadable = Object.create(null);
    test.each([
      ["an Error", new Error("no entry"), /no entry/],
      ["a RangeError", new RangeError("out of stock"), /out of stock/],
      ["a string", "just text", /just text/],
      ["null", null, /null/],
      ["undefined", undefined, /undefined/],
      ["a symbol", Symbol("sign"), /sign/],
      ["an Error whose message is no text", Object.assign(new Error("x"), { message: 5 }), /5/],
      ["an object that cannot become text", unreadable, /./],
    ])("whose getter throws %s", async (_, thrown, message) => {
      const error = await rejectionOf(promiseOf(method, manual, throwing(thrown)));
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toContain(name);
      expect(error.message).toMatch(message);
      expect(error.cause).toBe(thrown);
    });

    test("whose toJSON throws", async () => {
      const thrown = new Error("not for you");
      const value = {
        toJSON() {
          throw thrown;
        },
      };
      const error = await rejectionOf(promiseOf(method, manual, holding(value)));
      expect(error.message).toContain("not for you");
      expect(error.cause).toBe(thrown);
    });

    if (!isShoppers(parameter)) {
      test("of ten thousand levels", async () => {
        const error = await rejectionOf(promiseOf(method, manual, holding(nested(10_000))));
        expect(error).toBeInstanceOf(TypeError);
        expect(error.message).toContain(name);
        expect(error.message).toContain(parameter);
        expect(error.message).toMatch(/deep/);
      });
    }
  });

  test("survives a thousand levels", async () => {
    expect(await call(manual, name, { deep: nested(1000) })).not.toHaveProperty("error");
  });

  test("survives a hundred thousand levels", async () => {
    let deep = {};
    for (let level = 0; level < 100_000; level++) deep = { deep };
    await promiseOf(method, manual, argumentsFor(deep)).then(
      (answer) => expect(answer).toHaveProperty("error"),
      (error) => expect(error).toBeInstanceOf(TypeError),
    );
  });
});

test.each([2_001, 5_000, 10_000, 100_000])("%p levels from a shopper's browser get an error object", async (levels) => {
  let data = {};
  for (let level = 1; level < levels; level++) data = { data };
  expect(await manual.updatePaymentData("ps_1", data)).toStrictEqual({
    error: expect.any(String),
    code: "invalid_data",
    detail: expect.stringMatching(/deep/),
  });
});

describe("the context of a payment", () => {
  const methods = [["initiatePayment"], ["updatePayment"]];

  describe.each(methods)("of %s", (name) => {
    test.each([
      ["only what is needed", { amount: 1, currency_code: "eur", resource_id: "cart_1" }],
      [
        "null in every optional field",
        context({ email: null, customer: null, billing_address: null, context: null, paymentSessionData: null }),
      ],
      [
        "Medusa's entities",
        context({
          email: "",
          customer: {
            id: "cus_1",
            email: "buyer@example.com",
            first_name: null,
            has_account: true,
            created_at: new Date(0),
            orders: undefined,
            metadata: { vip: true },
          },
          billing_address: { id: "addr_1", first_name: "Ä", country_code: null, metadata: null, deleted_at: null },
          context: { ip: "::1", user_agent: "x" },
        }),
      ],
    ])("may have %s", async (_, value) => {
      const { session_data: data } = await manual[name](value);
      expect(data).toStrictEqual({
        id: expect.stringMatching(/^manual_/),
        status: "pending",
        amount: value.amount,
        currency: "eur",
        captured: 0,
        refunded: 0,
      });
    });

    test.each([
      ["currency_code", undefined, "undefined"],
      ["currency_code", 5, "an integer"],
      ["resource_id", undefined, "undefined"],
      ["resource_id", {}, "an object"],
      ["email", 5, "an integer"],
      ["currency_code", null, "null"],
      ["customer", "cus_1", "a string"],
      ["customer", ["cus_1"], "an array"],
      ["billing_address", 5, "an integer"],
      ["billing_address", ["Ada"], "an array"],
      ["context", [], "an array"],
      ["paymentSessionData", "{}", "a string"],
    ])("rejects a wrong %s (%p)", async (field, value, got) => {
      const error = await rejectionOf(manual[name](context({ [field]: value })));
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toContain(name);
      expect(error.message).toContain(`context.${field}`);
      expect(error.message).toMatch(/expected/);
      expect(error.message).toContain(`got ${got}`);
    });

    test("names the field of a customer that is wrong, and not its value", async () => {
      const error = await rejectionOf(manual[name](context({ customer: { email: ["private@example.com"] } })));
      expect(error.message).toContain("context.customer.email");
      expect(error.message).not.toContain("private@example.com");
    });
  });
});

test("the keys of a processor's error carry nothing that cannot be stored either", async () => {
  const data = JSON.parse(String.raw`{"id":"p\u0000","script":{"capture_payment":"\ud800\u0000"}}`);
  const answer = await new Scripted({}, {}).capturePayment(data);
  expect(answer).toStrictEqual({ error: expect.any(String), code: "unknown_step", detail: expect.any(String) });
  expect(JSON.stringify(answer)).not.toMatch(/\\u(0000|d[89a-f])/i);
  expect(dataOf(answer)).toBe(answer);
});
