import type { ModuleProviderExports } from "@medusajs/framework/types";

/** The provider `manual`: payments that are handled outside the store. */
declare const provider: ModuleProviderExports;
export = provider;
