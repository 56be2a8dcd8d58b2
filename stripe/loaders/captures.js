// Orders whose money is taken at once are captured in Medusa without waiting for Stripe's event.

exports.default = require("../webhook.js").recordCaptures;
