// What is compared: an intent with the payments that name it, or with what it was made for if there is none.

const path = require("node:path");
const load = require("../load.js");

/** How many cases make a message to Rust that stays small. */
const BATCH = 500;

/** How many questions to Stripe are open at once. */
const SIDE_BY_SIDE = 4;

/** Returns what differs: see `src/audit`, which decides it. `cases` are what `casesOf` makes. */
function findingsIn(cases, { host, grace, now = Math.floor(Date.now() / 1_000) }) {
  const { audit } = load(path.dirname(__dirname));
  const findings = [];
  for (let at = 0; at < cases.length; at += BATCH) {
    const batch = cases.slice(at, at + BATCH);
    findings.push(...JSON.parse(audit(JSON.stringify({ host, now, grace, cases: batch }))).findings);
  }
  return findings;
}

/**
 * Makes the cases of payments and intents, and resolves with them. What is missing on either side is asked for.
 *
 * @param payments `[{ intent, record }]`, as the books have them
 * @param intents those of Stripe's that are known
 * @param isShared whether an intent is left alone whose cart or session this store does not know
 * @param since, until what is left alone that was made before or after, in seconds since 1970
 */
async function casesOf({ payments, intents }, { books, stripe, providers, isShared, since = 0, until = Infinity }) {
  const isWithin = ({ created }) => created >= since && created < until;
  const known = new Map(intents.map((intent) => [intent.id, intent]));
  const records = recordsOf(payments);
  await addUnseenPayments(records, known, { books, providers });

  const cases = await sideBySide(
    [...records.named].filter(([, payments]) => payments.some(isWithin)),
    async ([id, payments]) => {
      const { intent, isOfOtherMode = false } = known.has(id) ? { intent: known.get(id) } : await stripe.intent(id);
      return { id, intent, is_of_other_mode: isOfOtherMode, payments };
    },
  );
  for (const record of records.nameless) cases.push({ payments: [record] });
  const isOrphan = (intent) => intent.status !== "canceled" && !records.named.has(intent.id) && isWithin(intent);
  const orphans = [...known.values()].filter(isOrphan);
  const origins = await originsOf(orphans, books);
  for (const intent of orphans) {
    const origin = origins.get(books.originOf(intent));
    if (origin && (origin.is_known || !isShared)) cases.push({ id: intent.id, intent, origin });
  }
  return cases;
}

/** Works on some at a time, and resolves with the results in the order of the list. A failure ends what is under way first. */
async function sideBySide(list, work) {
  const results = [];
  let next = 0;
  const workers = Array.from({ length: SIDE_BY_SIDE }, async () => {
    for (let place = next++; place < list.length; place = next++) results[place] = await work(list[place]);
  });
  const failed = (await Promise.allSettled(workers)).find(({ status }) => status === "rejected");
  if (failed) throw failed.reason;
  return results;
}

function recordsOf(payments) {
  const records = { named: new Map(), nameless: [] };
  for (const { intent, record } of payments) {
    if (!intent) records.nameless.push(record);
    else if (records.named.has(intent)) records.named.get(intent).push(record);
    else records.named.set(intent, [record]);
  }
  return records;
}

/** An intent may have a payment that was made after, or before, the time that is looked at. */
async function addUnseenPayments({ named }, known, { books, providers }) {
  const unnamed = [...known.values()].filter(({ id }) => !named.has(id));
  const names = [...new Set(unnamed.map(books.originOf).filter(Boolean))];
  for (let at = 0; at < names.length; at += BATCH) {
    const payments = await books.payments("origin", names.slice(at, at + BATCH), providers);
    for (const { intent, record } of payments) {
      if (!known.has(intent)) continue;
      const records = named.get(intent) ?? [];
      if (records.some(({ id }) => id === record.id)) continue;
      named.set(intent, [...records, record]);
    }
  }
}

async function originsOf(intents, books) {
  const names = [...new Set(intents.map(books.originOf).filter(Boolean))];
  const origins = new Map();
  for (let at = 0; at < names.length; at += BATCH) {
    for (const [name, origin] of await books.origins(names.slice(at, at + BATCH))) origins.set(name, origin);
  }
  return origins;
}

module.exports = { casesOf, findingsIn, sideBySide };
