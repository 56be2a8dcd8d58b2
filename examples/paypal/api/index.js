const express = require("express");
const { handleWebhook } = require("./webhook.js");

/** The webhook endpoint of medusa-payment-paypal, at the same path. */
exports.default = () => {
  const router = express.Router();
  // As it came: PayPal's signature is over its bytes.
  const rawBody = express.raw({ type: () => true, limit: "1mb" });
  router.post("/paypal/hooks", rawBody, (req, res, next) => handleWebhook(req, res).catch(next));
  return router;
};
