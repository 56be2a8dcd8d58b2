// Payment collections, as Medusa's tables have them.

/** Whether the id of a cart or a payment collection is that of a collection. */
const isCollection = (resource) => typeof resource === "string" && resource.startsWith("paycol");

/** Whether a payment of the collection is booked with the intent. Sees what is committed. */
async function isBooked(manager, collection, intent) {
  const rows = await manager.query(
    `SELECT payment.id FROM payment_collection_payments AS link JOIN payment ON payment.id = link.payment_id
     WHERE link.payment_collection_id = $1 AND payment.data->>'id' = $2 AND payment.canceled_at IS NULL`,
    [collection, intent],
  );
  return rows.length > 0;
}

module.exports = { isBooked, isCollection };
