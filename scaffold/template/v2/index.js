const { AbstractPaymentProvider } = require("../index.js");

// Any method can be overridden here.
class AcmeProvider extends AbstractPaymentProvider {
  static identifier = "acme";
}

// What a module provider is to Medusa 2. Medusa itself is not needed to say so, and the tests do without it.
module.exports = { module: "payment", services: [AcmeProvider] };
