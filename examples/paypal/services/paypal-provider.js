const { PayPalProviderService } = require("../index.js");

// Named as medusa-payment-paypal names it, so that it registers under the same names.
exports.default = PayPalProviderService;
