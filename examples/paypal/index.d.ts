import type {
  AbstractPaymentProcessor as RustPaymentProcessor,
  AbstractPaymentProvider as RustPaymentProvider,
} from "medusa-payment-rs";

/** The options in both of Medusa's hosts: those of `medusa-payment-paypal`, and from `api_base` on ours. */
export interface PayPalOptions {
  /** Whether payments go to PayPal's sandbox. Flags and numbers are taken as text, too. */
  sandbox?: boolean | string | null;
  /** The REST app's client id. */
  clientId?: string | null;
  /** The older spelling of {@link clientId}. */
  client_id?: string | null;
  /** The REST app's secret. */
  clientSecret?: string | null;
  /** The older spelling of {@link clientSecret}. */
  client_secret?: string | null;
  /** The webhook's id in PayPal's dashboard. Without it every webhook is refused. */
  authWebhookId?: string | null;
  /** The older spelling of {@link authWebhookId}. */
  auth_webhook_id?: string | null;
  /** Whether money is taken when the cart is completed, rather than held until the order is captured. */
  capture?: boolean | string | null;
  /** Where PayPal's API is, instead of what `sandbox` says: for tests and proxies. */
  api_base?: string | null;
  /** Milliseconds for one attempt at a call; 5,000 if not set. */
  timeout_ms?: number | string | null;
  /** Milliseconds for a whole call; 12,000 if not set. */
  deadline_ms?: number | string | null;
  /** How often a lost attempt is repeated, 0 to 10; 2 if not set. */
  max_retries?: number | string | null;
}

/** The addon's own class for Medusa 1. */
export declare class AbstractPaymentProcessor extends RustPaymentProcessor {}

/** The addon's own class for Medusa 2; the provider itself is `medusa-payment-rs-paypal/v2`. */
export declare class AbstractPaymentProvider<Options = PayPalOptions> extends RustPaymentProvider<Options> {}

/** Medusa 1: the service behind `paypalProviderService` and `pp_paypal`. */
export declare class PayPalProviderService extends AbstractPaymentProcessor {
  /** `"paypal"` */
  static identifier: string;

  /** @throws Error if an option is unknown, missing or malformed: it is named */
  constructor(container: Record<string, unknown>, options: PayPalOptions);
}

/** The identifiers of the Rust processors in this addon. */
export declare const registeredIdentifiers: string[];
