// Medusa mounts what this returns before its own routes: Acme's webhook is at POST /acme/hooks.

const { routes } = require("medusa-payment-rs/webhook");

exports.default = routes(require("../index.js"), { identifier: "acme", path: "/acme/hooks", provider: "Acme" });
