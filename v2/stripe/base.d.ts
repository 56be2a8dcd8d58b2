import { AbstractPaymentProvider } from "../../index";
import type { StripeOptions } from "./index";

/** What a class says of all the intents that it makes; what it does not say follows from the provider's options. */
export interface PaymentIntentOptions {
  /** When the money is taken: as soon as the shopper has paid, or once the payment is captured. */
  capture_method?: "automatic" | "automatic_async" | "manual";
  /** For what Stripe keeps the shopper's payment method. */
  setup_future_usage?: "on_session" | "off_session";
  /** Stripe's types of payment method (`"klarna"`). */
  payment_method_types?: string[];
  /** Stripe's options of a type, under the type's name. */
  payment_method_options?: Record<string, unknown>;
}

/**
 * Stripe in Medusa 2, for a class of the store's own that is another way to pay: it has an identifier of its own and says
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
export declare class StripeBase extends AbstractPaymentProvider<StripeOptions> {
  static processor: string;

  /** The provider's options in `medusa-config.ts`. */
  get options(): StripeOptions;
  /** The same, under the name that `@medusajs/payment-stripe` has for its subclasses. */
  protected readonly options_: StripeOptions;
  /** The payment module's dependency container, likewise. */
  protected readonly container_: Record<string, unknown>;

  /**
   * What the class says of its intents, unless the storefront says otherwise. It is read each time that a payment is started
   * or changed, and may follow from `this.options` and `this.container`. Another member than these four is an error
   * (`invalid_intent_options`).
   */
  get paymentIntentOptions(): PaymentIntentOptions;
}

export default StripeBase;
