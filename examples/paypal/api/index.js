const { routes } = require("medusa-payment-rs/webhook");
const linked = require("../index.js");

// The webhook endpoint of medusa-payment-paypal, at the same path.
exports.default = routes(linked, { identifier: "paypal", path: "/paypal/hooks", provider: "PayPal" });
