// The events that medusa-payment-stripe had queued when the store changed over. We queue none ourselves.

const crypto = require("crypto");
const { handle } = require("../webhook.js");

// Medusa imports subscribers that are functions as ES modules: without the mark it sees no function in here, and takes the
// file for a class (dist/loaders/helpers/subscribers/index.js).
Object.defineProperty(exports, "__esModule", { value: true });

/**
 * Throws if the event could not be handled, so that a bus which repeats does so. Medusa before 1.18 knows subscribers that
 * are classes only, and makes an instance (dist/loaders/plugins.js, registerSubscribers): nothing is queued for us there.
 */
exports.default = function stripeEvent(event) {
  return new.target ? this : handleQueued(event);
};

async function handleQueued({ data, container, pluginOptions }) {
  const body = JSON.stringify(data);
  const headers = { "stripe-signature": signature(body, pluginOptions?.webhook_secret ?? "") };
  const event = await container.resolve("pp_stripe").readWebhook(body, headers);
  if ("error" in event) throw new Error(`medusa-payment-rs: a queued event of Stripe's was refused: ${event.detail}`);
  await handle(event, container, pluginOptions);
}

/** The JavaScript plugin verified an event before it queued it, and kept no signature. There is one reader of events. */
function signature(body, secret) {
  const time = Math.floor(Date.now() / 1000);
  return `t=${time},v1=${crypto.createHmac("sha256", secret).update(`${time}.${body}`).digest("hex")}`;
}

exports.config = {
  event: "medusa.stripe_payment_intent_update",
  // The JavaScript plugin's, which the bus has written into what it queued: a repetition goes to the same subscriber.
  context: { subscriberId: "medusa.stripe_payment_intent_update" },
};
