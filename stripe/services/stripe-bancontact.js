const { StripeBase } = require("../base.js");

class BancontactProviderService extends StripeBase {
  static identifier = "stripe-bancontact";
  static processor = "stripe-bancontact";
}

exports.default = BancontactProviderService;
