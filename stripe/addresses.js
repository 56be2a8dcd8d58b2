// What Medusa does not tell a payment processor of the buyer, and India's rules ask for: where the cart is sent to, and, if the
// shopper has just chosen how to pay, who pays (`buildPaymentProcessorContext`, dist/services/payment-provider.js, and
// `setPaymentSession`, dist/services/cart.js).

const serviceOf = require("../link/service-of.js");
const { lookUpCart } = require("./cart.js");

/** Resolves with the context and the cart's addresses in it. Paying never fails because they cannot be looked up. */
async function withAddresses(context, container) {
  if (!context || context.shipping_address) return context;
  const { resource_id: id } = context;
  try {
    const cart = await lookUpCart(container, id, {
      select: ["id"],
      relations: ["billing_address", "shipping_address"],
    });
    if (!cart) return context;
    const { billing_address, shipping_address } = cart;
    return { ...context, billing_address: context.billing_address ?? billing_address, shipping_address };
  } catch (error) {
    const what = `medusa-payment-rs: Stripe is not told the addresses of ${id}`;
    serviceOf(container, "logger")?.warn(`${what}: ${error?.message ?? error}`);
    return context;
  }
}

module.exports = { withAddresses };
