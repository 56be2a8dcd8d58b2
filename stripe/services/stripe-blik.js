const { StripeProcessor } = require("../processor.js");

class BlikProviderService extends StripeProcessor {
  static identifier = "stripe-blik";
}

exports.default = BlikProviderService;
