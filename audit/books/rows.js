// What both versions have in common.

/** A column's time in seconds since 1970. */
const seconds = (column) => `floor(extract(epoch FROM ${column}))::float8`;

/** Values by a key: `Map` of lists. */
function grouped(rows, keyOf) {
  const groups = new Map();
  for (const row of rows) {
    const key = keyOf(row);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(row);
  }
  return groups;
}

/** The order in a row whose columns begin with `order_`. */
const orderIn = (row) =>
  row.order_id && { id: row.order_id, display_id: row.order_display_id, canceled: row.order_canceled };

/** The cart in a row whose columns begin with `cart_`. */
const cartIn = (row) => row.cart_id && { id: row.cart_id, completed: row.cart_completed, deleted: row.cart_deleted };

const CART = `c.id AS cart_id, ${seconds("c.completed_at")} AS cart_completed, ${seconds("c.deleted_at")} AS cart_deleted`;

/** Which payments are looked at, as a condition and its values. */
function within({ since, until, providers }) {
  const values = [providers];
  const conditions = ["p.provider_id = ANY($1)"];
  if (since !== undefined) conditions.push(`p.created_at >= to_timestamp($${values.push(since)})`);
  if (until !== undefined) conditions.push(`p.created_at < to_timestamp($${values.push(until)})`);
  return { condition: conditions.join(" AND "), values };
}

/** How many payments there are to look at, and when the first of them was made. */
async function extentOf(query, wishes) {
  const { condition, values } = within(wishes);
  const text = `SELECT count(*)::float8 AS count, ${seconds("min(p.created_at)")} AS first FROM payment p WHERE ${condition}`;
  return (await query(text, values))[0];
}

module.exports = { CART, cartIn, extentOf, grouped, orderIn, seconds, within };
