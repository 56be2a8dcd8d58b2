// Stripe's webhook, and what is done without one, at the path that medusa-payment-stripe has: an endpoint that is set up in
// Stripe stays as it is.

const linked = require("../index.js");
const { handle, recordCaptures, routes } = require("../webhook");
const { IDENTIFIERS } = require("./identifiers.js");

const SETTINGS = { identifier: IDENTIFIERS, path: "/stripe/hooks", provider: "Stripe" };

module.exports = {
  webhookRoutes: routes(linked, SETTINGS),
  recordCaptures: recordCaptures(linked, SETTINGS),
  handle: (event, container, options) => handle(linked, SETTINGS, event, container, options),
};
