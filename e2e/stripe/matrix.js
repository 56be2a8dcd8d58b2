// Operations x faults: each cell a fresh payment, one fault, the action, and its plain repetition where Medusa
// reported a failure. Then the books of both sides are compared. If the operation has a second action that may be
// wanted after that, it follows, and the books are compared again.

const timers = require("node:timers/promises");
const { install } = require("./faults");
const { LIMITS } = require("./limits");

/** "missed": no request met the fault, so that the cell says nothing. */
const VERDICTS = ["consistent", "lost", "doubled", "stuck", "corrupt", "missed"];
const MARKS = { consistent: ".", lost: "L", doubled: "D", stuck: "S", corrupt: "C", missed: "?" };

/** The store says so where a refund may still be on its way to the books of another server. */
const HAS_TO_WAIT = /has to wait/;
const WAIT_MS = 20_000;
const PREPARATIONS = 3;
const LOOK_AGAIN_MS = 50;

/**
 * - `atOnce`: how many cells are under way at once: Medusa has ten connections to its database
 * - `deadlineMs`: how long one call of the provider may take
 * - `graceMs`: what Medusa's own work and a busy machine may add to that
 * - `repeats`: how often what fails is repeated
 * - `settleMs`: how long the provider may go on, after its answer, until the books agree
 */
const USUAL = { atOnce: 6, deadlineMs: LIMITS.deadline_ms, graceMs: 4_000, repeats: 1, settleMs: 0 };

/**
 * Runs the cells `[{ operation, fault }]` and resolves with them, each with its `verdict` and `why`.
 */
async function runMatrix(stripe, cells, { onCell = () => {}, ...wishes } = {}) {
  const rules = { ...USUAL, ...wishes };
  const each = (list, work) => eachOf(list, rules.atOnce, work);
  const [alone, together] = [cells.filter(({ fault }) => fault.isForAll), cells.filter(({ fault }) => !fault.isForAll)];
  const results = new Map();
  const done = (cell, result) => {
    results.set(cell, { ...cell, ...result });
    onCell(results.get(cell), results.size);
  };

  await each(together, async (cell) => {
    const payment = await prepared(cell.operation);
    const fault = install(stripe, cell.fault, cell.operation.meets(payment));
    const first = await attempt(cell.operation, payment, rules);
    const reached = fault.hits > 0;
    await fault.remove();
    const missed = { attempts: [first], verdict: "missed", why: "no request met the fault" };
    done(cell, reached ? await finished(stripe, cell.operation, payment, first, rules) : missed);
  });

  // A fault that all payments meet: they are brought there first, and meet it together.
  for (const fault of new Set(alone.map((cell) => cell.fault))) {
    const payments = new Map();
    const theirs = alone.filter((cell) => cell.fault === fault);
    await each(theirs, async (cell) => payments.set(cell, await prepared(cell.operation)));
    const installed = install(stripe, fault);
    const firsts = new Map();
    await each(theirs, async (cell) => firsts.set(cell, await attempt(cell.operation, payments.get(cell), rules)));
    await installed.remove();
    await each(theirs, async (cell) => {
      done(cell, await finished(stripe, cell.operation, payments.get(cell), firsts.get(cell), rules));
    });
  }
  return cells.map((cell) => results.get(cell));
}

const nameOf = ({ operation, fault }) => `${operation.name} x ${fault.name}`;

async function eachOf(list, atOnce, work) {
  const left = [...list];
  const worker = async () => {
    for (let next; (next = left.shift()); ) await work(next);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** On a machine that is very busy the short limits may be too short for a request without a fault. */
async function prepared(operation) {
  for (let time = 1; ; time++) {
    try {
      return await operation.prepare();
    } catch (error) {
      if (time === PREPARATIONS) throw error;
    }
  }
}

/** `{ ok, message, late, ms }`. */
async function attempt({ calls, act }, payment, { deadlineMs, graceMs }) {
  const startedAt = performance.now();
  const limit = calls * deadlineMs + graceMs;
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, limit, { ok: false, late: true, message: `no answer within ${limit} ms` });
  });
  const answer = act(payment).then(
    () => ({ ok: true, message: "done" }),
    (error) => ({ ok: false, message: error.message }),
  );
  const result = await Promise.race([answer, late]);
  clearTimeout(timer);
  return { ...result, ms: Math.round(performance.now() - startedAt) };
}

/** Repeats what failed, and compares the books; the same for the action that may follow. */
async function finished(stripe, operation, payment, first, rules) {
  const attempts = [first];
  if (isOpen(attempts)) {
    const books = await operation.books(payment, { attempts: attempts.length, ok: false });
    if (isCorrupt(books)) return { attempts, ...verdict("corrupt", books) };
    await repeat(stripe, operation, payment, attempts, rules);
  }
  const result = await settled(operation, payment, attempts, {}, rules);
  if (result.verdict !== "consistent" || !operation.again) return { attempts, ...result };

  const second = { ...operation, act: operation.again, repeat: operation.again };
  const more = [await attempt(second, payment, rules)];
  await repeat(stripe, second, payment, more, rules);
  const { verdict: found, why } = await settled(operation, payment, more, { again: true }, rules);
  return { attempts: [...attempts, ...more], verdict: found, ...(why && { why: `after the second action: ${why}` }) };
}

const isOpen = (attempts) => !attempts.at(-1).ok && !attempts.at(-1).late;

/** As the message asks for. */
async function repeat(stripe, operation, payment, attempts, rules) {
  const hasToWait = () => HAS_TO_WAIT.test(attempts.at(-1).message);
  const next = async () => {
    if (hasToWait()) stripe.advance(WAIT_MS);
    attempts.push(await attempt({ ...operation, act: operation.repeat ?? operation.act }, payment, rules));
  };
  for (let left = rules.repeats; isOpen(attempts) && left > 0; left--) await next();
  if (isOpen(attempts) && hasToWait()) await next();
}

/** What the books say in the end. */
async function settled(operation, payment, attempts, phase, { settleMs }) {
  const { ok, late, message } = attempts.at(-1);
  if (late) return { verdict: "stuck", why: message };
  const until = performance.now() + settleMs;
  for (;;) {
    const result = judged(await operation.books(payment, { attempts: attempts.length, ok, ...phase }));
    if (result.verdict === "consistent" || performance.now() >= until) return result;
    await timers.setTimeout(LOOK_AGAIN_MS);
  }
}

function judged(books) {
  if (isCorrupt(books)) return verdict("corrupt", books);
  if (books.times > books.most) return verdict("doubled", books);
  if (books.booked !== books.moved) return verdict("lost", books);
  if (books.booked !== books.wanted) return verdict("stuck", books);
  return { verdict: "consistent" };
}

const isCorrupt = ({ data, intent }) =>
  data !== undefined && (data.id !== intent || intent === undefined || "error" in data);

const verdict = (name, { data, ...books }) => ({
  verdict: name,
  why: JSON.stringify({ ...books, data: data && { id: data.id, ...("error" in data && { error: data.error }) } }),
});

/** One line for each operation, one column for each fault, the sums, and what went wrong. */
function table(results) {
  const unique = (list) => [...new Set(list)];
  const operations = unique(results.map(({ operation }) => operation.name));
  const faults = unique(results.map(({ fault }) => fault.name));
  const width = Math.max(...operations.map((name) => name.length));
  const markOf = (operation, fault) => {
    const found = results.find((cell) => cell.operation.name === operation && cell.fault.name === fault);
    return (found ? MARKS[found.verdict] : " ").padStart(3);
  };
  const sums = VERDICTS.map((name) => `${name} ${results.filter(({ verdict }) => verdict === name).length}`);
  return [
    ...faults.map((name, index) => `${String(index + 1).padStart(width + 3)}  ${name}`),
    "",
    " ".repeat(width) + faults.map((_, index) => String(index + 1).padStart(3)).join(""),
    ...operations.map((name) => name.padEnd(width) + faults.map((fault) => markOf(name, fault)).join("")),
    "",
    sums.join(", "),
    ...results
      .filter(({ verdict }) => verdict !== "consistent")
      .map((cell) => `  ${nameOf(cell)}: ${cell.verdict}: ${cell.why}\n    ${JSON.stringify(cell.attempts)}`),
  ].join("\n");
}

module.exports = { HAS_TO_WAIT, WAIT_MS, judged, runMatrix, table };
