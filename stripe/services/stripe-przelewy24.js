const { StripeProcessor } = require("../processor.js");

class Przelewy24ProviderService extends StripeProcessor {
  static identifier = "stripe-przelewy24";
}

exports.default = Przelewy24ProviderService;
