import type { ModuleProviderExports } from "@medusajs/framework/types";

/** The payment provider for Medusa 2. */
declare const provider: ModuleProviderExports;
export = provider;
