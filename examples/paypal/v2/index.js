const { AbstractPaymentProvider } = require("../index.js");

// Its name is that of the service in the payment module's container.
class PayPalPaymentProvider extends AbstractPaymentProvider {
  static identifier = "paypal";
}

// What Medusa's `ModuleProvider(Modules.PAYMENT, { services })` returns, without loading Medusa for it
// (`@medusajs/utils/dist/modules-sdk/module-provider.js`).
module.exports = { module: "payment", services: [PayPalPaymentProvider] };
