// The columns of the matrix: what goes wrong between the store and Stripe.
//
// "once" passes by itself; all others last until the operator's repetition. "<" happens before Stripe has done
// anything, ">" after it has done what was asked.

const FOREVER = Number.POSITIVE_INFINITY;

const answered = (status, body, more) => ({ kind: "status", status, body, times: FOREVER, ...more });
const once = (fault) => ({ ...fault, times: 1 });
const before = (kind, more) => ({ kind, when: "before", times: FOREVER, ...more });
const after = (kind, more) => ({ kind, when: "after", times: FOREVER, ...more });

function named([name, fault]) {
  return { name, fault, isForAll: fault.kind === "refuse" };
}

const FAULTS = [
  ["402 with Stripe's error", answered(402, "stripe")],
  ["400 without a body", answered(400, "none")],
  ["404 with HTML", answered(404, "html")],
  ["403 with JSON that has no `error`", answered(403, "json")],
  ["500 without a body", answered(500, "none")],
  ["502 with HTML", answered(502, "html")],
  ["500 with JSON that has no `error`", answered(500, "json")],
  ["429, once", once(answered(429, "stripe"))],
  ["429", answered(429, "stripe")],
  ["500, once", once(answered(500, "stripe"))],
  ["500", answered(500, "stripe")],
  ["500 that the key replays <, once", once(answered(500, "stripe", { stored: true }))],
  ["500 that the key replays >, once", once(answered(500, "stripe", { stored: true, when: "after" }))],
  ["503 with Retry-After, once", once(answered(503, "stripe", { headers: { "Retry-After": "1" } }))],
  ["connection refused", { kind: "refuse" }],
  ["reset <, once", once(before("reset"))],
  ["reset <", before("reset")],
  ["reset >, once", once(after("reset"))],
  ["reset >", after("reset")],
  ["reset in the middle of the reply >", after("reset", { partial: "body" })],
  ["truncated reply >", after("truncate")],
  ["no reply <", before("hang")],
  ["no reply >, once", once(after("hang"))],
  ["no reply >", after("hang")],
  ["half a reply, then none >", after("hang-body")],
  ["200 with HTML <", before("html")],
  ["200 with HTML >", after("html")],
  ["200 without a body <", before("empty")],
  ["200 without a body >", after("empty")],
].map(named);

/** As if another server were at work under the same key. */
const CONFLICTS = [
  ["409, once", once(answered(409, "stripe"))],
  ["409", answered(409, "stripe")],
].map(named);

/** The fault for the requests that `where` picks; a refused connection picks none. */
function install(stripe, { fault, isForAll }, where) {
  return stripe.fault(isForAll ? fault : { ...fault, where });
}

/** One fault of each sort. */
const USUAL = new Set([
  "402 with Stripe's error",
  "403 with JSON that has no `error`",
  "409, once",
  "429, once",
  "500 that the key replays >, once",
  "connection refused",
  "reset <",
  "reset >, once",
  "reset >",
  "truncated reply >",
  "no reply <",
  "200 with HTML <",
]);

/** The faults that are tried every day; with MATRIX=all, all of them. */
const ofEveryDay = (faults) => faults.filter(({ name }) => process.env.MATRIX === "all" || USUAL.has(name));

module.exports = { CONFLICTS, FAULTS, install, ofEveryDay };
