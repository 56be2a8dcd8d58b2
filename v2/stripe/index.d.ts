import type { ModuleProviderExports } from "@medusajs/framework/types";

/** The eight providers of Stripe: `stripe`, and one for each of seven local ways to pay. */
declare const provider: ModuleProviderExports;

declare namespace provider {
  /**
   * The provider's `options` in `medusa-config.ts`: those of `@medusajs/payment-stripe`, and from `multicapture` on ours.
   * The first may be spelled in snake case as well, as Medusa's documentation has some of them.
   */
  type StripeOptions = Options & SnakeCase & ({ apiKey: string } | { api_key: string });

  interface Options {
    /** The secret key (`sk_…`), or a restricted one (`rk_…`). */
    apiKey?: string;
    /** The webhook endpoint's signing secret (`whsec_…`). Without it every webhook is refused. */
    webhookSecret?: string;
    /** Whether money is taken at once, rather than held until the payment is captured; `false` if not set. */
    capture?: boolean;
    /** Whether Stripe offers what the account's dashboard allows; `false` if not set. */
    automaticPaymentMethods?: boolean;
    /** The payment method configuration (`pmc_…`) of the dashboard whose methods are offered. */
    paymentMethodConfiguration?: string;
    /** What the payment's description says, unless the storefront sends a `payment_description`. */
    paymentDescription?: string;
    /** After how many days an OXXO voucher expires, 1 to 7; 3 if not set. */
    oxxoExpiresDays?: number;
    /**
     * Stripe's types of payment method that take days (`"sepa_debit"`): an order is placed while Stripe is processing a
     * payment with one of them.
     */
    asyncPaymentMethodTypes?: string[];
    /**
     * Whether Stripe is asked to go on holding what a capture leaves, so that a payment can be captured in several parts
     * if the card allows it. `false` if not set: the first part releases the rest.
     */
    multicapture?: boolean;
    /** Where Stripe's API is; `"https://api.stripe.com"` if not set. */
    api_base?: string;
    /** Milliseconds for one attempt at a call, answers included; 5,000 if not set. */
    timeout_ms?: number;
    /** Milliseconds for a whole call, waiting and repeated attempts included; 8,000 if not set. */
    deadline_ms?: number;
    /** How often a lost attempt is repeated, 0 to 10; 2 if not set. */
    max_retries?: number;
  }

  interface SnakeCase {
    api_key?: Options["apiKey"];
    webhook_secret?: Options["webhookSecret"];
    automatic_payment_methods?: Options["automaticPaymentMethods"];
    payment_method_configuration?: Options["paymentMethodConfiguration"];
    payment_description?: Options["paymentDescription"];
    oxxo_expires_days?: Options["oxxoExpiresDays"];
    async_payment_method_types?: Options["asyncPaymentMethodTypes"];
  }
}

export = provider;
