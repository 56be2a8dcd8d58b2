const { StripeProcessor } = require("../processor.js");

class BancontactProviderService extends StripeProcessor {
  static identifier = "stripe-bancontact";
}

exports.default = BancontactProviderService;
