// The audit of a whole store, in four steps, each of which goes on where an earlier run was stopped:
//
// 1. the payments that Medusa has recorded are read, in the order of their ids
// 2. the intents that Stripe has are listed, newest first, in several stretches of time side by side
// 3. part by part of the spool, both are compared
// 4. what was found is looked at again, on both sides at one moment: what has changed in between is not a finding

const timers = require("node:timers/promises");
const { casesOf, findingsIn, sideBySide } = require("./cases");

const ROWS = 1_000;
const STRETCHES = 200;
const AGAIN = 50;

/** An intent is made when the shopper chooses how to pay, some time before there is a payment. */
const EARLIER = 3 * 24 * 60 * 60;

class Stopped extends Error {}

/**
 * Reads and compares. What is found is in the spool's `findings` then.
 *
 * @param wishes `{ since, until, providers }`
 * @param stop `{ isWanted }`: set from outside, it ends the run at the next page, with `Stopped`
 * @param tell called with the name of a step, and how much of it is done, from 0 to 1
 */
async function auditStore(wishes, { books, stripe, spool, grace, isShared, stop = {}, tell = () => {} }) {
  const state = spool.state ?? (await begin(wishes, books));
  const context = { books, stripe, providers: wishes.providers, isShared, since: wishes.since, until: state.until };
  const save = () => spool.save(state);
  save();
  const checkStop = () => {
    if (stop.isWanted) throw new Stopped();
  };

  await readBooks();
  await listIntents();
  await compareParts();
  await lookAgain();
  return { payments: state.read };

  async function readBooks() {
    while (!state.isRead) {
      checkStop();
      const page = await books.page(state.after, ROWS, { ...wishes, until: state.until });
      spool.scatter("books", page, ({ intent, record }) => intent ?? record.id);
      state.isRead = page.length < ROWS;
      state.after = page.at(-1)?.record.id ?? state.after;
      state.read += page.length;
      save();
      tell("Reading Medusa's payments", state.isRead ? 1 : state.read / Math.max(state.count, state.read + 1));
    }
  }

  async function listIntents() {
    await sideBySide(state.stretches, list);
  }

  async function list(stretch) {
    while (!stretch.isDone) {
      checkStop();
      const { data, has_more: hasMore } = await stripe.intents(stretch);
      spool.scatter("stripe", data, ({ id }) => id);
      stretch.after = data.at(-1)?.id ?? stretch.after;
      stretch.seen = data.at(-1)?.created ?? stretch.seen;
      stretch.isDone = !hasMore || data.length === 0;
      save();
      tell("Listing Stripe's payments", listed(state.stretches));
    }
  }

  async function compareParts() {
    spool.cut("suspects", state.suspects);
    while (state.part < spool.parts) {
      checkStop();
      const payments = once(spool.gather("books", state.part), ({ record }) => record.id);
      const intents = once(spool.gather("stripe", state.part), ({ id }) => id);
      const cases = await casesOf({ payments, intents }, context);
      const suspects = suspectsOf(findingsIn(cases, { host: books.host, grace }), cases);
      spool.append("suspects", suspects);
      state.suspects = spool.size("suspects");
      state.suspected += suspects.length;
      state.part += 1;
      state.comparedAt = Date.now();
      save();
      tell("Comparing", state.part / spool.parts);
    }
  }

  async function lookAgain() {
    if (state.suspects === 0) return;
    // What was under way when it was read is over then.
    const left = state.comparedAt + grace * 1_000 - Date.now();
    for (let waited = 0; waited < left; waited += 500) {
      checkStop();
      tell("Waiting before what was found is looked at again", waited / left);
      await timers.setTimeout(Math.min(500, left - waited));
    }
    spool.cut("findings", state.findings);
    const batch = [];
    let place = 0;
    for (const suspect of spool.lines("suspects")) {
      place += 1;
      if (place <= state.seenAgain) continue;
      batch.push(suspect);
      if (batch.length === AGAIN) await confirm(batch.splice(0), place);
    }
    if (batch.length > 0) await confirm(batch, place);
  }

  async function confirm(suspects, place) {
    checkStop();
    const named = [...new Set(suspects.map(({ intent }) => intent).filter(Boolean))];
    const asked = await sideBySide(named, (id) => stripe.intent(id));
    const intents = asked.map(({ intent }) => intent).filter(Boolean);
    const ids = suspects.flatMap(({ payments }) => payments);
    const payments = await books.payments("id", ids, wishes.providers);
    const cases = await casesOf({ payments, intents }, context);
    spool.append("findings", findingsIn(cases, { host: books.host, grace }));
    state.findings = spool.size("findings");
    state.seenAgain = place;
    save();
    tell("Looking again at what was found", place / Math.max(state.suspected, place));
  }
}

async function begin({ since, until, providers }, books) {
  const startedAt = Date.now();
  const end = until ?? Math.floor(startedAt / 1_000) + 1;
  const { count, first } = await books.extent({ since, until: end, providers });
  const from = (since ?? first ?? end) - EARLIER;
  const progress = { after: "", read: 0, isRead: false, part: 0, suspects: 0, suspected: 0, findings: 0, seenAgain: 0 };
  return { startedAt, until: end, count, stretches: stretchesOf(from, end), ...progress };
}

/** Which cases are to be looked at again: `{ intent, payments }`, by their ids. */
function suspectsOf(findings, cases) {
  const byPayment = new Map(cases.flatMap((one) => (one.payments ?? []).map(({ id }) => [id, one])));
  const suspects = findings.map(({ payment, intent }) => {
    const payments = payment ? byPayment.get(payment).payments : [];
    return { intent, payments: payments.map(({ id }) => id) };
  });
  return once(suspects, JSON.stringify);
}

/** From the newest on. */
function stretchesOf(from, to) {
  const length = Math.max(Math.ceil((to - from) / STRETCHES), 60 * 60);
  const stretches = [];
  for (let end = to; end > from; end -= length) {
    stretches.push({ from: Math.max(end - length, from), to: end, isDone: false });
  }
  return stretches;
}

function listed(stretches) {
  const shares = stretches.map(({ isDone, seen, from, to }) => (isDone ? 1 : seen ? (to - seen) / (to - from) : 0));
  return shares.reduce((sum, share) => sum + share, 0) / stretches.length;
}

/** The last of each key. */
const once = (list, keyOf) => [...new Map(list.map((one) => [keyOf(one), one])).values()];

module.exports = { Stopped, auditStore };
