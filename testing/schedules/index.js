// Random schedules: one payment, and everything that can happen to it. The twin of the crate's src/testing/schedules.
//
// A schedule is a list of steps that follows from a seed: calls as Medusa makes them, on either of two servers, one after
// another or at once; faults before and after the provider has done what it was asked; a success that Medusa does not
// store; servers that die; refunds in the provider's dashboard; refunds that fail at the bank; time that passes. An
// operator who was told that the outcome is not known, or to try again, retries, in any order, at any time, with other
// refunds between. After each step, and in the end, when nothing goes wrong any more and everything was retried until it
// was done or refused, what Medusa has recorded has to be what the provider has in its books.

const { checkHooks } = require("../run");
const { run } = require("./run");
const { generate } = require("./schedule");
const { shrunk } = require("./shrink");

/** Tries random schedules one after the other, until one fails, which is then made as short as possible. */
const schedulesOf = (contract) => async (hooks, options) => {
  checkHooks(contract, hooks);
  const { Host } = contract;
  const { count, seed: first } = chosen(options);
  const report = { seed: first, passed: 0, calls: 0, inDoubt: 0, refunds: 0 };
  if (!hooks.ledger) return { ...report, skipped: "they need the hook `ledger`" };
  for (let seed = first; seed < first + count; seed++) {
    const steps = generate(seed);
    const { lines, message, tally } = await run(Host, hooks, steps);
    if (message !== undefined) {
      const shortest = await shrunk(Host, hooks, { steps, lines, message });
      return { ...report, failed: { seed, message: shortest.message, steps: shortest.lines } };
    }
    report.passed += 1;
    for (const [name, times] of Object.entries(tally)) report[name] += times;
  }
  return report;
};

/** Without a seed, the environment variables SCHEDULES and SEED say how many and which, if they are set. */
function chosen({ count = 500, seed } = {}) {
  if (seed !== undefined) return { count, seed: whole("the seed", seed) };
  return {
    count: fromEnvironment("SCHEDULES") ?? count,
    // Short enough to be typed.
    seed: fromEnvironment("SEED") ?? Math.floor(Math.random() * 2 ** 32),
  };
}

function fromEnvironment(name) {
  const text = process.env[name]?.trim();
  return text ? whole(`the environment variable ${name}`, Number(text)) : undefined;
}

function whole(what, number) {
  if (!Number.isSafeInteger(number) || number < 0) throw new TypeError(`${what} is not a whole number: ${number}`);
  return number;
}

/** What became of the schedules, as text: of one that fails, what happened step by step and how to repeat it. */
function formatSchedules({ seed, passed, calls, inDoubt, refunds, failed, skipped }) {
  const parts = [];
  if (failed) {
    parts.push(
      [
        `✗ A schedule fails: ${failed.message}.`,
        ...failed.steps.map((step, index) => `  ${index + 1}. ${step}`),
        `Repeat it with the environment variables SEED=${failed.seed} SCHEDULES=1.`,
      ].join("\n"),
    );
  }
  if (skipped) parts.push(`The schedules were not tried: ${skipped}`);
  parts.push(
    `${passed} schedules from SEED=${seed} on passed: ${calls} calls, after ${inDoubt} of which it was open ` +
      `whether they had an effect, and ${refunds} recorded refunds`,
  );
  return parts.join("\n\n");
}

module.exports = { formatSchedules, schedulesOf };
