// The contract as a suite of jest, vitest or node's own runner.

const { formatFailure } = require("./report");
const { checkHooks, described, reasonToSkip, runCheck } = require("./run");

/** How many times a call may take all of its time in one check. */
const CALLS_IN_A_CHECK = 10;

/**
 * A contract as a suite. `runner` has `describe` and `test` (or `it`); without it, those that jest or vitest have put into
 * the global object are used.
 */
const suiteOf = (contract) => (runner, hooks) =>
  hooks === undefined ? addSuite(contract, globalThis, runner) : addSuite(contract, runner, hooks);

function addSuite(contract, runner, hooks) {
  const { describe, test = runner.it } = runner;
  if (typeof describe !== "function" || typeof test !== "function") {
    throw new TypeError("The contract needs the runner's `describe` and `test`: pass { describe, test }");
  }
  checkHooks(contract, hooks);
  const limit = 5000 + CALLS_IN_A_CHECK * (hooks.timeoutMs ?? 15_000);
  describe(`the contract of ${contract.subject}`, () => {
    for (const check of contract.all) {
      const reason = reasonToSkip(check, hooks);
      const name = `${check.id}: ${check.title}`;
      if (reason === undefined) test(name, () => run(contract, check, hooks), limit);
      else test.skip(`${name} (${reason})`, () => {});
    }
  });
}

async function run(contract, check, hooks) {
  try {
    await runCheck(contract, check, hooks);
  } catch (error) {
    const failure = new Error(`\n${formatFailure(described(check, error))}`);
    // Without a stack, which would be the kit's own: a runner would show that source at length.
    failure.stack = `Error: ${failure.message}`;
    throw failure;
  }
}

module.exports = { suiteOf };
