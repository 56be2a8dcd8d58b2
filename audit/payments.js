// What an order's page in Medusa's admin shows: the payments behind the order, what Stripe has of them, and what the audit
// finds.

const path = require("node:path");
const { inTime } = require("../link/in-time.js");
const load = require("../load.js");
const { READERS } = require("./books");
const { findingsIn } = require("./cases");
const { casesOfOrder } = require("./order");
const { openStripe } = require("./stripe");

/** A person waits for the page. */
const HURRY = { rate: 25, tries: 2, whereKeyIs: "the option api_key (or apiKey) in medusa-config" };
const LONGEST_MS = 20_000;

/** A difference that is younger may be about to end: a capture that is being recorded, a webhook that is under way. */
const GRACE_S = 60;

/**
 * Resolves with `{ payments, findings }`: the payments, each with what is found about it, and what else is found.
 *
 * @param host `"medusa1"` or `"medusa2"`
 * @param query `(text, values) => Promise<rows>`: the database, with `$1` as placeholders
 * @param providers `[{ id, key, apiBase }]`: Stripe's providers in the store, and the account of each
 * @param order the order's id
 * @throws Error if Stripe does not answer
 */
async function paymentsOfOrder({ host, query, providers, order }) {
  const books = READERS[host](query);
  const asked = Promise.all(accountsOf(providers).map((account) => paymentsIn(account, { host, books, order })));
  const parts = await inTime(asked, LONGEST_MS);
  return { payments: parts.flatMap(({ payments }) => payments), findings: parts.flatMap(({ findings }) => findings) };
}

/** `[{ key, apiBase, providers }]`: as a rule there is one account, which all providers share. */
function accountsOf(providers) {
  const accounts = new Map();
  for (const { id, key, apiBase } of providers) {
    const account = accounts.get(key) ?? { key, apiBase, providers: [] };
    accounts.set(key, { ...account, providers: [...account.providers, id] });
  }
  return [...accounts.values()];
}

async function paymentsIn({ key, apiBase, providers }, { host, books, order }) {
  const stripe = openStripe({ key, apiBase }, HURRY);
  const cases = await casesOfOrder(order, { books, stripe, providers });
  const all = findingsIn(cases, { host, grace: GRACE_S });
  const payments = cases.flatMap((one) => paymentsOf(one, all));
  return { payments, findings: all.filter(({ payment }) => !payments.some((shown) => shown.payment === payment)) };
}

/** The payments in Medusa that name one intent: as a rule there is one. */
function paymentsOf({ id, intent, payments = [] }, findings) {
  return payments.map((record) => ({
    ...(intent ? shown(intent) : { id: id ?? record.id }),
    payment: record.id,
    findings: findings.filter(({ payment }) => payment === record.id),
  }));
}

/** What is shown of an intent: see `src/audit/shown.rs`. */
function shown(intent) {
  const { shownPayment } = load(path.dirname(__dirname));
  return JSON.parse(shownPayment(JSON.stringify(intent)));
}

module.exports = { paymentsOfOrder };
