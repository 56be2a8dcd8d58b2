const { AbstractPaymentProvider } = require("../../index.js");

// Its name is that of the service in the payment module's container.
class ManualPaymentProvider extends AbstractPaymentProvider {
  static identifier = "manual";
}

// What Medusa's `ModuleProvider(Modules.PAYMENT, { services })` returns, without loading Medusa for it
// (`@medusajs/utils/dist/modules-sdk/module-provider.js`).
module.exports = { module: "payment", services: [ManualPaymentProvider] };
