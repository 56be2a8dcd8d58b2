import { AbstractPaymentProcessor } from "../index";

/** What a class says of all the intents that it makes; what it does not say follows from the plugin's options. */
export interface PaymentIntentOptions {
  /** When the money is taken: as soon as the shopper has paid, or once the order is captured. */
  capture_method?: "automatic" | "manual";
  /** For what Stripe keeps the shopper's payment method. */
  setup_future_usage?: "on_session" | "off_session";
  /** Stripe's types of payment method (`"klarna"`). */
  payment_method_types?: string[];
}

/**
 * Stripe in Medusa 1, for a class of the store's own that is another way to pay: it has an identifier of its own and says
 * what its intents are like.
 *
 * @example
 * class StripeKlarna extends StripeBase {
 *   static identifier = "stripe-klarna";
 *
 *   get paymentIntentOptions() {
 *     return { payment_method_types: ["klarna"], capture_method: "automatic" };
 *   }
 * }
 */
export declare class StripeBase extends AbstractPaymentProcessor {
  static processor: string;

  /** The plugin's options in `medusa-config.js`. */
  get options(): Record<string, unknown>;
  /** The same, under the name that `medusa-payment-stripe` has for its subclasses. */
  protected readonly options_: Record<string, unknown>;

  /**
   * What the class says of its intents. It is read each time that a payment is started or changed, and may follow from
   * `this.options` and `this.container`. Another member than these three is an error (`invalid_intent_options`).
   */
  get paymentIntentOptions(): PaymentIntentOptions;

  /**
   * Returns the event that a webhook request carries, once it is certain that Stripe sent it.
   *
   * @param rawBody the request's body as it came, not parsed
   * @param signature the header `Stripe-Signature`
   * @throws Error if the signature is missing, wrong or more than five minutes away
   */
  constructWebhookEvent(rawBody: Buffer | string, signature: string): any;
}

export default StripeBase;
