// Medusa 1 runs this when it starts: orders whose money Acme takes at once are captured in Medusa without waiting for a
// webhook. Medusa 2 needs nothing of the kind, and loads nothing from here.

const { recordCaptures } = require("medusa-payment-rs/webhook");

exports.default = recordCaptures(require("../index.js"), { identifier: "acme", provider: "Acme" });
