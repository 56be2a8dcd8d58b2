// The records of Medusa 1.

const { CART, cartIn, extentOf, grouped, orderIn, seconds, within } = require("./rows");

const isIntent = (column) => `${column} LIKE 'pi\\_%'`;

/**
 * What became of a refund that Stripe declined is the payment's data with the JavaScript plugin, and the intent's id is
 * gone: then the cart's session still has it.
 */
const INTENT = `
  CASE WHEN ${isIntent("p.data->>'id'")} THEN p.data->>'id'
    WHEN ${isIntent("p.data->>'payment_intent'")} THEN p.data->>'payment_intent'
    ELSE (
      SELECT ps.data->>'id' FROM payment_session ps
      WHERE ps.cart_id = p.cart_id AND ps.provider_id = p.provider_id AND ${isIntent("ps.data->>'id'")}
      ORDER BY ps.created_at DESC LIMIT 1
    )
  END`;

/** A payment is of an order, of a swap, or of a payment collection, which an order edit may have. */
const FROM = `
  FROM payment p
  LEFT JOIN LATERAL (
    SELECT pcp.payment_collection_id AS id, oe.order_id FROM payment_collection_payments pcp
    LEFT JOIN order_edit oe ON oe.payment_collection_id = pcp.payment_collection_id
    WHERE pcp.payment_id = p.id LIMIT 1
  ) collection ON true
  LEFT JOIN swap s ON s.id = p.swap_id
  LEFT JOIN "order" o ON o.id = coalesce(p.order_id, s.order_id, collection.order_id)
  LEFT JOIN cart c ON c.id = p.cart_id`;

const PAYMENTS = `
  SELECT p.id, p.amount, p.currency_code, p.amount_refunded, p.order_id AS own_order_id, ${INTENT} AS intent,
    ${seconds("p.created_at")} AS created, ${seconds("p.updated_at")} AS updated,
    ${seconds("p.captured_at")} AS captured, ${seconds("p.canceled_at")} AS canceled,
    collection.id AS collection_id, o.id AS order_id, o.display_id AS order_display_id,
    ${seconds("coalesce(s.canceled_at, o.canceled_at)")} AS order_canceled, ${CART}
  ${FROM}`;

/** A refund of the whole order does not say which payment it is of. */
const REFUNDS = `
  SELECT id, payment_id, order_id, amount, ${seconds("created_at")} AS created FROM refund
  WHERE payment_id = ANY($1) OR (payment_id IS NULL AND order_id = ANY($2))`;

const CARTS = `
  SELECT ${CART}, o.id AS order_id, o.display_id AS order_display_id,
    ${seconds("coalesce(s.canceled_at, o.canceled_at)")} AS order_canceled
  FROM cart c
  LEFT JOIN swap s ON s.cart_id = c.id
  LEFT JOIN LATERAL (
    SELECT id, display_id, canceled_at FROM "order" WHERE cart_id = c.id
    UNION ALL SELECT id, display_id, canceled_at FROM "order" WHERE id = s.order_id LIMIT 1
  ) o ON true
  WHERE c.id = ANY($1)`;

const COLLECTIONS = `
  SELECT pc.id, pc.status, o.id AS order_id, o.display_id AS order_display_id,
    ${seconds("o.canceled_at")} AS order_canceled,
    ${seconds("coalesce(pc.deleted_at, oe.canceled_at, oe.declined_at)")} AS ended,
    ${seconds("pc.updated_at")} AS updated
  FROM payment_collection pc
  LEFT JOIN order_edit oe ON oe.payment_collection_id = pc.id
  LEFT JOIN "order" o ON o.id = oe.order_id
  WHERE pc.id = ANY($1)`;

/** Which payments, by what they are asked for. */
const BY = {
  id: "p.id = ANY($2)",
  order: `p.id IN (
    SELECT id FROM payment WHERE order_id = ANY($2)
    UNION SELECT x.id FROM payment x JOIN swap w ON w.id = x.swap_id WHERE w.order_id = ANY($2)
    UNION SELECT pcp.payment_id FROM payment_collection_payments pcp
      JOIN order_edit e ON e.payment_collection_id = pcp.payment_collection_id WHERE e.order_id = ANY($2)
  )`,
  origin: `p.id IN (
    SELECT id FROM payment WHERE cart_id = ANY($2)
    UNION SELECT payment_id FROM payment_collection_payments WHERE payment_collection_id = ANY($2)
  )`,
};

const SESSIONS = `
  SELECT ps.data->>'id' AS intent FROM payment_session ps
  WHERE ${isIntent("ps.data->>'id'")} AND ps.provider_id = ANY($2) AND (
    ps.cart_id IN (SELECT cart_id FROM "order" WHERE id = $1 UNION SELECT cart_id FROM swap WHERE order_id = $1)
    OR ps.id IN (
      SELECT pcs.payment_session_id FROM payment_collection_sessions pcs
      JOIN order_edit oe ON oe.payment_collection_id = pcs.payment_collection_id WHERE oe.order_id = $1
    )
  )`;

module.exports = (query) => {
  async function payments(text, values) {
    const rows = await query(text, values);
    const ids = rows.map(({ id }) => id);
    const orders = [...new Set(rows.map((row) => row.own_order_id).filter(Boolean))];
    const refunds = ids.length > 0 ? await query(REFUNDS, [ids, orders]) : [];
    const ofPayments = grouped(refunds, (refund) => refund.payment_id ?? refund.order_id);
    return rows.map((row) => ({ intent: row.intent, record: recordOf(row, ofPayments) }));
  }

  return {
    host: "medusa1",
    prefix: "stripe",
    originOf: ({ metadata }) => (/^(cart|paycol)_/.test(metadata?.resource_id) ? metadata.resource_id : undefined),

    page(after, limit, wishes) {
      const { condition, values } = within(wishes);
      const last = [values.push(after), values.push(limit)];
      const text = `${PAYMENTS} WHERE ${condition} AND p.id > $${last[0]} ORDER BY p.id LIMIT $${last[1]}`;
      return payments(text, values);
    },

    payments: (by, names, providers) =>
      payments(`${PAYMENTS} WHERE p.provider_id = ANY($1) AND ${BY[by]}`, [providers, names]),

    async origins(names) {
      const [carts, collections] = await Promise.all([query(CARTS, [names]), query(COLLECTIONS, [names])]);
      const known = new Map();
      for (const row of carts) known.set(row.cart_id, { cart: cartIn(row), order: orderIn(row) || undefined });
      for (const row of collections) {
        const isOver = ["authorized", "canceled"].includes(row.status);
        known.set(row.id, {
          order: orderIn(row) || undefined,
          closed: row.ended ?? (isOver ? row.updated : undefined),
        });
      }
      return new Map(names.map((id) => [id, { id, is_known: known.has(id), ...known.get(id) }]));
    },

    sessions: async (order, providers) => (await query(SESSIONS, [order, providers])).map(({ intent }) => intent),

    /** The id of the order that is named by its id or its number. */
    order: async (name) =>
      (await query(`SELECT id FROM "order" WHERE id = $1 OR display_id::text = $1`, [name]))[0]?.id,

    extent: (wishes) => extentOf(query, wishes),
  };
};

function recordOf(row, refunds) {
  const { id, amount, currency_code: currency, created, updated, captured, canceled } = row;
  const own = [...(refunds.get(id) ?? []), ...(refunds.get(row.own_order_id) ?? [])];
  return {
    ...{ id, amount, currency, created, updated, canceled },
    captures: captured ? [{ amount, created: captured }] : [],
    refunds: own.map(({ id, amount, created }) => ({ id, amount, created })),
    refunded: row.amount_refunded,
    order: orderIn(row),
    cart: cartIn(row),
    is_of_collection: row.collection_id !== null,
  };
}
