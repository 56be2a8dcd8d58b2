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
   * that has a service of this addon with the same `identifier`, if there is exactly one.
   * A subclass may pass options of its own. `this.config` is the options that were found
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

  /**
   * Verifies that the provider sent a webhook request, and reads it. `medusa-payment-rs/webhook` calls this in its route.
   *
   * @param rawBody the body as it arrived: signatures are over its bytes
   * @param headers those of the request, as Node.js has them
   */
  readWebhook(rawBody: Buffer | string, headers: Record<string, unknown>): Promise<WebhookEvent | WebhookFailure>;

  /**
   * As `readWebhook`, for code that cannot wait for a promise.
   *
   * @throws TypeError if the processor does not say that it reads webhooks without asking its provider
   */
  readWebhookSync(rawBody: Buffer | string, headers: Record<string, unknown>): WebhookEvent | WebhookFailure;

  /** Reads what the provider has of the payment now; its `id` is enough. */
  paymentState(paymentSessionData: Record<string, unknown>): Promise<PaymentState | WebhookFailure>;
}

/** What a webhook request says, once it is certain that the provider sent it. */
export interface WebhookEvent {
  /** The provider's id of the event; one event may be delivered several times. */
  id: string;
  /** The provider's own word for it. */
  type: string;
  /** What became of the payment. */
  action:
    | "authorized"
    | "captured"
    | "failed"
    | "pending"
    | "requires_more"
    | "canceled"
    | "pending_authorization"
    | "not_supported";
  /** The provider's id of the payment. */
  payment?: string;
  /** What the payment is for: `cart_…` or `paycol_…`. */
  resource?: string;
  /** In minor units. */
  amount?: number;
  /** Why an attempt to pay failed, in the provider's words. */
  reason?: string;
}

/** What the provider has of a payment now; amounts are in minor units. */
export interface PaymentState {
  /** The provider's id of the payment. */
  payment: string;
  /** A `PaymentSessionStatus`, or `"captured"`. */
  status: string;
  amount: number;
  captured: number;
  refunded: number;
}

/** Why a webhook request or the state of a payment could not be read. */
export interface WebhookFailure extends PaymentProcessorError {
  /** What it means, as the crate's `ErrorKind`. */
  kind: "refused" | "invalid_request" | "temporarily_unavailable" | "outcome_unknown";
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

/** Decides what Medusa has to do next about a payment; for `medusa-payment-rs/webhook`. */
export declare function nextStep(reconciliation: object): { step: string; why?: string };

/** The identifiers of the Rust processors in this addon, sorted. */
export declare const registeredIdentifiers: string[];
