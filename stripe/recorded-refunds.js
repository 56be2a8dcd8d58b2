// What Medusa has recorded as refunded of a payment. The refunds that the JavaScript plugin made are not named in the payment's
// data, and at Stripe they look as if a person had made them in the dashboard.

const { lookUpManager } = require("../link/look-up.js");

/** The payments of carts and of payment collections, each by a column that has an index. */
const RECORDED = `
  SELECT amount_refunded FROM payment WHERE cart_id = ANY($1) AND data->>'id' = $2
  UNION ALL
  SELECT amount_refunded FROM payment JOIN payment_collection_payments ON payment_id = payment.id
  WHERE payment_collection_id = ANY($1) AND data->>'id' = $2`;

/**
 * Resolves with the sum in minor units.
 *
 * @param data the payment's
 * @returns undefined if Medusa has not recorded the payment, or without a database, as in a test without Medusa
 * @throws Error if it cannot be read
 */
async function recordedRefunds(data, container) {
  // Older versions of the plugin wrote `cart_id`.
  const { resource_id, cart_id } = data?.metadata ?? {};
  const resources = [resource_id, cart_id].filter((id) => typeof id === "string");
  if (!resources.length || typeof data.id !== "string") return undefined;
  const manager = await lookUpManager(container);
  const rows = await manager?.query(RECORDED, [resources, data.id]);
  return rows?.length ? rows.reduce((sum, { amount_refunded }) => sum + amount_refunded, 0) : undefined;
}

module.exports = { recordedRefunds };
