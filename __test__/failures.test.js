const fs = require("node:fs");
const path = require("node:path");
const { METHODS, Scripted, call, context, dataOf, payment } = require("./support/payments");
const { openLedger } = require("./support/ledger");
const { recordingLogger } = require("./support/logger");
const { script } = require("./support/node");

const SECRET = "sk_live_51H8xyz";

let ledger;
beforeEach(() => {
  ledger = openLedger();
});
afterEach(() => ledger.close());

/** A processor of this test's own that does not repeat reads, with a logger that keeps its lines. */
function open(options = {}) {
  const logger = recordingLogger();
  const processor = new Scripted({ logger }, { ledger: ledger.file, max_retries: 0, ...options });
  return Object.assign(processor, { logger });
}

const failure = (code) => ({ error: expect.stringMatching(/\S/), code, detail: expect.stringMatching(/\S/) });

const isRead = (name) => name === "retrievePayment" || name === "getPaymentStatus";
const withErrors = METHODS.filter(({ name }) => name !== "getPaymentStatus");

describe.each(withErrors)("$name", ({ name, operation }) => {
  const play = (step, options, more) => call(open(options), name, payment(operation, step, more));

  test("answers a refusal with the provider's reason", async () => {
    expect(await play("refuse")).toStrictEqual({
      error: "The provider refused it",
      code: "card_declined",
      detail: "The card was declined.",
    });
  });

  test("answers a refusal without a word of reason with three words of ours", async () => {
    expect(await play("refuse_blank")).toStrictEqual(failure("refused"));
  });

  test("answers that the provider is down, and that nothing was moved", async () => {
    expect(await play("unavailable")).toStrictEqual(failure("temporarily_unavailable"));
    expect(ledger.lines()).toStrictEqual([]);
  });

  test("answers a panic with its message, and goes on", async () => {
    const processor = open();
    const answer = await call(processor, name, payment(operation, ["panic"]));
    expect(answer).toStrictEqual(failure(isRead(name) ? "temporarily_unavailable" : "outcome_unknown"));
    expect(answer.detail).toContain("out of cheese");
    expect(await call(processor, name, payment(operation, ["panic"]))).not.toHaveProperty("error");
  });

  test("answers when the time is over", async () => {
    const answer = await play("hang", { deadline_ms: 50 });
    expect(answer).toStrictEqual(failure(isRead(name) ? "temporarily_unavailable" : "outcome_unknown"));
  });

  test("answers when the time of the one attempt is over", async () => {
    const answer = await play("hang", { attempt_timeout_ms: 50 });
    expect(answer).toStrictEqual(failure(isRead(name) ? "temporarily_unavailable" : "outcome_unknown"));
  });

  test("answers a provider's null with an error", async () => {
    const answer = await play("null");
    expect(answer).toStrictEqual(failure(expect.stringMatching(/\S/)));
    expect(answer.code).not.toBe("refused");
  });

  test("takes a member `error` out of what is a success", async () => {
    const answer = await play("error_key");
    expect(answer).not.toHaveProperty("error");
    expect(dataOf(answer)).not.toHaveProperty("error");
    expect(dataOf(answer)).toMatchObject({ id: "pay_1" });
  });

  test("returns nothing that cannot be stored", async () => {
    expect(dataOf(await play("unstorable"))).toMatchObject({ a: "\ufffd", b: "x\ufffdy" });
  });
});

describe("getPaymentStatus", () => {
  const ask = (processor, step) => processor.getPaymentStatus(payment("get_payment_status", step));

  test.each(["refuse", "refuse_blank", "unavailable", "panic", "null"])(
    "rejects with an Error where %s leaves it unknown",
    async (step) => {
      const promise = ask(open(), step);
      await expect(promise).rejects.toBeInstanceOf(Error);
      await expect(promise).rejects.toThrow(/getPaymentStatus/);
    },
  );

  test("rejects with an Error when the time is over", async () => {
    await expect(ask(open({ deadline_ms: 50 }), "hang")).rejects.toBeInstanceOf(Error);
  });

  test.each(["unavailable", "panic", "hang"])(
    "falls back to the status read at the authorization if %s leaves it unknown",
    async (step) => {
      const processor = open({ attempt_timeout_ms: 50 });
      const data = payment("get_payment_status", step, { authorize_as: "requires_more" });
      expect((await processor.authorizePayment(data, {})).status).toBe("requires_more");
      expect(await processor.getPaymentStatus(data)).toBe("requires_more");
    },
  );

  test.each(["refuse", "null"])("does not fall back if the provider has answered: %s", async (step) => {
    const processor = open();
    const data = payment("get_payment_status", step, { authorize_as: "requires_more" });
    await processor.authorizePayment(data, {});
    await expect(processor.getPaymentStatus(data)).rejects.toBeInstanceOf(Error);
  });

  test("falls back to the status that it read itself", async () => {
    const processor = open();
    const data = payment("get_payment_status", ["ok", "unavailable"], { authorize_as: "pending" });
    expect(await processor.getPaymentStatus(data)).toBe("pending");
    expect(await processor.getPaymentStatus(data)).toBe("pending");
  });

  test("does not fall back to what was read of another payment", async () => {
    const processor = open();
    await processor.authorizePayment({ id: "pay_2" }, {});
    await expect(ask(processor, "unavailable")).rejects.toBeInstanceOf(Error);
  });

  test("does not fall back to what a capture has overtaken", async () => {
    const processor = open();
    await processor.authorizePayment({ id: "pay_1", authorize_as: "pending" }, {});
    await processor.capturePayment({ id: "pay_1" });
    await expect(ask(processor, "unavailable")).rejects.toBeInstanceOf(Error);
  });

  test("repeats a read that was lost", async () => {
    const processor = open({ max_retries: 1 });
    expect(await ask(processor, ["unavailable"])).toBe("authorized");
    expect(processor.logger.lines.map(([level]) => level)).toStrictEqual(["warn", "debug"]);
  });

  test("turns a status that Medusa does not know into one that it does", async () => {
    expect(await open().getPaymentStatus({ id: "pay_1", authorize_as: "captured" })).toBe("authorized");
    const { status } = await open().authorizePayment({ id: "pay_1", authorize_as: "captured" }, {});
    expect(status).toBe("authorized");
  });
});

describe("a reply that was lost", () => {
  test("is an unknown outcome and no refusal, and the same refund again moves no more money", async () => {
    const processor = open();
    const data = payment("refund_payment", ["lose_reply"]);
    expect(await processor.refundPayment(data, 400)).toStrictEqual(failure("outcome_unknown"));
    expect(await processor.refundPayment(data, 400)).toStrictEqual({ ...data, last: "refund_payment", moved: 1 });
    expect(ledger.lines()).toStrictEqual(["refund_payment pay_1 400"]);
  });

  test("of a capture is found out about as well", async () => {
    const processor = open();
    const data = payment("capture_payment", ["lose_reply"]);
    expect(await processor.capturePayment(data)).toStrictEqual(failure("outcome_unknown"));
    expect(await processor.capturePayment(data)).not.toHaveProperty("error");
    expect(ledger.lines()).toStrictEqual(["capture_payment pay_1"]);
  });

  test("is repeated within the call where the provider takes the key, and moves money once", async () => {
    const processor = open({ carries_key: true, max_retries: 1 });
    const data = payment("refund_payment", ["lose_reply"]);
    expect(await processor.refundPayment(data, 400)).not.toHaveProperty("error");
    expect(ledger.lines()).toStrictEqual(["refund_payment pay_1 400"]);
  });

  test("is not repeated within the call where it does not", async () => {
    const processor = open({ max_retries: 1 });
    const data = payment("refund_payment", ["lose_reply"]);
    expect(await processor.refundPayment(data, 400)).toStrictEqual(failure("outcome_unknown"));
  });

  test("does not stand in the way of a second refund that is wanted", async () => {
    const processor = open();
    const first = await processor.refundPayment({ id: "pay_1" }, 400);
    await processor.refundPayment(first, 400);
    expect(ledger.lines()).toStrictEqual(["refund_payment pay_1 400", "refund_payment pay_1 400"]);
  });

  test("is found out about after a restart too", async () => {
    const data = payment("refund_payment", ["lose_reply"]);
    const refund = `
      const { Scripted } = require("./__test__/support/payments");
      const processor = new Scripted({}, { ledger: process.env.LEDGER });
      processor.refundPayment(${JSON.stringify(data)}, 400).then((answer) => console.log(answer.code));`;
    const { stdout } = await script(refund, { env: { LEDGER: ledger.file } });
    expect(stdout).toBe("outcome_unknown\n");
    const restarted = open();
    expect(await restarted.refundPayment(data, 400)).toStrictEqual(failure("outcome_unknown"));
    expect(await restarted.refundPayment(data, 400)).toMatchObject({ last: "refund_payment", moved: 1 });
    expect(ledger.lines()).toStrictEqual(["refund_payment pay_1 400"]);
  });
});

describe("calls at the same time", () => {
  /** The results of promises, in the order in which they settle. */
  async function inOrder(promises) {
    const settled = [];
    await Promise.all(promises.map((promise) => promise.then((value) => settled.push(value))));
    return settled;
  }

  // In each of the next two, the slow call would be the first to end if both ran at once.
  const options = { attempt_timeout_ms: 400 };

  test("that capture one payment run one after the other", async () => {
    const data = payment("capture_payment", ["hang", "slow"]);
    const [first, second] = await inOrder([open(options).capturePayment(data), open(options).capturePayment(data)]);
    expect(first).toStrictEqual(failure("outcome_unknown"));
    expect(second).toMatchObject({ last: "capture_payment" });
    expect(ledger.lines()).toStrictEqual(["capture_payment pay_1"]);
  });

  test("that change one payment in two ways run one after the other", async () => {
    const processor = open(options);
    const data = { id: "pay_1", script: { capture_payment: "hang", cancel_payment: "slow" } };
    const capture = processor.capturePayment(data);
    // By the time that these are answered, the capture has its turn.
    for (let read = 0; read < 20; read++) await processor.retrievePayment(data);
    const [first, second] = await inOrder([capture, processor.cancelPayment(data)]);
    expect(first).toStrictEqual(failure("outcome_unknown"));
    expect(second).toMatchObject({ last: "cancel_payment" });
    expect(ledger.lines()).toStrictEqual(["cancel_payment pay_1"]);
  });

  test("that refund one payment with the same books are one refund", async () => {
    const processor = open();
    const amounts = [1, 2, 3, 3];
    const answers = await Promise.all(amounts.map((amount) => processor.refundPayment({ id: "pay_1" }, amount)));
    const made = answers.filter((answer) => !("error" in answer));
    expect(made).toHaveLength(1);
    expect(answers.filter((answer) => "error" in answer)).toStrictEqual(
      Array(3).fill(failure("temporarily_unavailable")),
    );
    expect(ledger.lines()).toHaveLength(1);
    expect(await processor.refundPayment(made[0], 4)).toMatchObject({ moved: 2 });
  });

  test("hold back neither reads nor other payments", async () => {
    const processor = open({ deadline_ms: 1000 });
    let answered = false;
    const capture = processor.capturePayment(payment("capture_payment", "hang")).finally(() => {
      answered = true;
    });
    await processor.retrievePayment({ id: "pay_1" });
    await processor.getPaymentStatus({ id: "pay_1" });
    await processor.capturePayment({ id: "pay_2" });
    expect(answered).toBe(false);
    expect(await capture).toStrictEqual(failure("outcome_unknown"));
  });
});

describe("a processor that blocks its thread", () => {
  // In a process of its own: the thread stays blocked for a while after the answer.
  const blocked = (calls) =>
    script(
      `
      const { Scripted } = require("./__test__/support/payments");
      const processor = new Scripted({}, { deadline_ms: 50 });
      const answered = [];
      const note = (what) => (answer) => answered.push([what, answer.code ?? "ok"]);
      const capture = (id) =>
        processor.capturePayment({ id, script: { capture_payment: "block" } }).then(note("blocked"));
      Promise.all([
        ...Array.from({ length: ${calls} }, (_, index) => capture("pay_" + index)),
        processor.capturePayment({ id: "other" }).then(note("other")),
      ]).then(() => console.log(JSON.stringify(answered)) || process.exit());`,
    );

  test("gets an answer all the same, and holds up no other payment", async () => {
    const { code, stdout } = await blocked(1);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toStrictEqual([
      ["other", "ok"],
      ["blocked", "outcome_unknown"],
    ]);
  });

  test("does not hold back the answers that its thread has given already", async () => {
    const { code, stdout } = await script(
      `
      const { setImmediate } = require("node:timers/promises");
      const { Scripted } = require("./__test__/support/payments");
      const processor = new Scripted({});
      let blocked = true;
      const others = Array.from({ length: 16 }, (_, index) => processor.capturePayment({ id: "other_" + index }));
      processor.capturePayment({ id: "pay_1", script: { capture_payment: "block" } }).finally(() => (blocked = false));
      Promise.all(others)
        // Answers that come together are all delivered by then.
        .then(() => setImmediate())
        .then(() => console.log(blocked) || process.exit());`,
      { env: { MEDUSA_PAYMENT_RS_WORKERS: "1" } },
    );
    expect({ code, stdout }).toStrictEqual({ code: 0, stdout: "true\n" });
  });

  test("on every thread gets its answers all the same", async () => {
    const { code, stdout } = await blocked(3);
    expect(code).toBe(0);
    const answers = JSON.parse(stdout).filter(([what]) => what === "blocked");
    expect(answers).toHaveLength(3);
    // Their time is over long before the thread is free again: none of them may be known to be done.
    expect(answers).not.toContainEqual(["blocked", "ok"]);
  });
});

test("no answer, error or line of the log ever shows a secret", async () => {
  const seen = [];
  const processor = open({ api_key: SECRET, deadline_ms: 50 });
  const steps = ["ok", "refuse", "refuse_blank", "unavailable", "lose_reply", "panic", "hang", "null", "error_key"];
  for (const { name, operation } of METHODS) {
    for (const step of [...steps, "unstorable", "chatty"]) {
      const promise = call(processor, name, { ...payment(operation, step), client_secret: "cs_secret" });
      seen.push(await promise.then(JSON.stringify, (error) => `${error.stack} ${JSON.stringify(error)}`));
    }
    await processor[name]().catch((error) => seen.push(error.stack));
  }
  for (const options of [{ api_key: [SECRET] }, { api_key: SECRET, unknown: SECRET }, { deadline_ms: SECRET }]) {
    try {
      open(options);
    } catch (error) {
      seen.push(error.stack);
    }
  }
  const lines = processor.logger.lines.map((line) => line.join(" "));
  expect(seen).toHaveLength(METHODS.length * (steps.length + 3) + 3);
  expect(lines.length).toBeGreaterThan(METHODS.length);
  expect([...seen, ...lines].filter((text) => text?.includes(SECRET))).toStrictEqual([]);
  expect(lines.filter((line) => line.includes("cs_secret"))).toStrictEqual([]);
});

test("a ledger that cannot be written does not keep a payment from being answered", async () => {
  const missing = path.join(path.dirname(ledger.file), "missing", "ledger");
  const answer = await open({ ledger: missing }).initiatePayment(context());
  expect(dataOf(answer)).toMatchObject({ id: "pay_cart_1" });
  expect(fs.existsSync(missing)).toBe(false);
});
