// The records of Medusa 2.

const { CART, cartIn, extentOf, grouped, orderIn, seconds, within } = require("./rows");

const ORDER = `o.id AS order_id, o.display_id AS order_display_id,
    ${seconds("CASE WHEN o.status = 'canceled' THEN coalesce(o.canceled_at, o.updated_at) ELSE o.canceled_at END")}
      AS order_canceled`;

/** An amount as it is exactly: a number alone has been through a float. */
const exact = (table) => `coalesce(${table}.raw_amount->>'value', ${table}.amount::text)`;

/** A collection is of an order, of a cart, or of what only the store knows: a claim, an exchange, something of its own. */
const OWNERS = (collection) => `
  LEFT JOIN order_payment_collection opc ON opc.payment_collection_id = ${collection} AND opc.deleted_at IS NULL
  LEFT JOIN "order" o ON o.id = opc.order_id
  LEFT JOIN cart_payment_collection cpc ON cpc.payment_collection_id = ${collection} AND cpc.deleted_at IS NULL
  LEFT JOIN cart c ON c.id = cpc.cart_id`;

const PAYMENTS = `
  SELECT p.id, ${exact("p")} AS amount, p.currency_code, p.data->>'id' AS intent,
    ${seconds("p.created_at")} AS created, ${seconds("p.updated_at")} AS updated,
    ${seconds("p.canceled_at")} AS canceled, ${ORDER}, ${CART}
  FROM payment p ${OWNERS("p.payment_collection_id")}`;

const parts = (table) => `
  SELECT t.id, t.payment_id, ${exact("t")} AS amount, ${seconds("t.created_at")} AS created FROM ${table} t
  WHERE t.payment_id = ANY($1) AND t.deleted_at IS NULL`;

/** Which payments, by what they are asked for. */
const BY = {
  id: "p.id = ANY($2)",
  order: `p.payment_collection_id IN (
    SELECT payment_collection_id FROM order_payment_collection WHERE order_id = ANY($2) AND deleted_at IS NULL
  )`,
  origin: "p.payment_session_id = ANY($2)",
};

const ORIGINS = `
  SELECT ps.id, ${ORDER}, ${CART}, pc.status,
    ${seconds("coalesce(ps.deleted_at, pc.deleted_at)")} AS ended, ${seconds("pc.updated_at")} AS updated
  FROM payment_session ps
  JOIN payment_collection pc ON pc.id = ps.payment_collection_id ${OWNERS("ps.payment_collection_id")}
  WHERE ps.id = ANY($1)`;

const SESSIONS = `
  SELECT ps.data->>'id' AS intent FROM payment_session ps
  JOIN order_payment_collection opc ON opc.payment_collection_id = ps.payment_collection_id
  WHERE opc.order_id = $1 AND ps.provider_id = ANY($2) AND ps.data->>'id' LIKE 'pi\\_%'`;

module.exports = (query) => {
  async function payments(condition, values) {
    const rows = await query(`${PAYMENTS} WHERE p.deleted_at IS NULL AND ${condition}`, values);
    const ids = rows.map(({ id }) => id);
    const ofPayments = async (table) =>
      grouped(ids.length > 0 ? await query(parts(table), [ids]) : [], (part) => part.payment_id);
    const [captures, refunds] = await Promise.all([ofPayments("capture"), ofPayments("refund")]);
    // A collection may be linked to an order more than once.
    const once = new Map(rows.map((row) => [row.id, row]));
    return [...once.values()].map((row) => ({ intent: row.intent, record: recordOf(row, captures, refunds) }));
  }

  return {
    host: "medusa2",
    prefix: "pp_stripe",
    originOf: ({ metadata }) => (/^payses_/.test(metadata?.session_id) ? metadata.session_id : undefined),

    page(after, limit, wishes) {
      const { condition, values } = within(wishes);
      const last = [values.push(after), values.push(limit)];
      return payments(`${condition} AND p.id > $${last[0]} ORDER BY p.id LIMIT $${last[1]}`, values);
    },

    payments: (by, names, providers) => payments(`p.provider_id = ANY($1) AND ${BY[by]}`, [providers, names]),

    async origins(names) {
      const known = new Map();
      for (const row of await query(ORIGINS, [names])) {
        const isOver = ["completed", "canceled"].includes(row.status);
        const closed = row.ended ?? (isOver ? row.updated : undefined);
        known.set(row.id, { cart: cartIn(row) || undefined, order: orderIn(row) || undefined, closed });
      }
      return new Map(names.map((id) => [id, { id, is_known: known.has(id), ...known.get(id) }]));
    },

    sessions: async (order, providers) => (await query(SESSIONS, [order, providers])).map(({ intent }) => intent),

    order: async (name) =>
      (await query(`SELECT id FROM "order" WHERE id = $1 OR display_id::text = $1 ORDER BY created_at DESC`, [name]))[0]
        ?.id,

    extent: (wishes) => extentOf(query, wishes),
  };
};

function recordOf(row, captures, refunds) {
  const { id, amount, currency_code: currency, created, updated, canceled } = row;
  const of = (rows) => (rows.get(id) ?? []).map(({ id, amount, created }) => ({ id, amount, created }));
  const [order, cart] = [orderIn(row), cartIn(row)];
  return {
    ...{ id, amount, currency, created, updated, canceled },
    captures: of(captures),
    refunds: of(refunds),
    ...{ order, cart },
    is_of_collection: !order && !cart,
  };
}
