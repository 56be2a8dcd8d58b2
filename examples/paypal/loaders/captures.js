const { recordCaptures } = require("medusa-payment-rs/webhook");

// Orders whose money is taken at once are captured in Medusa without waiting for PayPal's webhook.
exports.default = recordCaptures(require("../index.js"), { identifier: "paypal", provider: "PayPal" });
