// When an event is handled, and how often it is tried. What is done then is tried on a real Medusa.

const { handleEvent } = require("medusa-payment-rs/stripe/webhook/handler.js");

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const event = { id: "evt_1", type: "payment_intent.succeeded", topic: "paid", intent: "pi_1", resource: "cart_1" };

/** A store whose database is down. */
function brokenStore(reason = new Error("the database is down")) {
  const logger = { lines: [] };
  for (const level of ["error", "warn", "info", "debug"]) logger[level] = (line) => logger.lines.push([level, line]);
  const store = {
    attempts: 0,
    lines: logger.lines,
    resolve: () => logger,
    createScope() {
      store.attempts += 1;
      throw reason;
    },
  };
  return store;
}

/** Long enough for every pause between attempts. */
const MINUTE = 60_000;

test.each([
  [undefined, 3],
  [{}, 3],
  [{ webhook_retries: 1 }, 1],
  [{ webhook_retries: 5 }, 5],
])(
  "with the options %j an event that fails is tried %i times, and then handed back to Stripe",
  async (options, times) => {
    const store = brokenStore();
    const handled = handleEvent(event, store, options).catch((error) => error.message);
    await jest.advanceTimersByTimeAsync(MINUTE);
    expect(await handled).toBe("the database is down");
    expect(store.attempts).toBe(times);
    const levels = store.lines.map(([level]) => level);
    expect(levels).toStrictEqual([...Array(times - 1).fill("warn"), "error"]);
    expect(store.lines.at(-1)[1]).toContain(`evt_1): attempt ${times} of ${times} failed: the database is down`);
  },
);

test("what no further attempt can change is tried once", async () => {
  const store = brokenStore(Object.assign(new Error("another amount"), { isFinal: true }));
  const handled = handleEvent(event, store, {}).catch((error) => error.message);
  await jest.advanceTimersByTimeAsync(MINUTE);
  expect(await handled).toBe("another amount");
  expect(store.attempts).toBe(1);
});

test("an event is looked at at once, unless the store asks for a delay", async () => {
  for (const [options, delay] of [
    [undefined, 0],
    [{}, 0],
    [{ webhook_delay: 5_000 }, 5_000],
  ]) {
    const store = brokenStore();
    const handled = handleEvent(event, store, { webhook_retries: 1, ...options }).catch(() => {});
    if (delay > 0) {
      await jest.advanceTimersByTimeAsync(delay - 1);
      expect(store.attempts).toBe(0);
    }
    await jest.advanceTimersByTimeAsync(delay > 0 ? 1 : 0);
    expect(store.attempts).toBe(1);
    await handled;
  }
});
