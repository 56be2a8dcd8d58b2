// Operations x faults: each cell a fresh payment, one fault, the action, and its plain repetition where Medusa
// reported a failure. Then the books of both sides are compared.

const { install } = require("./faults");
const { LIMITS } = require("./shop");

const VERDICTS = ["consistent", "lost", "doubled", "stuck", "corrupt"];
const MARKS = { consistent: ".", lost: "L", doubled: "D", stuck: "S", corrupt: "C" };

/** What Medusa's own work and a busy machine may add to a call's deadline. */
const GRACE_MS = 4_000;
/** The store says so where a refund may still be on its way to the books of another server. */
const HAS_TO_WAIT = /has to wait/;
const WAIT_MS = 20_000;
/** How many cells are under way at once: Medusa has ten connections to its database. */
const AT_ONCE = 6;
const PREPARATIONS = 3;

/**
 * Runs the cells `[{ operation, fault }]` and resolves with them, each with its `verdict` and `why`.
 */
async function runMatrix(stripe, cells, { onCell = () => {} } = {}) {
  const [alone, together] = [cells.filter(({ fault }) => fault.isForAll), cells.filter(({ fault }) => !fault.isForAll)];
  const results = [];
  const done = (cell, result) => {
    results.push({ ...cell, ...result });
    onCell(results.at(-1), results.length);
  };

  await each(together, async (cell) => {
    const payment = await prepared(cell.operation);
    const fault = install(stripe, cell.fault, cell.operation.meets(payment));
    const first = await attempt(cell.operation, payment);
    const reached = fault.hits > 0;
    await fault.remove();
    if (!reached) throw new Error(`${nameOf(cell)}: no request met the fault: ${JSON.stringify(first)}`);
    done(cell, await finished(stripe, cell.operation, payment, first));
  });

  // A fault that all payments meet: they are brought there first, and meet it together.
  for (const fault of new Set(alone.map((cell) => cell.fault))) {
    const payments = new Map();
    const theirs = alone.filter((cell) => cell.fault === fault);
    await each(theirs, async (cell) => payments.set(cell, await prepared(cell.operation)));
    const installed = install(stripe, fault);
    const firsts = new Map();
    await each(theirs, async (cell) => firsts.set(cell, await attempt(cell.operation, payments.get(cell))));
    await installed.remove();
    await each(theirs, async (cell) => {
      done(cell, await finished(stripe, cell.operation, payments.get(cell), firsts.get(cell)));
    });
  }
  return results;
}

const nameOf = ({ operation, fault }) => `${operation.name} x ${fault.name}`;

async function each(list, work) {
  const left = [...list];
  const worker = async () => {
    for (let next; (next = left.shift()); ) await work(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
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
async function attempt(operation, payment) {
  const startedAt = performance.now();
  const limit = operation.calls * LIMITS.deadline_ms + GRACE_MS;
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, limit, { ok: false, late: true, message: `no answer within ${limit} ms` });
  });
  const answer = operation.act(payment).then(
    () => ({ ok: true, message: "done" }),
    (error) => ({ ok: false, message: error.message }),
  );
  const result = await Promise.race([answer, late]);
  clearTimeout(timer);
  return { ...result, ms: Math.round(performance.now() - startedAt) };
}

/** Repeats what failed, as the message asks for, and compares the books. */
async function finished(stripe, operation, payment, first) {
  const attempts = [first];
  const isOver = () => attempts.at(-1).ok || attempts.at(-1).late;
  if (!isOver()) {
    const books = await operation.books(payment, { attempts: attempts.length, ok: false });
    if (isCorrupt(books)) return { attempts, ...verdict("corrupt", books) };
    if (HAS_TO_WAIT.test(first.message)) stripe.advance(WAIT_MS);
    attempts.push(await attempt(operation, payment));
    if (!isOver() && HAS_TO_WAIT.test(attempts.at(-1).message)) {
      stripe.advance(WAIT_MS);
      attempts.push(await attempt(operation, payment));
    }
  }
  const last = attempts.at(-1);
  if (last.late) return { attempts, verdict: "stuck", why: last.message };
  const books = await operation.books(payment, { attempts: attempts.length, ok: last.ok });
  return { attempts, ...judged(books) };
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
