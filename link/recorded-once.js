// A payment of a payment collection is recorded once, whatever its provider.
//
// For carts Medusa's table of payments has a unique index; for collections nothing in it keeps two requests at once from
// recording one payment twice. Medusa records what `authorizePayment` returned by retrieving it, that very object
// (`createPayment`, dist/services/payment-provider.js). By then the session's row is written, and another request that
// authorizes the session waits for this transaction: one of two is first, and the other one finds its payment here.

const { inTime } = require("./in-time.js");
const { LOOK_UP_MS, lookUpManager, unreadable } = require("./look-up.js");
const replaceMethods = require("./replace-methods.js");

/** A collection's payments have no cart, and of that column there is an index. */
const RECORDED = `
  SELECT link.payment_collection_id AS collection
  FROM payment JOIN payment_collection_payments AS link ON link.payment_id = payment.id
  WHERE payment.cart_id IS NULL AND payment.canceled_at IS NULL
    AND payment.provider_id = $1 AND payment.data->>'id' = $2`;

/** Puts the look-up into the methods of a class that the addon has made. */
module.exports = function recordOnce(prototype) {
  const { authorizePayment, retrievePayment } = prototype;
  /** The data of collections' payments that are about to be recorded. */
  const authorized = new WeakSet();

  replaceMethods(prototype, {
    authorizePayment(data, context) {
      return authorizePayment.call(this, data, context).then((result) => {
        if (result.status === "authorized" && isCollections(context) && isNamed(result.data))
          authorized.add(result.data);
        return result;
      });
    },

    retrievePayment(data) {
      const answer = retrievePayment.call(this, data);
      return authorized.delete(data) ? unlessRecorded(answer, this, data) : answer;
    },
  });
};

/** Medusa names the cart, if there is one (`authorizePayment`, dist/services/cart.js). */
const isCollections = (context) => !context?.cart_id;

const isNamed = ({ id }) => typeof id === "string" && id !== "";

async function unlessRecorded(answer, processor, data) {
  const [payment, obstacle] = await Promise.all([answer, obstacleTo(processor, data)]);
  return "error" in payment ? payment : (obstacle ?? payment);
}

/** Why the payment cannot be recorded, if it cannot. Never rejects. */
async function obstacleTo(processor, { id }) {
  const error = `The payment ${id} cannot be recorded`;
  try {
    const recorded = await inTime(recordedPayment(processor, id), LOOK_UP_MS);
    if (!recorded) return undefined;
    const first = `another request, or the provider's event, came first on ${recorded.collection}`;
    const detail = `It is recorded already: ${first}. Nothing was recorded twice. Load the payment collection again.`;
    return { error, code: "already_recorded", detail };
  } catch (failure) {
    return unreadable(error, "Medusa's payments", failure, "Nothing was recorded.");
  }
}

/** What is committed: this transaction has not recorded it yet. */
async function recordedPayment(processor, id) {
  const manager = await lookUpManager(processor.container);
  // None in a test without Medusa: nothing is recorded anywhere.
  const rows = await manager?.query(RECORDED, [processor.getIdentifier(), id]);
  return rows?.[0];
}
