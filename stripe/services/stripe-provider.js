const { StripeBase } = require("../base.js");

class StripeProviderService extends StripeBase {
  static identifier = "stripe";
}

exports.default = StripeProviderService;
