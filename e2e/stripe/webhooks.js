// A shop that gets Stripe's events.

const { startMedusa } = require("../../support/medusa1");
const { eventually } = require("../support/eventually");
const { cartStock } = require("../support/stock");
const { MEDUSA_1 } = require("../../support/paths");
const { openStripeShop, optionsFor, ours } = require("./shop");

/** The fake's own. */
const WEBHOOK_SECRET = "whsec_fake";

/** Nothing here is about time: a machine that is busy is no fault. */
const PATIENT = { timeout_ms: 5_000, deadline_ms: 12_000, max_retries: 2 };

/** Its money is held until it is captured. */
const CARD = "stripe";
/** Its money is taken as soon as the shopper has paid. */
const AT_ONCE = "stripe-ideal";

const HELD = "payment_intent.amount_capturable_updated";
const TAKEN = "payment_intent.succeeded";

/**
 * As `openStripeShop`, with other plugins `before` and behind ours, and
 * - `reboot(options)`, `startServer(options)`: the server anew, or another one on the same database, with these options
 *   of the plugin changed
 * - `cartToPay({ provider })`: a cart whose shopper has only to pay, `{ id, intent, amount }`
 * - `paidCart({ provider })`: one whose shopper has paid, with Stripe's event about it, too
 * - `eventOf(intent, type)`: Stripe's last event of the type
 * - `deliver(event, { url, … })`: posts it to the shop's endpoint, or to that of another server
 * - `linesDuring(work, pattern)`: the lines that the server writes while `work` runs, and until one matches, which match
 * - `books({ id, intent })`: what Medusa has booked for a cart, and Stripe for an intent
 */
async function openWebhookShop({ options, plugins = [], before = [] } = {}) {
  const settings = { ...PATIENT, webhook_secret: WEBHOOK_SECRET, ...options };
  const shop = await openStripeShop({
    plugins: (ofThePlugin) => [...before, ours(ofThePlugin), ...plugins],
    options: settings,
    providers: [CARD, AT_ONCE],
  });
  const { stripe, postgres, reboot } = shop;
  const stock = cartStock({ fill: () => shop.buyer.fillCart(), postgres });
  const pluginsWith = (changes) => [...before, ours(optionsFor(stripe, { ...settings, ...changes })), ...plugins];
  const eventOf = (intent, type) =>
    stripe.events.findLast((event) => event.type === type && event.data.object.id === intent);

  return Object.assign(shop, {
    eventOf,

    reboot: (changes) => reboot({ plugins: pluginsWith(changes) }),

    startServer: (changes) =>
      startMedusa({
        store: MEDUSA_1.store,
        databaseUrl: postgres.url,
        plugins: ["medusa-fulfillment-manual", ...pluginsWith(changes)],
      }),

    async cartToPay({ provider = CARD } = {}) {
      const { id } = await stock.take();
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

    async linesDuring(work, pattern) {
      const lines = [];
      const stop = shop.medusa.lines.follow((line) => lines.push(line));
      await work();
      // Medusa's bus looks for events every three seconds.
      await eventually(() => lines.some((line) => pattern.test(line)));
      stop();
      return lines.filter((line) => pattern.test(line));
    },

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

module.exports = { openWebhookShop, PATIENT, WEBHOOK_SECRET, CARD, AT_ONCE, HELD, TAKEN };
