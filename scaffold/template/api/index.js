// Medusa 1 mounts what this returns before its own routes: Acme's webhook is at POST /acme/hooks. Medusa 2 has a route of
// its own, POST /hooks/payment/acme_acme, and loads nothing from here.

const { routes } = require("medusa-payment-rs/webhook");

exports.default = routes(require("../index.js"), { identifier: "acme", path: "/acme/hooks", provider: "Acme" });
