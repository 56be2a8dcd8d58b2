const { checks, paymentProcessorContract } = require("medusa-payment-rs/testing");
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

test("a runner that is none is refused", () => {
  expect(() => paymentProcessorContract({ describe }, hooks())).toThrow(/`describe` and `test`/);
});
