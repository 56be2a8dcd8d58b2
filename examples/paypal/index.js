const link = require("medusa-payment-rs/link");
const load = require("medusa-payment-rs/load");

const linked = link(load(__dirname));

class PayPalProviderService extends linked.AbstractPaymentProcessor {
  static identifier = "paypal";
}

module.exports = { ...linked, PayPalProviderService };
