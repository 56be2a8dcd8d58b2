// The plugin's routes. Medusa mounts them before its own, so that nothing has read a request's body yet
// (dist/loaders/plugins.js, registerApi). A `require` in here that finds nothing is silently no route at all.

const { hostRequire } = require("../../webhook");
const { watchCarts } = require("../left-behind.js");
const { addPaymentsRoute } = require("../payments.js");
const { webhookRoutes } = require("../webhook.js");

exports.default = (rootDirectory, options) => {
  const host = hostRequire(rootDirectory);
  const router = host("express").Router();
  router.use(webhookRoutes(rootDirectory, options));
  addPaymentsRoute(router, host);
  watchCarts(router);
  // Medusa's own handles errors of Medusa's own routes only; without one express would answer with the stack.
  router.use(host("./dist/api/middlewares/error-handler").default());
  return router;
};
