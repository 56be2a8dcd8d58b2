const { StripeProcessor } = require("../processor.js");

class IdealProviderService extends StripeProcessor {
  static identifier = "stripe-ideal";
}

exports.default = IdealProviderService;
