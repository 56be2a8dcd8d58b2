// A cart becomes an order over the amount that its payment was last agreed over, whatever its provider.
//
// Medusa records the cart's total as paid, whatever the provider holds (`authorizePayment`, dist/services/cart.js). A cart
// that has changed stays changed although its payment could not follow (`handleAddOrUpdateLineItem`,
// dist/api/routes/store/carts/create-line-item/utils/handler-steps.js), and a gift card may be used up by another cart.
// The session's row has the amount of the last start or update that succeeded (`saveSession`,
// dist/services/payment-provider.js).

const { inTime } = require("./in-time.js");
const { lookUpService } = require("./look-up.js");

/** How long the database is waited for, while Medusa's transaction is open. */
const LOOK_UP_MS = 5_000;

/** What Medusa itself reads before it authorizes. */
const RELATIONS = ["payment_sessions", "items.variant.product.profiles"];

/** The order has taxes also in a region whose carts show none: the tax lines come inside the transaction. */
const WITH_TAXES = { force_taxes: true };

/** Puts the look-up into `authorizePayment` of a class that the addon has made. */
module.exports = function authorizeAgreedAmount(prototype) {
  const { authorizePayment } = prototype;
  const value = async function (data, context) {
    const obstacle = await obstacleTo(this, data, context?.cart_id);
    return obstacle ?? authorizePayment.call(this, data, context);
  };
  Object.defineProperty(prototype, "authorizePayment", { value, writable: true, configurable: true });
};

/** Why the payment cannot be authorized, if it cannot. Never rejects. */
async function obstacleTo(processor, data, cartId) {
  // A session of a payment collection is recorded over its own amount.
  if (typeof cartId !== "string") return undefined;
  const error = `The payment ${data?.id ?? `of ${cartId}`} cannot be authorized`;
  try {
    const found = await inTime(disagreement(processor, cartId), LOOK_UP_MS);
    if (!found) return undefined;
    const differ = `The cart costs ${found.total} now, and its payment is over ${found.agreed} (minor units)`;
    const detail = `${differ}: Medusa would record what was not paid. Load the payment sessions again (POST /store/carts/${cartId}/payment-sessions), and then pay.`;
    return { error, code: "amount_changed", detail };
  } catch (failure) {
    const why = failure?.message || failure;
    const detail = `Medusa's cart ${cartId} could not be read: ${why}. Nothing was authorized. Try again.`;
    return { error, code: "temporarily_unavailable", detail };
  }
}

/** Resolves with the cart's total and the amount of the processor's session if they are not the same. */
async function disagreement(processor, cartId) {
  const carts = await lookUpService(processor.container, "cartService");
  if (!carts) return undefined; // a test without Medusa: nothing is recorded anywhere
  const cart = await carts.retrieveWithTotals(cartId, { relations: RELATIONS }, WITH_TAXES);
  const provider = processor.getIdentifier();
  const session = cart.payment_sessions?.find(({ provider_id }) => provider_id === provider);
  if (session?.amount == null || session.amount === cart.total) return undefined;
  return { agreed: session.amount, total: cart.total };
}
