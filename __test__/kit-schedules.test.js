const { randomUUID } = require("node:crypto");
const { formatSchedules, runProviderSchedules, runSchedules } = require("medusa-payment-rs/testing");
const { hooks, providerHooks } = require("./support/kit/hooks");
const { ReferenceProvider } = require("./support/kit/provider");
const { Reference } = require("./support/kit/reference");

/** Asks for each refund as if it were another one. */
class RefundsAgain extends Reference {
  refundKey() {
    return randomUUID();
  }
}

const KINDS = { lost: "outcomeUnknown", late: "outcomeUnknown", unreadable: "outcomeUnknown" };

function schedules(Processor, options, more) {
  const { faults, ...all } = hooks(Processor);
  // A bank that replays what it did to a refund does not say that it failed.
  const { declineQuietly, ...rest } = faults;
  const errorKind = ({ code }) =>
    KINDS[code] ?? (code === "unavailable" || code === "just_paid" ? "unavailable" : "refused");
  return runSchedules({ ...all, faults: rest, errorKind, ...more }, options);
}

test("a processor that refunds again after a lost reply is caught, and the schedule is a few readable steps", async () => {
  const report = await schedules(RefundsAgain, { count: 200, seed: 4 });
  expect(formatSchedules(report)).toBe(
    `✗ A schedule fails: the provider has paid refunds of 400, Medusa has recorded 200, and the operator was told that 0 more may have been paid.
  1. capture on server A → done
  2. refund of 200 on server A; loseReply hits each request → outcomeUnknown (lost)
  3. 60 s pass, and nothing goes wrong any more
  4. retry of the refund of 200 on server B → done
Repeat it with the environment variables SEED=5 SCHEDULES=1.

1 schedules from SEED=4 on passed: 7 calls, after 0 of which it was open whether they had an effect, and 4 recorded refunds`,
  );
});

test("the same schedule passes if a retry has the key of the first attempt", async () => {
  const report = await schedules(Reference, { count: 1, seed: 5 });
  expect(report).toMatchObject({ seed: 5, passed: 1, calls: 6, inDoubt: 2, refunds: 2 });
  expect(report).not.toHaveProperty("failed");
});

test("a flaw that no check of the contract sees is caught", async () => {
  const { failed } = await schedules(Reference, { count: 200, seed: 3 });
  expect(failed).toStrictEqual({
    seed: 3,
    message:
      "the provider has paid refunds of 400, Medusa has recorded 300, and the operator was told that 0 more may have been paid",
    steps: [
      "capture on server A → done",
      "refund of 100 on server A; Medusa rolls back → done",
      "refund of 200 on server A → done",
      "60 s pass, and nothing goes wrong any more",
      "retry of the refund of 100 on server B → done",
    ],
  });
});

describe("the environment variables", () => {
  const { SEED, SCHEDULES } = process.env;
  const set = (variables) => {
    for (const [name, value] of Object.entries(variables)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  afterEach(() => set({ SEED, SCHEDULES }));

  test("SEED and SCHEDULES say which and how many", async () => {
    set({ SEED: "5", SCHEDULES: "1" });
    expect((await schedules(RefundsAgain, { count: 200 })).failed).toMatchObject({ seed: 5 });
  });

  test("are of no account if there is a seed", async () => {
    set({ SEED: "5", SCHEDULES: "100" });
    expect(await schedules(RefundsAgain, { count: 1, seed: 4 })).toMatchObject({ seed: 4, passed: 1 });
  });

  test("that are no whole numbers are refused", async () => {
    set({ SEED: "five", SCHEDULES: "1" });
    await expect(schedules(RefundsAgain)).rejects.toThrow("the environment variable SEED is not a whole number");
  });
});

test("without a ledger there is nothing to compare with, and the report says so", async () => {
  const report = await schedules(Reference, { count: 1, seed: 1 }, { ledger: undefined });
  expect(formatSchedules(report)).toMatch(/^The schedules were not tried: they need the hook `ledger`\n/);
});

describe("in Medusa 2", () => {
  const schedules = (Provider, options) => runProviderSchedules(providerHooks(Provider), options);

  test("a provider that finds a refund by its key in Medusa's rows is right in any order of calls", async () => {
    const report = await schedules(ReferenceProvider, { count: 300, seed: 1 });
    if (report.failed) throw new Error(`\n${formatSchedules(report)}`);
    expect(report.passed).toBe(300);
    expect(report.inDoubt).toBeGreaterThan(100);
    expect(report.refunds).toBeGreaterThan(100);
  });

  test("a provider that takes Medusa's key for the refund's identity is caught: the retry has another one", async () => {
    class NeverLooks extends ReferenceProvider {
      async unrecorded() {}
    }
    const { failed } = await schedules(NeverLooks, { count: 20, seed: 1 });
    expect(failed.message).toMatch(/the provider has paid refunds of 400, Medusa has recorded 200/);
    expect(failed.steps.at(-1)).toMatch(/^retry of the refund of 200/);
  });

  test("a provider that does not look at the rows is caught: two refunds at once have the same old data", async () => {
    class Blind extends ReferenceProvider {
      async refundRows() {
        return [];
      }
    }
    const { failed } = await schedules(Blind, { count: 200, seed: 1 });
    expect(failed.message).toMatch(/Medusa has recorded refunds of 400, and the provider has given back 200/);
    expect(failed.steps.join("\n")).toMatch(/before that is stored|at the same time/);
  });
});
