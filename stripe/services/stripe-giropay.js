const { StripeProcessor } = require("../processor.js");

class GiropayProviderService extends StripeProcessor {
  static identifier = "stripe-giropay";
}

exports.default = GiropayProviderService;
