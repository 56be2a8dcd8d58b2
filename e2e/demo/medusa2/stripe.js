// The demo on Medusa 2 with Stripe: a fake one in this process, or Stripe itself where STRIPE_API_KEY is a test key.

const { canceled, capturedInParts, paidByWebhook, releasedByTheFirstPart } = require("./orders");
const { openStripe } = require("../stripe");

/** The address of its webhooks in the store ends in this. */
const ENDPOINT = "stripe_stripe";

/** The provider in `medusa-config.js`, and how a story pays with it. */
function stripeIn(stripe) {
  return {
    config: {
      resolve: "medusa-payment-rs/v2/stripe",
      id: "stripe",
      options: { apiKey: stripe.key, webhookSecret: stripe.webhookSecret, multicapture: true, api_base: stripe.url },
    },
    means: {
      provider: `pp_${ENDPOINT}`,
      endpoint: ENDPOINT,
      name: "Stripe",
      what: "payment_intent",
      statuses: { authorized: "requires_capture", captured: "succeeded", canceled: "canceled" },
      /** What a storefront sends if the payment is to be captured once only; as if the card allowed no more. */
      once: { payment_method_options: { card: { request_multicapture: "never" } } },
      heldEvent: "payment_intent.amount_capturable_updated",
      pay: stripe.pay,
      books: ({ id }) => stripe.books(id),
      takesParts: ({ id }) => stripe.takesParts(id),
      eventOf: stripe.eventOf,
      letPass: stripe.letPass,
      losingRefundReplies: stripe.losingRefundReplies,
    },
  };
}

async function open() {
  const stripe = await openStripe();
  const { config, means } = stripeIn(stripe);
  return {
    where: stripe.where,
    providers: [config],
    orders: [capturedInParts, releasedByTheFirstPart, canceled, paidByWebhook].map((order) => ({ order, means })),
    close: stripe.close,
  };
}

module.exports = { title: "Stripe through Rust in a real Medusa 2.21.2 store", open, stripeIn };
