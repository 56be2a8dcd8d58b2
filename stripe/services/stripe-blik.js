const { StripeBase } = require("../base.js");

class BlikProviderService extends StripeBase {
  static identifier = "stripe-blik";
  static processor = "stripe-blik";
}

exports.default = BlikProviderService;
