const { AbstractPaymentProcessor } = require("../index.js");

// Medusa 1 loads the file, and names the service after it. Any method can be overridden here.
class AcmeService extends AbstractPaymentProcessor {
  static identifier = "acme";
}

exports.default = AcmeService;
