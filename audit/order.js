// What the audit says about one order.

const { casesOf, findingsIn, sideBySide } = require("./cases");
const { READERS } = require("./books");

/**
 * Resolves with the findings about an order, each as `src/audit/finding.rs` has it:
 * `{ kind, title, order, display_id, cart, payment, intent, refund, medusa, stripe, since, amount, currency, money, fault,
 * advice, dashboard }`.
 *
 * @param host `"medusa1"` or `"medusa2"`
 * @param query `(text, values) => Promise<rows>`: the database, with `$1` as placeholders
 * @param stripe `{ intent(id) }`, as `openStripe` has it: resolves with `{ intent }`, Stripe's PaymentIntent with
 *   `latest_charge.refunds` expanded, or with `{}` if Stripe knows none of that id
 * @param order the order's id
 * @param providers the ids of the providers whose payments are looked at
 * @param grace how many seconds a difference may be about to end
 */
async function auditOrder({ host, query, stripe, order, providers, grace = 60, now }) {
  const books = READERS[host](query);
  const cases = await casesOfOrder(order, { books, stripe, providers });
  return findingsIn(cases, { host, grace, now });
}

/** The intents of all sessions that were ever open for the order are looked at, not only those that paid it. */
async function casesOfOrder(order, { books, stripe, providers, isShared = false }) {
  const payments = await books.payments("order", [order], providers);
  const named = new Set(payments.map(({ intent }) => intent));
  const others = (await books.sessions(order, providers)).filter((id) => !named.has(id));
  const asked = await sideBySide([...new Set(others)], (id) => stripe.intent(id));
  const intents = asked.map(({ intent }) => intent).filter(Boolean);
  return casesOf({ payments, intents }, { books, stripe, providers, isShared });
}

module.exports = { auditOrder, casesOfOrder };
