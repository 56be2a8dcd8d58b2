const { Manual, METHODS, Scripted, call, context } = require("./support/payments");
const { recordingLogger } = require("./support/logger");
const { script } = require("./support/node");

const changes = METHODS.filter(({ name }) => !["retrievePayment", "getPaymentStatus"].includes(name));
const reads = METHODS.filter(({ name }) => ["retrievePayment", "getPaymentStatus"].includes(name));

const MINE = /^(medusa-payment-rs): /;

async function linesOf(name, data, options = { max_retries: 0, deadline_ms: 100 }) {
  const logger = recordingLogger();
  await call(new Scripted({ logger }, options), name, data).catch(() => {});
  return logger.lines;
}

describe("the store's logger", () => {
  test.each(changes)("gets an info for $name", async ({ name, operation }) => {
    const lines = await linesOf(name, { id: "pay_1" });
    expect(lines).toStrictEqual([["info", expect.stringMatching(MINE)]]);
    expect(lines[0][1]).toMatch(new RegExp(`scripted\\.${operation} ok in \\d+\\.\\d+ ms`));
  });

  test.each(reads)("gets a debug for $name", async ({ name, operation }) => {
    const lines = await linesOf(name, { id: "pay_1" });
    expect(lines).toStrictEqual([["debug", expect.stringMatching(MINE)]]);
    expect(lines[0][1]).toContain(`scripted.${operation} ok`);
  });

  test.each([
    ["refuse", "warn", "refused"],
    ["unavailable", "warn", "temporarily_unavailable"],
    ["lose_reply", "error", "outcome_unknown"],
    ["panic", "error", "outcome_unknown"],
    ["hang", "error", "outcome_unknown"],
  ])("gets for %s: %s", async (step, level, outcome) => {
    const lines = await linesOf("capturePayment", { id: "pay_1", script: { capture_payment: step } });
    expect(lines.at(-1)).toStrictEqual([level, expect.stringContaining(`scripted.capture_payment ${outcome}`)]);
    expect(lines).toHaveLength(step === "panic" ? 2 : 1);
  });

  test("gets the place of a panic, and not its message", async () => {
    const [[level, line]] = await linesOf("capturePayment", { id: "pay_1", script: { capture_payment: "panic" } });
    expect(level).toBe("error");
    expect(line).toMatch(/panicked at .*lib\.rs:\d+/);
    expect(line).not.toContain("out of cheese");
  });

  test("gets the lines of the processor itself, in their order, before the call is answered", async () => {
    const events = [];
    const processor = new Scripted({ logger: recordingLogger(events) }, {});
    await processor
      .capturePayment({ id: "pay_1", script: { capture_payment: "chatty" } })
      .then(() => events.push("answered"));
    expect(events).toStrictEqual([
      ["info", "scripted-payments: said line=one"],
      ["info", "scripted-payments: said line=two"],
      ["info", "scripted-payments: said line=three"],
      ["info", expect.stringContaining("scripted.capture_payment ok")],
      "answered",
    ]);
  });

  test("gets the lines of a call that is refused", async () => {
    const events = [];
    const processor = new Scripted({ logger: recordingLogger(events) }, {});
    await processor
      .capturePayment({ id: "pay_1", script: { capture_payment: "refuse" } })
      .then(() => events.push("answered"));
    expect(events).toStrictEqual([["warn", expect.any(String)], "answered"]);
  });

  test("is the one of the instance that was called", async () => {
    const loggers = Array.from({ length: 20 }, () => recordingLogger());
    await Promise.all(loggers.map((logger, index) => new Manual({ logger }).retrievePayment({ id: `pay_${index}` })));
    for (const { lines } of loggers) expect(lines).toHaveLength(1);
  });

  test("keeps its `this`", async () => {
    class Logger {
      lines = [];
      info(line) {
        this.lines.push(line);
      }
    }
    const logger = new Logger();
    await new Manual({ logger }).initiatePayment(context());
    expect(logger.lines).toHaveLength(1);
  });

  test("may call the processor itself", async () => {
    const answers = [];
    const logger = recordingLogger();
    const manual = new Manual({ logger });
    logger.info = () => answers.push(manual.retrievePayment({ id: "pay_1" }));
    await manual.capturePayment({ id: "pay_1" });
    expect(await Promise.all(answers)).toStrictEqual([{ id: "pay_1" }]);
    expect(logger.lines).toStrictEqual([["debug", expect.any(String)]]);
  });

  test("is looked up at each call", async () => {
    const container = { logger: recordingLogger() };
    const manual = new Manual(container);
    await manual.capturePayment({});
    const first = container.logger;
    container.logger = recordingLogger();
    await manual.capturePayment({});
    expect([first.lines.length, container.logger.lines.length]).toStrictEqual([1, 1]);
  });

  test("never gets data", async () => {
    const logger = recordingLogger();
    const data = {
      id: "pay_1",
      card: "4242424242424242",
      email: "private@example.com",
      client_secret: "cs_1",
      error: "a member of the data",
    };
    const processors = [new Manual({ logger }), new Scripted({ logger }, { max_retries: 0 })];
    for (const processor of processors) {
      for (const { name, operation } of METHODS) {
        for (const step of ["ok", "refuse", "null", "unstorable"]) {
          await call(processor, name, { ...data, script: { [operation]: step } }).catch(() => {});
        }
      }
      const customer = { email: data.email, metadata: { card: data.card } };
      await processor.initiatePayment(context({ email: data.email, customer, context: data }));
    }
    const text = logger.lines.flat().join("\n");
    expect(text).not.toMatch(/4242|private@|cs_1|a member of/);
  });
});

describe("standard error", () => {
  const calls = (container) => `
    const { Manual, Scripted } = require("./__test__/support/payments");
    const container = ${container};
    const scripted = new Scripted(container, {});
    (async () => {
      await new Manual(container).retrievePayment({});
      await scripted.capturePayment({ id: "pay_1", script: { capture_payment: "chatty" } });
      await scripted.capturePayment({ id: "pay_2", script: { capture_payment: "refuse" } });
      await scripted.capturePayment({ id: "pay_3", script: { capture_payment: "lose_reply" } });
    })();`;
  const stderrOf = async (level, container = "{}") => {
    const { code, stdout, stderr } = await script(calls(container), {
      env: level === undefined ? {} : { MEDUSA_PAYMENT_RS_LOG: level },
    });
    expect({ code, stdout }).toStrictEqual({ code: 0, stdout: "" });
    return stderr;
  };
  const levels = (stderr) =>
    stderr
      .split("\n")
      .filter(Boolean)
      .map((line) => line.split(" ")[0]);

  test("gets nothing if it was not asked for", async () => {
    expect(await stderrOf(undefined)).toBe("");
    expect(await stderrOf("")).toBe("");
    expect(await stderrOf("nonsense")).toBe("");
  });

  test("gets the lines from the level that the environment names", async () => {
    const stderr = await stderrOf("debug");
    expect(levels(stderr)).toStrictEqual(["DEBUG", "INFO", "INFO", "INFO", "INFO", "WARN", "ERROR"]);
    expect(stderr).toContain("manual.retrieve_payment ok");
    expect(levels(await stderrOf("warn"))).toStrictEqual(["WARN", "ERROR"]);
    expect(levels(await stderrOf("error"))).toStrictEqual(["ERROR"]);
  });

  test("gets the lines that a store's logger does not take", async () => {
    expect(levels(await stderrOf("debug", "{ logger: { info() {} } }"))).toStrictEqual(["DEBUG", "WARN", "ERROR"]);
  });

  test("gets nothing where there is a logger", async () => {
    const logger = "{ logger: { debug() {}, info() {}, warn() {}, error() {} } }";
    expect(await stderrOf("debug", logger)).toBe("");
  });
});
