const { StripeBase } = require("../base.js");

class IdealProviderService extends StripeBase {
  static identifier = "stripe-ideal";
  static processor = "stripe-ideal";
}

exports.default = IdealProviderService;
