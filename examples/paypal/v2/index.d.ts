import type { ModuleProviderExports } from "@medusajs/framework/types";

/** The provider `paypal` of Medusa 2, as `medusa-config.ts` names it. Its options are `PayPalOptions`. */
declare const provider: ModuleProviderExports;
export = provider;
