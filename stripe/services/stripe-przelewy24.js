const { StripeBase } = require("../base.js");

class Przelewy24ProviderService extends StripeBase {
  static identifier = "stripe-przelewy24";
  static processor = "stripe-przelewy24";
}

exports.default = Przelewy24ProviderService;
