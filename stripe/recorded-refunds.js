// What Medusa has recorded as refunded of a payment. The refunds that the JavaScript plugin made are not named in the payment's
// data, and look at Stripe as if a person had made them in the dashboard.

const { lookUpManager } = require("../link/look-up.js");

/** For carts and for payment collections, each by a column that has an index. */
const OF_CART = "SELECT amount_refunded FROM payment WHERE cart_id = $1 AND data->>'id' = $2";
const OF_COLLECTION = `
  SELECT amount_refunded FROM payment JOIN payment_collection_payments ON payment_id = payment.id
  WHERE payment_collection_id = $1 AND data->>'id' = $2`;

/**
 * Resolves with the sum in minor units.
 *
 * @param data the payment's
 * @returns undefined if there is no such payment, or no database, as in a test without Medusa
 * @throws Error if it cannot be read
 */
async function recordedRefunds(data, container) {
  const resource = data?.metadata?.resource_id;
  if (typeof resource !== "string" || typeof data.id !== "string") return undefined;
  const manager = await lookUpManager(container);
  const sql = resource.startsWith("paycol_") ? OF_COLLECTION : OF_CART;
  const rows = await manager?.query(sql, [resource, data.id]);
  return rows?.length ? rows.reduce((sum, { amount_refunded }) => sum + amount_refunded, 0) : undefined;
}

module.exports = { recordedRefunds };
