const { StripeBase } = require("./base.js");

// The identifiers are those of `@medusajs/payment-stripe`, and the names of the classes too: a store's container knows
// them. Medusa 1's processors are registered under the same identifiers.

class BancontactProviderService extends StripeBase {
  static identifier = "stripe-bancontact";
  static processor = "v2/stripe-bancontact";
}

class BlikProviderService extends StripeBase {
  static identifier = "stripe-blik";
  static processor = "v2/stripe-blik";
}

class GiropayProviderService extends StripeBase {
  static identifier = "stripe-giropay";
  static processor = "v2/stripe-giropay";
}

class IdealProviderService extends StripeBase {
  static identifier = "stripe-ideal";
  static processor = "v2/stripe-ideal";
}

class StripeProviderService extends StripeBase {
  static identifier = "stripe";
}

class Przelewy24ProviderService extends StripeBase {
  static identifier = "stripe-przelewy24";
  static processor = "v2/stripe-przelewy24";
}

class PromptpayProviderService extends StripeBase {
  static identifier = "stripe-promptpay";
  static processor = "v2/stripe-promptpay";
}

class OxxoProviderService extends StripeBase {
  static identifier = "stripe-oxxo";
  static processor = "v2/stripe-oxxo";
}

const services = [
  BancontactProviderService,
  BlikProviderService,
  GiropayProviderService,
  IdealProviderService,
  StripeProviderService,
  Przelewy24ProviderService,
  PromptpayProviderService,
  OxxoProviderService,
];

// What Medusa's `ModuleProvider(Modules.PAYMENT, { services })` returns, without loading Medusa for it
// (`@medusajs/utils/dist/modules-sdk/module-provider.js`).
module.exports = { module: "payment", services };
