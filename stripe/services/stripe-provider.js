const { StripeProcessor } = require("../processor.js");

class StripeProviderService extends StripeProcessor {
  static identifier = "stripe";
}

exports.default = StripeProviderService;
