// A cart of Medusa 1 becomes an order only if it costs what its payment session says, whatever the provider.
//
// Medusa records the cart's total as paid, whatever the provider holds (`authorizePayment`, dist/services/cart.js). A cart
// that has changed stays changed although its payment could not follow (`handleAddOrUpdateLineItem`,
// dist/api/routes/store/carts/create-line-item/utils/handler-steps.js), and a gift card may be used up by another cart.
// The session's row has the amount of the last start or update that succeeded (`saveSession`,
// dist/services/payment-provider.js).

const { inTime } = require("./in-time.js");
const { LOOK_UP_MS, lookUpService, unreadable } = require("./look-up.js");
const replaceMethods = require("./replace-methods.js");
const serviceOf = require("./service-of.js");

/** What Medusa itself reads before it authorizes. */
const RELATIONS = ["payment_sessions", "items.variant.product.profiles"];

/** The order has taxes also in a region whose carts show none: the tax lines come inside the transaction. */
const WITH_TAXES = { force_taxes: true };

/** Puts the look-up into `authorizePayment` of a class that the addon has made. */
module.exports = function authorizeAgreedAmount(prototype) {
  const { authorizePayment } = prototype;
  replaceMethods(prototype, {
    async authorizePayment(data, context) {
      // A session of a payment collection is recorded with its own amount.
      const cartId = context?.cart_id;
      const obstacle = typeof cartId === "string" ? await obstacleTo(this, data, cartId) : undefined;
      return obstacle ?? authorizePayment.call(this, data, context);
    },
  });
};

/** Why the payment cannot be authorized, if it cannot. Never rejects. */
async function obstacleTo(processor, data, cartId) {
  const error = `The payment ${data?.id ?? `of ${cartId}`} cannot be authorized`;
  try {
    const found = await inTime(disagreement(processor, cartId), LOOK_UP_MS);
    if (!found) return undefined;
    const { provider, agreed, total } = found;
    const differ = `The cart now costs ${total}, but its payment is for ${agreed} (minor units): Medusa would record money that was not paid.`;
    const sessions = `POST /store/carts/${cartId}/payment-sessions`;
    const cure = `Load the payment sessions again (${sessions}); if that changes nothing, refresh this one (${sessions}/${provider}/refresh). Then have the shopper pay.`;
    return { error, code: "amount_changed", detail: `${differ} ${cure}` };
  } catch (failure) {
    // Made in the transaction that completes it, which alone can see it: it has just been read there.
    if (failure?.type === "not_found") return undefined;
    return unreadable(error, `Medusa's cart ${cartId}`, failure, "Nothing was authorized.");
  }
}

/** Resolves with the cart's total and the amount of the processor's session if they are not the same. */
async function disagreement(processor, cartId) {
  // None with a foreign `this`, which the method itself refuses, and in a test without Medusa.
  const carts = await lookUpService(processor?.container ?? {}, "cartService");
  const cart = await carts?.retrieveWithTotals(cartId, { relations: RELATIONS }, WITH_TAXES);
  // Another request may have made the order meanwhile: Medusa records its payment once.
  if (!cart || cart.completed_at) return undefined;
  const provider = processor.getIdentifier();
  const agreed = cart.payment_sessions?.find(({ provider_id }) => provider_id === provider)?.amount;
  if (agreed == null || agreed === cart.total) return undefined;
  if (agreed === withoutTaxes(cart)) {
    const what = `medusa-payment-rs: ${cartId} is paid without its taxes: Medusa records ${cart.total}, and the payment is for ${agreed} (minor units)`;
    const cure =
      "In a region without automatic taxes the storefront has to load the payment sessions (POST /store/carts/{id}/payment-sessions) right before the shopper pays";
    serviceOf(processor.container, "logger")?.error?.(`${what}. ${cure}.`);
    return undefined;
  }
  return { provider, agreed, total: cart.total };
}

/**
 * What Medusa itself asks a provider for if a session is selected or refreshed, or an item added, in a region without
 * automatic taxes. It sells like that with any plugin: an order with an error in the log is better than none.
 */
function withoutTaxes({ region, total, item_tax_total: ofItems, shipping_tax_total: ofShipping }) {
  return region?.automatic_taxes === false ? total - ofItems - ofShipping : undefined;
}
