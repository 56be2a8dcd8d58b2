const path = require("node:path");
const { checks, paymentProcessorContract, providerChecks } = require("medusa-payment-rs/testing");
const { hooks } = require("./support/kit/hooks");
const { node } = require("./support/node");

const withFaults = checks.filter(({ needs }) => needs.some((need) => need.startsWith("faults")));

/** What node's runner counts at the end: `# pass 12`. */
const count = (stdout, what) => Number(stdout.match(new RegExp(`^# ${what} (\\d+)$`, "m"))?.[1]);

const run = (MUTANT = "") =>
  node(["--test", "--test-reporter=tap", "__test__/support/kit/node-suite.js"], {
    env: { MUTANT, NODE_TEST_CONTEXT: undefined },
  });

test("it is a suite of node's own test runner", async () => {
  const { code, stdout } = await run();
  expect(stdout).toMatch(/# Subtest: the contract of a payment processor/);
  expect(stdout).toMatch(/ok \d+ - lost-refund: .* \(needs the hook `faults\.loseReply`\) # SKIP/);
  expect(count(stdout, "skipped")).toBe(withFaults.length);
  expect(count(stdout, "pass")).toBe(checks.length - withFaults.length);
  expect(count(stdout, "fail")).toBe(0);
  expect(code).toBe(0);
});

test("which fails where the processor does", async () => {
  const { code, stdout } = await run("json-unknown");
  expect(code).toBe(1);
  expect(count(stdout, "fail")).toBe(1);
  expect(stdout).toMatch(/not ok \d+ - json-unknown/);
  expect(stdout).toMatch(/docs\/contract\.md#json/);
});

describe("it is a suite of vitest", () => {
  const VITEST = path.join(path.dirname(require.resolve("vitest/package.json")), "vitest.mjs");
  const ROOT = path.join(__dirname, "support/kit");

  /** What vitest counts, and the tests' names by how they ended. */
  async function vitest(env, ...options) {
    const args = [VITEST, "run", "--root", ROOT, "--reporter", "json", ...options];
    const { code, stdout, stderr } = await node(args, {
      env: { VITEST: undefined, JEST_WORKER_ID: undefined, ...env },
    });
    if (!stdout) throw new Error(stderr);
    const [{ assertionResults }] = JSON.parse(stdout).testResults;
    const ended = (as) => assertionResults.filter(({ status }) => status === as);
    return { code, passed: ended("passed"), failed: ended("failed"), skipped: ended("skipped") };
  }

  test("with `describe` and `test` handed over", async () => {
    const { code, passed, failed, skipped } = await vitest({});
    expect(failed).toStrictEqual([]);
    expect(skipped).toHaveLength(withFaults.length);
    expect(passed).toHaveLength(checks.length - withFaults.length);
    expect(code).toBe(0);
  });

  test("with its globals", async () => {
    const { code, passed, failed, skipped } = await vitest({ GLOBALS: "1" }, "--globals");
    expect({ failed, skipped }).toStrictEqual({ failed: [], skipped: [] });
    expect(passed).toHaveLength(checks.length);
    expect(code).toBe(0);
  });

  test("for the class of Medusa 2, too", async () => {
    const { code, passed, failed, skipped } = await vitest({ PROVIDER: "1" });
    expect(failed).toStrictEqual([]);
    expect(passed.length + skipped.length).toBe(providerChecks.length);
    expect(passed.map(({ title }) => title.split(":")[0])).toContain("cancel-twice");
    expect(code).toBe(0);
  });

  test("which fails where the processor does", async () => {
    const { code, failed } = await vitest({ MUTANT: "json-unknown" });
    expect(code).toBe(1);
    expect(failed.map(({ title }) => title.split(":")[0])).toStrictEqual(["json-unknown"]);
    expect(failed[0].failureMessages.join()).toMatch(/docs\/contract\.md#json/);
  });
});

/** A runner as vitest's: `test.skip` beside `test`, and a limit after the body. */
function recordingRunner() {
  const tests = [];
  const test = (name, body, limit) => tests.push({ name, body, limit });
  test.skip = (name) => tests.push({ name, skipped: true });
  return { tests, describe: (_, body) => body(), test };
}

test("any runner with `describe` and `test` or `it` will do", async () => {
  for (const name of ["test", "it"]) {
    const { tests, describe, test } = recordingRunner();
    paymentProcessorContract({ describe, [name]: test }, { ...hooks(), timeoutMs: 1000 });
    expect(tests.map(({ name }) => name)).toStrictEqual(checks.map(({ id, title }) => `${id}: ${title}`));
    expect(tests.every(({ limit, body }) => limit === 15_000 && body.length === 0)).toBe(true);
    await tests[0].body();
  }
});

test("a runner that is not one is refused", () => {
  expect(() => paymentProcessorContract({ describe }, hooks())).toThrow(/`describe` and `test`/);
});
