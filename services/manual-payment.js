const { AbstractPaymentProcessor } = require("../index.js");

// Named as medusa-payment-manual names it, so that it registers under the same names.
class ManualPaymentService extends AbstractPaymentProcessor {
  static identifier = "manual";
}

exports.default = ManualPaymentService;
