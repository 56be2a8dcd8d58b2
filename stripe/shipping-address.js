// Where a cart is sent to: Medusa does not tell a payment processor (`buildPaymentProcessorContext`,
// dist/services/payment-provider.js), and India's rules ask for it when goods are exported.

const { inTime } = require("../link/in-time.js");

/** Medusa asks inside a transaction, and the look-up needs a connection beside it: one that is not free soon is not waited for. */
const LOOK_UP_MS = 500;

/** Resolves with the context and the address in it, if there is one. Paying never fails because it cannot be looked up. */
async function withShippingAddress(context, container) {
  const cart = context?.resource_id;
  if (typeof cart !== "string" || !cart.startsWith("cart_") || context.shipping_address) return context;
  const carts = serviceOf(container, "cartService");
  if (!carts) return context; // as in unit tests
  try {
    const lookUp = carts.retrieve(cart, { select: ["id"], relations: ["shipping_address"] });
    const { shipping_address } = await inTime(lookUp, LOOK_UP_MS);
    return shipping_address ? { ...context, shipping_address } : context;
  } catch (error) {
    const what = `medusa-payment-rs: Stripe is not told where ${cart} is sent to`;
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

module.exports = { withShippingAddress };
