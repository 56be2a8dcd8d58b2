// What Medusa 2 has stored of a payment: the rows of its payment module, which a provider's container leads to.

const { inTime } = require("../in-time.js");
const serviceOf = require("../service-of.js");
const textOf = require("../text-of.js");
const { amountOf } = require("./amounts.js");
const { failure } = require("./errors.js");

const { stringify } = JSON;

/** How long the store's database is waited for. */
const LOOK_UP_MS = 3_000;

const waitFor = (answer) => inTime(answer, LOOK_UP_MS);

const movements = (rows) =>
  Array.from(rows ?? [], (row) => ({
    id: row.id,
    amount: amountOf(row),
    age_ms: Math.max(0, Date.now() - new Date(row.created_at ?? Date.now()).getTime()),
  }));

/** Whether the container has a service, as it has not in unit tests. */
const hasService = (provider, service) => serviceOf(provider.container, service) !== undefined;

/** Reads from a service of the payment module. */
const retrieve = (provider, service, ...query) => waitFor(provider.container[service].retrieve(...query));

/**
 * The row that Medusa has written for the capture or refund that it asks for (`@medusajs/payment`,
 * `dist/services/payment-module.js`), with all those of its payment, as JSON text; `{ unread: why }` if it cannot be read,
 * with `is_there` if it is there all the same. `again` is the code of the call that asked for it to be read again.
 */
async function rowOf(provider, service, input, again) {
  try {
    const id = input.context?.idempotency_key;
    if (!id) return stringify({ unread: "the call has no idempotency key" });
    const relations = ["payment", "payment.captures", "payment.refunds"];
    const row = await retrieve(provider, service, id, { relations });
    if (!row) return stringify({ unread: `Medusa has no row ${id}` });
    const { payment } = row;
    return stringify({
      id: row.id,
      amount: amountOf(row),
      again,
      payment: {
        amount: amountOf(payment),
        currency_code: payment.currency_code,
        captures: movements(payment.captures),
        refunds: movements(payment.refunds),
      },
    });
  } catch (error) {
    const isThere = hasService(provider, service) && error?.type !== "not_found";
    return stringify({ unread: String(error?.message ?? error), is_there: isThere });
  }
}

/** The payment session that an event names; none if Medusa does not know it. */
async function sessionOf(provider, { resource }) {
  if (!resource?.startsWith("payses_")) return undefined;
  try {
    return await retrieve(provider, "paymentSessionService", resource);
  } catch (error) {
    if (error?.type === "not_found") return undefined;
    const message = `The event is about ${resource}, and Medusa's session cannot be read: ${error?.message ?? error}`;
    throw failure({ type: "unexpected_state", message, code: "session_unread" });
  }
}

/** Records more of a payment session. */
const recordSession = (provider, row) => waitFor(provider.container.paymentSessionService.update(row));

/** The payments of a session. */
const paymentsOf = (provider, session, config = { select: ["id", "canceled_at"] }) =>
  waitFor(provider.container.paymentService.list({ payment_session_id: session }, config));

/** Whether Medusa has a payment of the session: an order may be behind it although the session is gone. */
const hasPayment = async (provider, session) => (await paymentsOf(provider, session)).length > 0;

/** The sessions that the data of a payment is about: the one that the class has stored, and the one that the provider was told. */
const sessionsOf = ({ medusa_session: session, metadata } = {}) =>
  [session?.id, metadata?.session_id].filter(
    (id, index, ids) => id?.startsWith?.("payses_") && ids.indexOf(id) === index,
  );

/**
 * The id of the payment that Medusa has stored for a session and that is not canceled; none if it has none, or if the call
 * is about a payment that it has stored itself: that one has a key.
 */
async function storedPaymentOf(provider, input) {
  let sessions;
  try {
    sessions = input.context?.idempotency_key ? [] : sessionsOf(input.data);
  } catch {
    return undefined; // what is wrong with the input is said later
  }
  if (!hasService(provider, "paymentService")) return undefined; // as in unit tests
  try {
    for (const session of sessions) {
      const stored = (await paymentsOf(provider, session)).find(({ canceled_at: canceledAt }) => !canceledAt);
      if (stored) return stored.id;
    }
    return undefined;
  } catch (error) {
    // Money that stays held is better than an order without any.
    const message = `Medusa's payments of the session cannot be read: ${textOf(error)}. Nothing was canceled. Try again.`;
    throw failure({ type: "unexpected_state", message, code: "payments_unread" });
  }
}

/** Medusa's payment of a session, with what is recorded of it. */
async function liveRowOf(provider, session, payment) {
  const rows = await paymentsOf(provider, session, { relations: ["captures", "refunds"] });
  const row = rows.find(
    ({ data, canceled_at: canceledAt }) => !canceledAt && Object.values(data ?? {}).includes(payment),
  );
  return (
    row && {
      id: row.id,
      payment_collection_id: row.payment_collection_id,
      currency_code: row.currency_code,
      is_captured: (row.captures ?? []).length > 0,
      is_canceled: false,
      refunds: Array.from(row.refunds ?? [], amountOf),
    }
  );
}

/** As Medusa does it once its provider has canceled a payment (`cancelPayment`, `payment-module.js`). */
const recordCancellation = (provider, { id }) =>
  waitFor(provider.container.paymentService.update({ id, canceled_at: new Date() }));

module.exports = {
  hasPayment,
  hasService,
  liveRowOf,
  recordCancellation,
  recordSession,
  rowOf,
  sessionOf,
  storedPaymentOf,
};
