import type {
  AbstractPaymentProcessor as MedusaPaymentProcessor,
  PaymentProcessorContext,
  PaymentProcessorError,
  PaymentProcessorSessionResponse,
} from "@medusajs/medusa/dist/interfaces/payment-processor";
import type { PaymentSessionStatus as MedusaPaymentSessionStatus } from "@medusajs/medusa/dist/models/payment-session";

export type { PaymentProcessorContext, PaymentProcessorError, PaymentProcessorSessionResponse };

/**
 * A Medusa payment processor whose methods run in Rust. A subclass names the Rust processor by its
 * `static identifier`. Any method may be overridden, and `super` works.
 *
 * Every method returns a promise that resolves with what Medusa's interface says, a
 * {@link PaymentProcessorError} with non-empty `error`, `code` and `detail` included. It rejects with
 * a `TypeError` if an argument is wrong. Amounts are whole numbers of minor units.
 *
 * @example
 * class Manual extends AbstractPaymentProcessor {
 *   static identifier = "manual"
 * }
 */
export declare class AbstractPaymentProcessor extends MedusaPaymentProcessor {
  /** The identifier of the Rust processor; see {@link registeredIdentifiers}. */
  static identifier: string;
  /** How Medusa recognizes a payment processor when it loads a plugin. */
  static _isPaymentProcessor: boolean;
  /** Whether `object` is an instance of a payment processor's class. */
  static isPaymentProcessor(object: any): boolean;

  /**
   * @param container Medusa's dependency container; its `logger` gets the logs of the Rust side
   * @param config the plugin's options in `medusa-config.js`. Medusa gives a project's own services its whole
   * configuration instead (`projectConfig`, `plugins` and more): the options are then those of the plugin among `plugins`
   * that has a service of this addon with the same `identifier`, and there are none if there is no such plugin, or more
   * than one. A subclass may pass options of its own. `this.config` is the options that were found
   * @throws Error if no processor is registered as `identifier` (the known ones are listed), or
   * an option is unknown or malformed (it is named)
   */
  constructor(container: Record<string, unknown>, config?: Record<string, unknown> | undefined);

  /** @throws Error if the class has no `static identifier` */
  getIdentifier(): string;

  /** Starts a payment. */
  initiatePayment(context: PaymentProcessorContext): Promise<PaymentProcessorError | PaymentProcessorSessionResponse>;

  /** Follows a change of the cart; `undefined` if nothing had to change. */
  updatePayment(
    context: PaymentProcessorContext,
  ): Promise<PaymentProcessorError | PaymentProcessorSessionResponse | void>;

  /** Holds the money, or tells whether it is held. */
  authorizePayment(
    paymentSessionData: Record<string, unknown>,
    context: Record<string, unknown>,
  ): Promise<
    | PaymentProcessorError
    | {
        status: PaymentSessionStatus;
        data: PaymentProcessorSessionResponse["session_data"];
      }
  >;

  /** Takes the money that is held. A payment that is captured already counts as captured now. */
  capturePayment(
    paymentSessionData: Record<string, unknown>,
  ): Promise<PaymentProcessorError | PaymentProcessorSessionResponse["session_data"]>;

  /**
   * Gives money back.
   *
   * @param refundAmount a whole number of minor units above 0
   */
  refundPayment(
    paymentSessionData: Record<string, unknown>,
    refundAmount: number,
  ): Promise<PaymentProcessorError | PaymentProcessorSessionResponse["session_data"]>;

  /** Releases the money that is held. A payment that is canceled already counts as canceled now. */
  cancelPayment(
    paymentSessionData: Record<string, unknown>,
  ): Promise<PaymentProcessorError | PaymentProcessorSessionResponse["session_data"]>;

  /** Gives up a payment that never became an order. */
  deletePayment(
    paymentSessionData: Record<string, unknown>,
  ): Promise<PaymentProcessorError | PaymentProcessorSessionResponse["session_data"]>;

  /** Reads the payment from the provider. */
  retrievePayment(
    paymentSessionData: Record<string, unknown>,
  ): Promise<PaymentProcessorError | PaymentProcessorSessionResponse["session_data"]>;

  /**
   * Reads how far the payment is. Its type has no error: it rejects with an `Error` if the status
   * cannot be read and this process has not just read it.
   */
  getPaymentStatus(paymentSessionData: Record<string, unknown>): Promise<PaymentSessionStatus>;

  /**
   * Takes the data that the shopper's browser posts.
   *
   * @param sessionId Medusa's session id (`ps_…`)
   */
  updatePaymentData(
    sessionId: string,
    data: Record<string, unknown>,
  ): Promise<PaymentProcessorError | PaymentProcessorSessionResponse["session_data"]>;
}

/** Medusa's `PaymentSessionStatus`. */
export declare const PaymentSessionStatus: typeof MedusaPaymentSessionStatus;
/** Medusa's `PaymentSessionStatus`. */
export type PaymentSessionStatus = MedusaPaymentSessionStatus;

/**
 * Whether Medusa takes a result for an error: an object whose `error`, `code` and `detail` are all there and not
 * empty.
 */
export declare function isPaymentProcessorError(obj: any): obj is PaymentProcessorError;

/** The identifiers of the Rust processors in this addon, sorted. */
export declare const registeredIdentifiers: string[];
