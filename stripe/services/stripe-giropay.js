const { StripeBase } = require("../base.js");

class GiropayProviderService extends StripeBase {
  static identifier = "stripe-giropay";
  static processor = "stripe-giropay";
}

exports.default = GiropayProviderService;
