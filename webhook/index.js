// The webhook of any provider: a route that a plugin mounts with one line, and what is done about an event.

const captures = require("./captures.js");
const { handleEvent } = require("./handler.js");
const { hostRequire } = require("./host.js");
const { servedAs } = require("./providers.js");
const { addWebhookRoute } = require("./route.js");

/**
 * What is known of a provider's webhook: as `index.d.ts` describes it, with `identifiers` for `identifier`, and
 * `isOurs(provider, scope)`, whether a provider of the store is one of them, or is served by the same processor as one: a
 * class of the store's own on top.
 */
function webhookOf(linked, { identifier, path, provider, type = "application/json" }) {
  const identifiers = [identifier].flat();
  return { nextStep: linked.nextStep, identifiers, isOurs: servedAs(identifiers, linked), path, provider, type };
}

/** The default export of a plugin's `api/index.js`. */
function routes(linked, settings) {
  const webhook = webhookOf(linked, settings);
  return (rootDirectory, options) => {
    const host = hostRequire(rootDirectory);
    const router = host("express").Router();
    addWebhookRoute(router, host, webhook, options);
    // Medusa's own handles errors of Medusa's own routes only; without one express would answer with the stack.
    router.use(host("./dist/api/middlewares/error-handler").default());
    return router;
  };
}

/** The default export of a file in a plugin's `loaders`. */
const recordCaptures = (linked, settings) => captures.recordCaptures(linked, webhookOf(linked, settings));

/** Handles an event that came by another way than the route. */
const handle = (linked, settings, event, container, options) =>
  handleEvent(event, container, webhookOf(linked, settings), options);

module.exports = { handle, hostRequire, recordCaptures, routes };
