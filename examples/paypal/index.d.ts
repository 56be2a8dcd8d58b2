import type { AbstractPaymentProcessor as RustPaymentProcessor } from "medusa-payment-rs";

/** The plugin's options: those of `medusa-payment-paypal`, and from `api_base` on ours. */
export interface PayPalOptions {
  /** Whether payments go to PayPal's sandbox. `"true"` and `"false"` are taken too. */
  sandbox?: boolean | string | null;
  /** The REST app's client id. */
  clientId?: string | null;
  /** The older spelling of {@link clientId}. */
  client_id?: string | null;
  /** The REST app's secret. */
  clientSecret?: string | null;
  /** The older spelling of {@link clientSecret}. */
  client_secret?: string | null;
  /** The webhook's id in PayPal's dashboard. Without it no webhook is believed. */
  authWebhookId?: string | null;
  /** The older spelling of {@link authWebhookId}. */
  auth_webhook_id?: string | null;
  /** Whether money is taken when the cart is completed, rather than held until the order is captured. */
  capture?: boolean | string | null;
  /** Where PayPal's API is, in place of what `sandbox` says: for tests and proxies. */
  api_base?: string | null;
  /** Milliseconds for one attempt at a call; 5,000 if not set. */
  timeout_ms?: number | null;
  /** Milliseconds for a whole call; 12,000 if not set. */
  deadline_ms?: number | null;
  /** How often a lost attempt is repeated, 0 to 10; 2 if not set. */
  max_retries?: number | null;
}

/** A webhook request of PayPal's. */
export interface PayPalWebhookDelivery {
  /** The header `paypal-auth-algo`. */
  auth_algo: string;
  /** The header `paypal-cert-url`. */
  cert_url: string;
  /** The header `paypal-transmission-id`. */
  transmission_id: string;
  /** The header `paypal-transmission-sig`. */
  transmission_sig: string;
  /** The header `paypal-transmission-time`. */
  transmission_time: string;
  /** The request's body, best as it came: the signature is over its bytes. */
  webhook_event: Buffer | string | Record<string, unknown>;
}

/** The addon's own class. */
export declare class AbstractPaymentProcessor extends RustPaymentProcessor {}

/** The service behind `paypalProviderService` and `pp_paypal`. */
export declare class PayPalProviderService extends AbstractPaymentProcessor {
  /** `"paypal"` */
  static identifier: string;

  /** @throws Error where an option is unknown, missing or malformed: it is named */
  constructor(container: Record<string, unknown>, options: PayPalOptions);

  /**
   * Asks PayPal whether it sent a webhook request.
   *
   * @throws Error where it did not (`code` is `webhook_not_verified`), or nobody could be asked
   */
  verifyWebhook(delivery: PayPalWebhookDelivery): Promise<{ verification_status: string }>;

  /** The authorization with this id, as PayPal has it. */
  retrieveAuthorization(id: string): Promise<Record<string, unknown>>;

  /** The order that an authorization or a capture belongs to; null where it names none. */
  retrieveOrderFromAuth(resource: Record<string, unknown>): Promise<Record<string, unknown> | null>;
}

/** The identifiers of the Rust processors in this addon. */
export declare const registeredIdentifiers: string[];
