// When an event is handled, how often it is tried, and on what its steps are decided. What is done then is tried on a real
// Medusa.

const { handle } = require("medusa-payment-rs/webhook");

const SETTINGS = { identifier: ["acme", "acme-later"], path: "/acme/hooks", provider: "Acme" };
const event = { id: "evt_1", type: "payment.paid", action: "captured", payment: "pay_1", resource: "cart_1" };

/** Records each line of the log as its level and its text. */
function recorder() {
  const lines = [];
  const logger = {};
  for (const level of ["error", "warn", "info", "debug"]) logger[level] = (line) => lines.push([level, line]);
  return { lines, logger };
}

describe("an event", () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  /** A store whose database is down. */
  function brokenStore(reason = new Error("the database is down")) {
    const { lines, logger } = recorder();
    const store = {
      attempts: 0,
      lines,
      resolve: () => logger,
      createScope() {
        store.attempts += 1;
        throw reason;
      },
    };
    return store;
  }

  const handled = (store, options) => handle({}, SETTINGS, event, store, options).catch((error) => error.message);

  /** Long enough for every pause between attempts. */
  const MINUTE = 60_000;

  test.each([
    [undefined, 3],
    [{}, 3],
    [{ webhook_retries: 1 }, 1],
    [{ webhook_retries: 5 }, 5],
    [{ webhook_retries: "2" }, 2],
    [{ webhook_retries: "" }, 3],
    [{ webhook_retries: null }, 3],
  ])(
    "with the options %j that fails is tried %i times, and then handed back to the provider",
    async (options, times) => {
      const store = brokenStore();
      const answer = handled(store, options);
      await jest.advanceTimersByTimeAsync(MINUTE);
      expect(await answer).toBe("the database is down");
      expect(store.attempts).toBe(times);
      const levels = store.lines.map(([level]) => level);
      expect(levels).toStrictEqual([...Array(times - 1).fill("warn"), "error"]);
      expect(store.lines.at(-1)[1]).toMatch(/evt_1\): attempt \d of \w+ failed: the database is down/);
    },
  );

  test("that no further attempt can change is tried once", async () => {
    const store = brokenStore(Object.assign(new Error("another amount"), { isFinal: true }));
    const answer = handled(store, {});
    await jest.advanceTimersByTimeAsync(MINUTE);
    expect(await answer).toBe("another amount");
    expect(store.attempts).toBe(1);
  });

  test("is looked at at once, unless the store asks for a delay", async () => {
    for (const [options, delay] of [
      [undefined, 0],
      [{}, 0],
      [{ webhook_delay: 5_000 }, 5_000],
      [{ webhook_delay: "5000" }, 5_000],
      [{ webhook_delay: "" }, 0],
    ]) {
      const store = brokenStore();
      const answer = handled(store, { webhook_retries: 1, ...options });
      if (delay > 0) {
        await jest.advanceTimersByTimeAsync(delay - 1);
        expect(store.attempts).toBe(0);
      }
      await jest.advanceTimersByTimeAsync(delay > 0 ? 1 : 0);
      expect(store.attempts).toBe(1);
      await answer;
    }
  });

  test.each([
    [{ action: "not_supported" }, "debug", /nothing to do/],
    [{ action: "failed", reason: "The card was declined." }, "warn", /to pay pay_1 failed: The card was declined\./],
    [{ action: "failed" }, "warn", /failed: Acme gives no reason/],
    [{ resource: undefined }, "info", /pay_1 was not made by Medusa/],
    [{ payment: undefined }, "info", /was not made by Medusa/],
    [{ payment: undefined, action: "not_supported", money: { news: "refunded" } }, "info", /was not made by Medusa/],
  ])("with %j is a line of the log, and nothing else", async (changes, level, text) => {
    const store = brokenStore();
    await handle({}, SETTINGS, { ...event, ...changes }, store);
    expect(store.attempts).toBe(0);
    expect(store.lines).toStrictEqual([[level, expect.stringMatching(text)]]);
  });
});

describe("the steps of an event", () => {
  const ONCE = { webhook_retries: 1 };
  const HELD = { payment: "pay_1", status: "authorized", amount: 1500, captured: 0, refunded: 0 };
  const TAKEN = { ...HELD, status: "captured", captured: 1500 };

  /**
   * A store with a cart, whose provider answers with these states in their order. `asked` has what the provider was asked,
   * `decided` what each step was decided on.
   */
  function storeWith({ states, steps, payments = [], session }) {
    const { lines, logger } = recorder();
    const asked = [];
    const decided = [];
    const cart = { id: "cart_1", payment_session: session };
    const services = {
      logger,
      pp_acme: {
        async paymentState(data) {
          asked.push(data);
          return states.shift();
        },
      },
      cartService: {
        retrieve: async () => ({ ...cart, payment: payments[0] }),
        retrieveWithTotals: async () => ({ total: 1500 }),
        createTaxLines: async () => {},
      },
      orderService: { retrieveByCartId: async () => undefined },
      idempotencyKeyService: { retrieve: async () => undefined, create: async (key) => key },
      cartCompletionStrategy: { complete: async () => ({ response_code: 200, response_body: { type: "order" } }) },
      manager: {
        transaction: (work) => work(services.manager),
        query: async () => [{ age: null }],
      },
    };
    const resolve = (name) => ({ ...services[name], withTransaction: () => services[name] });
    const nextStep = (sides) => {
      decided.push(sides);
      return steps.shift();
    };
    const run = (about = event) =>
      handle({ nextStep }, SETTINGS, about, { resolve, createScope: () => ({ resolve }) }, ONCE);
    return { asked, decided, lines, run };
  }

  test("are each decided on the payment as the provider has it now", async () => {
    const [complete, done] = [{ step: "complete" }, { step: "done", why: "recorded" }];
    const { asked, decided, lines, run } = storeWith({ states: [HELD, TAKEN], steps: [complete, complete, done] });
    await run();
    expect(asked).toStrictEqual([{ id: "pay_1" }, { id: "pay_1" }]);
    expect(decided.map(({ state }) => state)).toStrictEqual([HELD, HELD, TAKEN]);
    expect(lines.map(([level]) => level)).toStrictEqual(["info", "debug"]);
  });

  test("are decided on the rows of the plugin's own identifiers, told by the provider's id", async () => {
    const row = (provider_id, id) => ({
      id: `pay_of_${provider_id}`,
      provider_id,
      data: { id },
      created_at: new Date(),
    });
    for (const [provider, id, named] of [
      ["acme", "pay_1", "pay_1"],
      ["acme-later", "pay_2", "pay_2"],
      ["manual", "pay_1", null],
      ["acme", 7, null],
      ["acme", undefined, null],
    ]) {
      const session = row(provider, id);
      const { decided, run } = storeWith({ states: [HELD], steps: [{ step: "done" }], payments: [session], session });
      await run();
      expect(decided[0]).toMatchObject({ provider: "Acme", resource: "cart_1", session: named, total: 1500 });
      expect(decided[0].payments).toStrictEqual([
        { payment: named, is_captured: false, is_canceled: false, age_ms: expect.any(Number), refunded: 0 },
      ]);
    }
  });

  describe("about money that was taken", () => {
    const money = { news: "refunded", id: "re_1", amount: 500, is_ours: false };
    const refunded = { id: "evt_2", type: "refund.created", action: "not_supported", payment: "pay_1", money };
    const GIVEN_BACK = { ...TAKEN, refunded: 500 };

    test("are decided on what the payment is for by the provider's own record of it", async () => {
      const states = [{ ...GIVEN_BACK, resource: "cart_1" }, GIVEN_BACK];
      const { asked, decided, lines, run } = storeWith({ states, steps: [{ step: "attend", why: "look at re_1" }] });
      await run(refunded);
      expect(asked).toStrictEqual([{ id: "pay_1" }, { id: "pay_1" }]);
      expect(decided[0]).toMatchObject({ resource: "cart_1", money, now: expect.any(Number) });
      expect(lines).toStrictEqual([["error", expect.stringMatching(/refund\.created \(evt_2\): look at re_1/)]]);
    });

    test("end with a line of the log if the payment is another integration's", async () => {
      const { decided, lines, run } = storeWith({ states: [GIVEN_BACK] });
      await run(refunded);
      expect(decided).toStrictEqual([]);
      expect(lines).toStrictEqual([["info", expect.stringMatching(/pay_1 was not made by Medusa/)]]);
    });

    test("end with a warning if the payment is another account's", async () => {
      const unknown = { error: "payment_state of pay_1 was refused", code: "404", detail: "No such.", kind: "refused" };
      const { lines, run } = storeWith({ states: [unknown] });
      await run(refunded);
      expect(lines).toStrictEqual([["warn", expect.stringMatching(/at Acme has no pay_1/)]]);
    });

    test("are for a later delivery if the provider cannot be asked", async () => {
      const failed = { error: "It failed", code: "x", detail: "Later.", kind: "temporarily_unavailable" };
      await expect(storeWith({ states: [failed] }).run(refunded)).rejects.toThrow("It failed: Later.");
    });
  });

  test("end with a warning if the provider does not know the payment", async () => {
    const refused = { error: "payment_state of pay_1 was refused", code: "404", detail: "No such.", kind: "refused" };
    const { decided, lines, run } = storeWith({ states: [refused] });
    await run();
    expect(decided).toStrictEqual([]);
    expect(lines).toStrictEqual([["warn", expect.stringMatching(/at Acme has no pay_1: nothing to do \(No such\.\)/)]]);
  });

  test.each(["temporarily_unavailable", "outcome_unknown", "invalid_request"])(
    "are for a later delivery if the state cannot be read: %s",
    async (kind) => {
      const failed = { error: "It failed", code: kind, detail: "Later.", kind };
      const { decided, run } = storeWith({ states: [failed] });
      await expect(run()).rejects.toThrow("It failed: Later.");
      expect(decided).toStrictEqual([]);
    },
  );
});
