// What the plugin looks up of the cart that a payment is for.

const { inTime } = require("../link/in-time.js");
const { lookUpService } = require("../link/look-up.js");

/** Medusa asks inside a transaction, which is not to stay open for this. */
const LOOK_UP_MS = 500;

/**
 * Resolves with a cart as it is committed; undefined if the payment is not for one, or there is no Medusa, as in unit tests.
 *
 * @param id what the payment is for: `cart_…` or `paycol_…`
 * @param config which columns and relations are read
 * @throws Error if it cannot be read in time
 */
async function lookUpCart(container, id, config) {
  if (typeof id !== "string" || !id.startsWith("cart_")) return undefined;
  // The first one makes the connections, which takes longer and is not to cost a payment what it looks up.
  const carts = await lookUpService(container, "cartService");
  return carts && inTime(carts.retrieve(id, config), LOOK_UP_MS);
}

module.exports = { lookUpCart };
