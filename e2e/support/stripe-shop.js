// A shop that is paid through the fake Stripe.

const { startFakeStripe } = require("../../__test__/support/stripe");
const { openShop } = require(".");
const { startMedusa } = require("./medusa");
const { STORE } = require("./paths");

const API_KEY = "sk_test_e2e";
const WEBHOOK_SECRET = "whsec_e2e";

/** Its money is held until somebody captures it. */
const CARD = "stripe";
/** Its money is taken as soon as the shopper has paid. */
const AT_ONCE = "stripe-ideal";

const HELD = "payment_intent.amount_capturable_updated";
const TAKEN = "payment_intent.succeeded";

/**
 * As `openShop`, and
 * - `stripe`: the fake
 * - `startServer(options)`: another server on the same database, with these options of the plugin changed
 * - `cartToPay({ provider, quantity })`: a cart whose shopper has only to pay, `{ id, intent, amount }`
 * - `paidCart({ provider })`: one whose shopper has paid, with Stripe's event about it, too
 * - `eventOf(intent, type)`: Stripe's last event of the type
 * - `deliver(event, { url, … })`: posts it to the shop's endpoint, or to that of another server
 * - `books({ id, intent })`: what Medusa has booked for a cart, and Stripe for an intent
 */
async function openStripeShop({ options, plugins = [], env } = {}) {
  const stripe = await startFakeStripe({ apiKey: API_KEY, webhookSecret: WEBHOOK_SECRET });
  const pluginsWith = (changes) => {
    const all = { api_key: API_KEY, webhook_secret: WEBHOOK_SECRET, api_base: stripe.url, ...options, ...changes };
    return [{ resolve: "medusa-payment-rs/stripe", options: all }, ...plugins];
  };
  let shop;
  try {
    shop = await openShop({ plugins: pluginsWith(), providers: [CARD, AT_ONCE], env });
  } catch (error) {
    await stripe.close();
    throw error;
  }
  const { close, reboot, postgres } = shop;
  const eventOf = (intent, type) =>
    stripe.events.findLast((event) => event.type === type && event.data.object.id === intent);

  return Object.assign(shop, {
    stripe,
    eventOf,

    reboot: (changes) => reboot({ plugins: pluginsWith(changes), env }),

    startServer: (changes) =>
      startMedusa({
        store: STORE,
        databaseUrl: postgres.url,
        plugins: ["medusa-fulfillment-manual", ...pluginsWith(changes)],
        env,
      }),

    async close() {
      await close();
      await stripe.close();
    },

    async cartToPay({ provider = CARD, quantity } = {}) {
      const { id } = await shop.buyer.fillCart({ quantity });
      await shop.buyer.createPaymentSessions(id);
      const { data } = (await shop.buyer.selectSession(id, provider)).payment_session;
      return { id, intent: data.id, amount: data.amount };
    },

    async paidCart({ provider = CARD } = {}) {
      const cart = await shop.cartToPay({ provider });
      await stripe.shopper.confirm(cart.intent);
      return { ...cart, event: eventOf(cart.intent, provider === AT_ONCE ? TAKEN : HELD) };
    },

    deliver: (event, { url = shop.url, ...how } = {}) => stripe.deliver(event, `${url}/stripe/hooks`, how),

    async books({ id, intent }) {
      const [orders, payments] = await Promise.all([
        postgres.query(`SELECT * FROM "order" WHERE cart_id = $1`, [id]),
        postgres.query("SELECT * FROM payment WHERE cart_id = $1", [id]),
      ]);
      const moves = stripe.ledger.moved().filter((move) => move.intent === intent);
      return { orders, payments, stripe: stripe.ledger.payment(intent), moves };
    },
  });
}

module.exports = { openStripeShop, API_KEY, WEBHOOK_SECRET, CARD, AT_ONCE, HELD, TAKEN };
