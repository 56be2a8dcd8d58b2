// What Medusa does not tell a payment processor of the buyer, and India's rules ask for: where the cart is sent to, and, if the
// shopper has just chosen how to pay, who pays (`buildPaymentProcessorContext`, dist/services/payment-provider.js, and
// `setPaymentSession`, dist/services/cart.js).

const { inTime } = require("../link/in-time.js");

/** Medusa asks inside a transaction, and the look-up needs a connection beside it: one that is not free soon is not waited for. */
const LOOK_UP_MS = 500;

/** Resolves with the context and the cart's addresses in it. Paying never fails because they cannot be looked up. */
async function withAddresses(context, container) {
  const cart = context?.resource_id;
  if (typeof cart !== "string" || !cart.startsWith("cart_") || context.shipping_address) return context;
  const carts = serviceOf(container, "cartService");
  if (!carts) return context; // as in unit tests
  try {
    const lookUp = carts.retrieve(cart, { select: ["id"], relations: ["billing_address", "shipping_address"] });
    const { billing_address, shipping_address } = await inTime(lookUp, LOOK_UP_MS);
    return { ...context, billing_address: context.billing_address ?? billing_address, shipping_address };
  } catch (error) {
    const what = `medusa-payment-rs: Stripe is not told the addresses of ${cart}`;
    serviceOf(container, "logger")?.warn(`${what}: ${error?.message ?? error}`);
    return context;
  }
}

/** Medusa's container throws for a name that it does not have. */
function serviceOf(container, name) {
  try {
    return container[name];
  } catch {
    return undefined;
  }
}

module.exports = { withAddresses };
