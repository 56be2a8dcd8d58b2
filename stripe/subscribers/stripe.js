// The events that medusa-payment-stripe had queued when the store changed over. We queue none ourselves.

const { handleEvent } = require("../webhook/handler.js");
const { readEvent } = require("../webhook/rust.js");

// Medusa imports subscribers that are functions as ES modules: without the mark it sees no function in here, and takes the
// file for a class (dist/loaders/helpers/subscribers/index.js).
Object.defineProperty(exports, "__esModule", { value: true });

/** Throws where the event could not be handled, so that a bus which repeats does so. */
exports.default = async function stripeEvent({ data, container, pluginOptions }) {
  const event = readEvent(JSON.stringify(data));
  if (event) await handleEvent(event, container, pluginOptions);
};

exports.config = {
  event: "medusa.stripe_payment_intent_update",
  // The JavaScript plugin's, which the bus has written into what it queued: a repetition goes to the same subscriber.
  context: { subscriberId: "medusa.stripe_payment_intent_update" },
};
