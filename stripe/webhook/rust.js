// What is decided in Rust about a webhook event.

const path = require("path");
const load = require("../../load.js");

const { stripeNextStep, stripeWebhookEvent } = load(path.resolve(__dirname, "../.."));

/**
 * `{ id, type, topic: "paid" | "failed" | "other", intent, resource, reason }`, or undefined where the text is no event.
 */
function readEvent(text) {
  const event = stripeWebhookEvent(text);
  return event ? JSON.parse(event) : undefined;
}

/** `{ step, why }`: what Medusa has to do next, by what Stripe and Medusa have in their books. */
const nextStep = (settlement) => JSON.parse(stripeNextStep(JSON.stringify(settlement)));

module.exports = { readEvent, nextStep };
