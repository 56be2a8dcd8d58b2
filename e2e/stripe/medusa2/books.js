// What is recorded of a cart's money in Medusa's rows, and what the fake Stripe's ledger says, in the same words.

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const minor = (text) => Math.round(Number(text) * 100);

/** All prices are in euro. Amounts are in minor units. */
const inWords = ({ state, held = 0, captured = 0, refunded = 0 }) =>
  `${state}: ${held} held, ${captured} captured, ${refunded} refunded`;

const OPEN = "no order";
const ORDER = "an order";
const CANCELED = "a canceled order";

/** The rows of a cart, in one look: what a server writes meanwhile is either all there or not at all. */
const ROWS = `
  WITH collections AS (
    SELECT payment_collection_id AS id FROM cart_payment_collection WHERE cart_id = $1 AND deleted_at IS NULL
  ), orders AS (
    SELECT o.id, o.status, s.totals FROM order_cart l
    JOIN "order" o ON o.id = l.order_id AND o.deleted_at IS NULL
    JOIN order_summary s ON s.order_id = o.id AND s.version = 1 AND s.deleted_at IS NULL
    WHERE l.cart_id = $1 AND l.deleted_at IS NULL
  ), sessions AS (
    SELECT id, status, amount::text, data, created_at FROM payment_session
    WHERE payment_collection_id IN (SELECT id FROM collections) AND provider_id = $2 AND deleted_at IS NULL
  ), payments AS (
    SELECT id, amount::text, data, canceled_at, captured_at, payment_session_id AS session FROM payment
    WHERE payment_collection_id IN (SELECT id FROM collections) AND deleted_at IS NULL
  ), captures AS (
    SELECT amount::text, payment_id AS payment FROM capture
    WHERE payment_id IN (SELECT id FROM payments) AND deleted_at IS NULL
  ), refunds AS (
    SELECT amount::text, payment_id AS payment FROM refund
    WHERE payment_id IN (SELECT id FROM payments) AND deleted_at IS NULL
  ), transactions AS (
    SELECT amount::text FROM order_transaction WHERE order_id IN (SELECT id FROM orders) AND deleted_at IS NULL
  )
  SELECT
    (SELECT coalesce(json_agg(orders), '[]') FROM orders) AS orders,
    (SELECT coalesce(json_agg(sessions ORDER BY created_at), '[]') FROM sessions) AS sessions,
    (SELECT coalesce(json_agg(payments), '[]') FROM payments) AS payments,
    (SELECT coalesce(json_agg(captures), '[]') FROM captures) AS captures,
    (SELECT coalesce(json_agg(refunds), '[]') FROM refunds) AS refunds,
    (SELECT coalesce(json_agg(transactions), '[]') FROM transactions) AS transactions`;

/**
 * A function of a cart's payment that resolves with
 * - `rows`: Medusa's
 * - `state`: of the order
 * - `held`: what Stripe holds, of all intents that were made for the cart
 * - `booked`, `moved`: Medusa's books and Stripe's, in words. What Medusa cannot mean to have recorded is a part of the
 *   first, and an intent that should not be payable any more, and still is, of the second
 * - `counts`: how many captures and refunds Stripe made
 * - `data`, `intent`: what Medusa keeps of the payment, and which intent it has to be about
 *
 * `transactions` says whether those of the order are compared.
 */
function booksOf({ shop, provider, transactions: compared = true }) {
  const { stripe, postgres } = shop;

  return async function books(payment) {
    const [rows] = await postgres.query(ROWS, [payment.cart, provider]);
    const intents = stripe.ledger.intents({ cart: payment.cart });
    const truths = new Map(intents.map(({ id }) => [id, stripe.ledger.payment(id)]));
    const atStripe = (name) => sum([...truths.values()].map((truth) => truth[name]));

    const state = stateOf(rows);
    const row = rows.payments.find(({ canceled_at: canceled }) => canceled === null) ?? rows.payments[0];
    const session = rows.sessions.at(-1);
    const kept = row ?? (session?.data?.id ? session : undefined);
    const recorded = {
      held: heldInMedusa({ rows, state, truths, intents }),
      captured: minor(sum(rows.captures.map(({ amount }) => Number(amount)))),
      refunded: minor(sum(rows.refunds.map(({ amount }) => Number(amount)))),
    };
    const moved = { held: atStripe("held"), captured: atStripe("captured"), refunded: atStripe("refunded") };
    const moves = stripe.ledger.moved().filter(({ intent }) => truths.has(intent));
    const payable = new Set(stripe.ledger.payable());
    const givenUp = [...payment.known].filter((id) => payable.has(id) && id !== session?.data?.id);

    const complaints = [
      rows.orders.length > 1 && `${rows.orders.length} orders`,
      rows.orders.length > 0 && totalOf(rows) !== amountOf(rows) && `${totalOf(rows)} due, ${amountOf(rows)} paid`,
      rows.orders.length === 0 && rows.payments.length > 0 && "a payment without an order",
      compared && rows.orders.length > 0 && wrongTransactions(rows, recorded),
    ];
    const surprises = [givenUp.length > 0 && `${givenUp.length} given up can be paid`];
    return {
      rows,
      state,
      held: moved.held,
      booked: withNotes(inWords({ state, ...recorded }), complaints),
      moved: withNotes(inWords({ state, ...moved }), surprises),
      counts: {
        captures: moves.filter(({ type }) => type === "capture").length,
        refunds: moves.filter(({ type }) => type === "refund").length,
      },
      ...(kept && { data: kept.data, intent: truths.has(kept.data?.id) ? kept.data.id : undefined }),
    };
  };
}

const withNotes = (text, notes) => [text, ...notes.filter(Boolean)].join(", ");

function stateOf({ orders }) {
  if (orders.length === 0) return OPEN;
  return orders.some(({ status }) => status !== "canceled") ? ORDER : CANCELED;
}

/**
 * Medusa has no row for a hold. A payment that is neither canceled nor captured is one, a session is one as long as the
 * cart is open and it has been paid, and what a partial capture leaves may be one or not. A session may not know its
 * intent, whose creation nobody answered for; the intent knows its session.
 */
function heldInMedusa({ rows, state, truths, intents }) {
  const heldBy = (data) => truths.get(data?.id)?.held ?? 0;
  const ofPayments = rows.payments.map(({ id, amount, data, canceled_at: canceled }) => {
    if (canceled !== null || state === CANCELED) return 0;
    const captured = minor(sum(rows.captures.filter(({ payment }) => payment === id).map((one) => Number(one.amount))));
    return captured === 0 ? minor(amount) : Math.min(heldBy(data), minor(amount) - captured);
  });
  const current = state === OPEN && rows.payments.length === 0 ? rows.sessions.at(-1) : undefined;
  const ofSession = current ? intents.filter(({ metadata }) => metadata.session_id === current.id) : [];
  return sum(ofPayments) + sum(ofSession.map(heldBy));
}

const totalOf = ({ orders }) => sum(orders.map(({ totals }) => minor(totals.original_order_total)));
const amountOf = ({ payments }) => sum(payments.map(({ amount }) => minor(amount)));

function wrongTransactions({ transactions }, { captured, refunded }) {
  const total = minor(sum(transactions.map(({ amount }) => Number(amount))));
  return total !== captured - refunded && `${total} in the order's transactions`;
}

module.exports = { booksOf, inWords, OPEN, ORDER, CANCELED };
