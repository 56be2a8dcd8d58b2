// Runs checks on a processor, and says what came of it.

const { CheckFailed, isObject } = require("./answers");
const { Trial } = require("./trial");

const HOOKS = [
  "create",
  "context",
  "pay",
  "ledger",
  "payable",
  "payments",
  "faults",
  "later",
  "timePasses",
  "refundElsewhere",
  "refundFails",
  "errorKind",
  "capturesAtOnce",
  "skip",
  "timeoutMs",
];
const FAULTS = ["decline", "declineQuietly", "unavailable", "hang", "loseReply", "garble", "cutOff", "clear"];

/** A hook that is misspelt would skip checks that its author counts on. */
function checkHooks({ all, Host }, hooks) {
  if (!isObject(hooks) || typeof hooks.create !== "function") {
    throw new TypeError("The contract needs a hook `create` that returns a payment processor");
  }
  unknown("hook", hooks, [...HOOKS, ...Host.hooks]);
  unknown("fault", hooks.faults ?? {}, FAULTS);
  unknown(
    "check in the hook `skip`",
    hooks.skip ?? {},
    all.map(({ id }) => id),
  );
  const injects = Object.keys(hooks.faults ?? {});
  if (injects.length > 0 && !injects.includes("clear")) throw new TypeError("The hook `faults` needs a `clear`");
}

function unknown(what, given, known) {
  const names = Object.keys(given).filter((name) => !known.includes(name));
  if (names.length > 0) {
    throw new TypeError(
      `There is no ${what} ${names.map((name) => `\`${name}\``).join(", ")}; known: ${known.join(", ")}`,
    );
  }
}

/** Why a check cannot run with these hooks, or undefined. */
function reasonToSkip({ id, needs }, hooks) {
  if (hooks.skip?.[id]) return hooks.skip[id];
  const missing = needs.filter((need) => !offers(hooks, need));
  if (missing.length === 0) return undefined;
  if (missing.includes("holds")) return "the processor captures at once and holds nothing";
  return `needs the hook ${missing.map((name) => `\`${name}\``).join(" and ")}`;
}

function offers(hooks, need) {
  if (need === "holds") return !hooks.capturesAtOnce;
  const [name, member] = need.split(".");
  return typeof (member ? hooks[name]?.[member] : hooks[name]) === "function";
}

/** Runs one check, and throws where it does not hold. Whatever goes wrong in it, no fault outlives it. */
async function runCheck({ Host }, check, hooks) {
  const trial = await Trial.open(Host, hooks);
  try {
    await check.run(trial);
  } catch (error) {
    if (!(error instanceof CheckFailed)) throw error;
    trial.complaints.unshift(error.message);
  } finally {
    await trial.clear();
  }
  if (trial.complaints.length > 0) throw new CheckFailed(trial.complaints.join("\n"));
}

/** What is shown of a check that failed. */
function described({ id, title, rule, why, where }, error) {
  const message = error instanceof CheckFailed ? error.message : `${error?.stack ?? error}`;
  return { id, title, rule, why, where, message };
}

const runnerOf =
  (contract) =>
  async (hooks, { only } = {}) => {
    checkHooks(contract, hooks);
    const report = { passed: [], failed: [], skipped: [] };
    for (const check of contract.all.filter(({ id }) => only === undefined || only.includes(id))) {
      const reason = reasonToSkip(check, hooks);
      if (reason !== undefined) {
        report.skipped.push({ id: check.id, title: check.title, reason });
        continue;
      }
      try {
        await runCheck(contract, check, hooks);
        report.passed.push(check.id);
      } catch (error) {
        report.failed.push(described(check, error));
      }
    }
    return report;
  };

module.exports = { checkHooks, described, reasonToSkip, runCheck, runnerOf };
