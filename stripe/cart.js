// What the plugin looks up of the cart that a payment is for.

const { inTime } = require("../link/in-time.js");
const serviceOf = require("../link/service-of.js");

/** Medusa asks inside a transaction, and the look-up needs a connection beside it: one that is not free soon is not waited for. */
const LOOK_UP_MS = 500;

/**
 * Resolves with a cart as it is committed; undefined if the payment is not for one, or there is no Medusa, as in unit tests.
 *
 * @param id what the payment is for: `cart_…` or `paycol_…`
 * @param config which columns and relations are read
 * @throws Error if it cannot be read in time
 */
async function lookUpCart(container, id, config) {
  const carts = serviceOf(container, "cartService");
  if (!carts || typeof id !== "string" || !id.startsWith("cart_")) return undefined;
  return inTime(carts.retrieve(id, config), LOOK_UP_MS);
}

module.exports = { lookUpCart };
