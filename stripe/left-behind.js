// Intents that a cart leaves behind: if it moves to another region, Medusa drops its sessions from the database and asks no
// provider (`setRegion_`, dist/services/cart.js). No order would come of their intents any more, so they must not be paid.

const { isOurs } = require("./identifiers.js");

/** Sees what an update of a cart has dropped, and cancels its intents once the update is answered. */
function watchCarts(router) {
  router.post("/store/carts/:id", async (req, res, next) => {
    const { scope } = req;
    const cart = req.params.id;
    try {
      const sessions = await sessionsOf(cart, scope);
      if (sessions.length > 0) res.once("finish", () => cancelDropped(sessions, cart, scope));
    } catch (error) {
      scope.resolve("logger").warn(`medusa-payment-rs: the sessions of ${cart} could not be read: ${error.message}`);
    }
    next();
  });
}

async function sessionsOf(cart, scope) {
  const sessions = await scope.resolve("manager").query(
    `SELECT id, provider_id AS provider, data->>'id' AS intent FROM payment_session
     WHERE cart_id = $1 AND data->>'id' IS NOT NULL`,
    [cart],
  );
  return sessions.filter(({ provider }) => isOurs(provider, scope));
}

/** Never rejects: the shopper has the answer already. */
async function cancelDropped(sessions, cart, scope) {
  const logger = scope.resolve("logger");
  try {
    const left = new Set((await sessionsOf(cart, scope)).map(({ id }) => id));
    for (const { id, provider, intent } of sessions) {
      if (left.has(id)) continue;
      const answer = await scope.resolve(`pp_${provider}`).deletePayment({ id: intent });
      const failed = answer && "error" in answer;
      const what = `medusa-payment-rs: ${cart} has left ${intent} behind`;
      if (!failed) logger.info(`${what}: it is canceled`);
      else logger.error(`${what}. Look at it in Stripe's dashboard: ${answer.error}: ${answer.detail}`);
    }
  } catch (error) {
    logger.error(`medusa-payment-rs: what ${cart} has left behind at Stripe is not canceled: ${error.message}`);
  }
}

module.exports = { watchCarts };
