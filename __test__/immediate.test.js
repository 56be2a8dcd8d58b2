// A processor that says that it answers without waiting is called on the event loop itself. It may be wrong
// about that: whatever it does, its caller sees the same as of one on the worker threads.

const { setImmediate } = require("node:timers/promises");
const { METHODS, Manual, Scripted, call, payment } = require("./support/payments");
const { recordingLogger } = require("./support/logger");
const { script } = require("./support/node");

const STEPS = [
  "ok",
  "refuse",
  "refuse_blank",
  "unavailable",
  "lose_reply",
  "panic",
  "slow",
  "hang",
  "null",
  "error_key",
  "unstorable",
  "chatty",
];

/** A processor with a logger that keeps its lines; each test's options are others, and so are its books. */
let last = 0;
function open(options = {}) {
  const logger = recordingLogger();
  const processor = new Scripted(
    { logger },
    { immediate: true, max_retries: 0, api_key: `test ${++last}`, ...options },
  );
  return Object.assign(processor, { logger });
}

const withoutTime = ([level, line]) => [level, line.replace(/ in \d+\.\d+ ms$/, "")];

describe.each(METHODS)("$name", ({ name, operation }) => {
  const play = async (step, immediate) => {
    const processor = open({ immediate, attempt_timeout_ms: step === "hang" ? 50 : 5000 });
    const [outcome] = await Promise.allSettled([call(processor, name, payment(operation, step))]);
    return { outcome, lines: processor.logger.lines.map(withoutTime) };
  };

  test.each(STEPS)("answers and logs the same on the event loop: %s", async (step) => {
    const here = await play(step, true);
    expect(here).toStrictEqual(await play(step, false));
    expect(here.lines.map(([, line]) => line).join()).toContain(`scripted.${operation}`);
  });

  test("is answered before the event loop goes on", async () => {
    const events = [];
    const answered = call(open(), name, { id: "pay_1" }).then(() => events.push("answered"));
    const round = setImmediate().then(() => events.push("next round"));
    await Promise.all([answered, round]);
    expect(events).toStrictEqual(["answered", "next round"]);
  });
});

test("a manual payment is answered before the event loop goes on", async () => {
  const events = [];
  const answered = new Manual({}).capturePayment({}).then(({ status }) => events.push(status));
  await Promise.all([answered, setImmediate().then(() => events.push("next round"))]);
  expect(events).toStrictEqual(["captured", "next round"]);
});

test("a call that waits after all lets the event loop go on, and holds up no other", async () => {
  const processor = open();
  const events = [];
  const note = (what) => () => events.push(what);
  await Promise.all([
    processor.capturePayment(payment("capture_payment", "slow")).then(note("slow")),
    processor.capturePayment({ id: "pay_2" }).then(note("other")),
    setImmediate().then(note("next round")),
  ]);
  expect(events).toStrictEqual(["other", "next round", "slow"]);
});

test("calls that change one payment run one after another, wherever they run", async () => {
  const processor = open({ attempt_timeout_ms: 400 });
  const data = payment("capture_payment", ["hang", "slow"]);
  const order = [];
  const capture = () => processor.capturePayment(data).then(({ code, last }) => order.push(code ?? last));
  await Promise.all([capture(), capture(), capture()]);
  expect(order).toStrictEqual(["outcome_unknown", "capture_payment", "capture_payment"]);
});

test("refunds at once with the same books are one refund", async () => {
  const processor = open();
  const answers = await Promise.all([1, 2, 3, 3].map((amount) => processor.refundPayment({ id: "pay_1" }, amount)));
  expect(answers.filter((answer) => !("error" in answer))).toStrictEqual([
    { id: "pay_1", last: "refund_payment", moved: 1 },
  ]);
});

test("the lines of all calls arrive in the order in which they were written", async () => {
  const events = [];
  const logger = recordingLogger(events);
  const waiting = new Scripted({ logger }, { immediate: false });
  const immediate = new Scripted({ logger }, { immediate: true });
  // Its lines wait for its answer.
  const slow = waiting.capturePayment(payment("capture_payment", ["chatty"]));
  for (let round = 0; round < 200; round++) {
    await immediate.capturePayment({ id: `pay_${round}`, script: { capture_payment: "chatty" } });
    await setImmediate();
  }
  await slow;
  const said = events.filter(([, line]) => line.includes("said")).map(([, line]) => line.split("line=")[1]);
  expect(said).toHaveLength(603);
  const first = said.slice(0, 3);
  expect(first).toStrictEqual(["one", "two", "three"]);
  for (let at = 0; at < said.length; at++) expect(said[at]).toBe(["one", "two", "three"][at % 3]);
});

test("a thousand calls at once are each answered with their own payment, beside others on the worker threads", async () => {
  const processors = [open(), open({ immediate: false })];
  const calls = Array.from({ length: 1000 }, (_, index) =>
    processors[index % 2].retrievePayment({ id: `pay_${index}`, text: "€".repeat(index) }),
  );
  const answers = await Promise.all(calls);
  expect(answers).toStrictEqual(answers.map((_, index) => ({ id: `pay_${index}`, text: "€".repeat(index) })));
});

describe("near the end of JavaScript's stack", () => {
  /** Calls at every depth of a recursion that does not end. */
  function dive(call) {
    const made = [];
    const thrown = [];
    const deeper = () => {
      try {
        made.push(call());
      } catch (error) {
        thrown.push(error);
      }
      deeper();
    };
    expect(deeper).toThrow(RangeError);
    expect(made.length).toBeGreaterThan(100);
    return { made, thrown };
  }

  test.each([
    ["on the event loop", { immediate: true }],
    ["on the worker threads", { immediate: false }],
  ])("every call %s is answered, or throws", async (_, options) => {
    const processor = open(options);
    const { made } = dive(() => processor.retrievePayment({ id: "pay_1" }));
    expect(await made[0]).toStrictEqual({ id: "pay_1" });
    const outcomes = await Promise.allSettled(made);
    expect(outcomes.filter(({ status }) => status === "fulfilled").length).toBeGreaterThan(100);
    for (const { reason = new Error() } of outcomes) expect(reason).toBeInstanceOf(Error);
  });

  // In a process of its own: Node.js itself writes to standard error about rejections there.
  test("a wrong call is rejected, or throws", async () => {
    const { code, stdout } = await script(`
      const { Manual } = require("./__test__/support/payments");
      const manual = new Manual({});
      const made = [];
      const deeper = () => {
        try {
          made.push(manual.retrievePayment().catch((error) => error.constructor.name));
        } catch {}
        deeper();
      };
      try {
        deeper();
      } catch (error) {
        console.log(error.constructor.name);
      }
      made[0].then(console.log);`);
    expect({ code, stdout }).toStrictEqual({ code: 0, stdout: "RangeError\nTypeError\n" });
  });

  test("a processor is constructed, or an error is thrown", () => {
    const { thrown } = dive(() => new Manual({}));
    for (const error of thrown) expect(error.message).toMatch(/stack/);
    dive(() => {
      expect(() => Scripted.call({})).toThrow();
    });
  });
});

test("a logger may call the processor for each of its lines", async () => {
  const logger = recordingLogger();
  const manual = new Manual({ logger });
  const answers = [];
  logger.info = () => {
    if (answers.length < 10_000) answers.push(manual.capturePayment({ id: "pay_1" }));
  };
  await manual.capturePayment({ id: "pay_1" });
  while (answers.length < 10_000) await setImmediate();
  const different = new Set((await Promise.all(answers)).map((answer) => JSON.stringify(answer)));
  expect([...different]).toStrictEqual(['{"id":"pay_1","status":"captured"}']);
});

describe("the process", () => {
  const start = `
    const { Scripted, payment } = require("./__test__/support/payments");
    const logger = require("./__test__/support/logger").recordingLogger();
    const { lines } = logger;
    const processor = new Scripted({ logger }, { immediate: true });
    const capture = (step) => processor.capturePayment(payment("capture_payment", step));`;

  test("says nothing on standard error about a panic", async () => {
    const { code, stdout, stderr } = await script(
      `${start} capture("panic").then(({ detail }) => console.log(detail.includes("out of cheese"), lines.length));`,
    );
    expect({ code, stdout, stderr }).toStrictEqual({ code: 0, stdout: "true 2\n", stderr: "" });
  });

  test("ends by itself no sooner than a call that waits after all is answered", async () => {
    const { code, stdout } = await script(`${start} capture("slow").then(({ last }) => console.log(last));`);
    expect({ code, stdout }).toStrictEqual({ code: 0, stdout: "capture_payment\n" });
  });

  test("hears of a processor that holds up the event loop", async () => {
    const { code, stdout } = await script(`${start} capture("block").then(() => console.log(lines.join("\\n")));`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/capture_payment .*held up the event loop for 3\d{3} ms.*is_immediate/);
  });
});
