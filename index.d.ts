// A project has one of the two hosts, or in unit tests none. What is imported from the other one is `any` and not an
// error (`@ts-ignore`), not even in a project that checks the declarations of its packages.

// @ts-ignore
import type * as medusa2 from "@medusajs/framework/types";
import type {
  AbstractPaymentProcessor as MedusaPaymentProcessor,
  PaymentProcessorContext,
  PaymentProcessorError,
  PaymentProcessorSessionResponse,
  // @ts-ignore
} from "@medusajs/medusa/dist/interfaces/payment-processor";
// @ts-ignore
import type { PaymentSessionStatus as MedusaPaymentSessionStatus } from "@medusajs/medusa/dist/models/payment-session";

export type { PaymentProcessorContext, PaymentProcessorError, PaymentProcessorSessionResponse };

/**
 * A Medusa payment processor whose methods run in Rust. A subclass names the Rust processor by its
 * `static identifier`. Any method may be overridden, and `super` works. A subclass with an identifier of its own is served
 * by the processor of the class that it extends, or by the one that its `static processor` names.
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
  /** Medusa's identifier; also that of the Rust processor, if there is one: see {@link registeredIdentifiers}. */
  static identifier: string;
  /** The identifier of the Rust processor, if it is another one than Medusa's. */
  static processor?: string;
  /** How Medusa recognizes a payment processor when it loads a plugin. */
  static _isPaymentProcessor: boolean;
  /** Whether `object` is an instance of a payment processor's class. */
  static isPaymentProcessor(object: any): boolean;

  /**
   * @param container Medusa's dependency container; its `logger` gets the logs of the Rust side
   * @param config the plugin's options in `medusa-config.js`. Medusa gives a project's own services its whole
   * configuration instead (`projectConfig`, `plugins` and more): the options are then those of the plugin among `plugins`
   * that has a service of this addon with the same `identifier`, if there is exactly one. If there is none, the plugin is
   * found by the class that this one extends, and then by the processor.
   * A subclass may pass options of its own. `this.config` is the options that were found
   * @throws Error if no processor is found (the known ones are listed), or an option is unknown or malformed (it is named)
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
   * Lists the payment methods that the provider keeps for a logged-in customer, for
   * `GET /store/customers/me/payment-methods`: Medusa asks each of a store's providers. Empty if the processor keeps none.
   *
   * It rejects with an `Error` that Medusa shows, if they cannot be read: its type has no error.
   *
   * @param customer Medusa's customer
   */
  retrieveSavedMethods(customer: object): Promise<Record<string, unknown>[]>;

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

/**
 * A Medusa 2 payment provider whose methods run in Rust. A subclass names the Rust processor by its
 * `static identifier`. Any method may be overridden, and `super` works. A subclass with an identifier of its own is served
 * by the processor of the class that it extends, or by the one that its `static processor` names.
 *
 * Every method returns a promise that resolves with what Medusa's interface says, and rejects with a `MedusaError` whose
 * `type` decides on the HTTP status: `not_allowed` (`payment_authorization_error` from `authorizePayment`) if the provider
 * refused, `invalid_data` if the request is wrong, `unexpected_state` if the provider is not available or the outcome is
 * unknown. Its `code` says which of them it is. It rejects with a `TypeError` if an argument is not an object.
 *
 * Amounts are decimals in major units, in every form that Medusa has. `data` that a method resolves with has `null` for
 * each member that is dropped, because Medusa merges it into what it has stored.
 *
 * @example
 * class Manual extends AbstractPaymentProvider {
 *   static identifier = "manual"
 * }
 */
export declare class AbstractPaymentProvider<Options = Record<string, unknown>> implements medusa2.IPaymentProvider {
  /**
   * Medusa's identifier, in Medusa `pp_<identifier>_<id>`; also that of the Rust processor, if there is one: see
   * {@link registeredIdentifiers}.
   */
  static identifier: string;
  /** The identifier of the Rust processor, if it is another one than Medusa's. */
  static processor?: string;
  /** Marks the class of a payment provider, as in Medusa's own base. */
  static _isPaymentProvider: boolean;
  /** Whether `object` is an instance of a payment provider's class. */
  static isPaymentProvider(object: any): boolean;

  /**
   * Checks a provider's options when Medusa loads it.
   *
   * @throws Error as the constructor does
   */
  static validateOptions(options: Record<any, any>): void;

  /** The payment module's dependency container. */
  protected readonly container: Record<string, unknown>;
  /** The options as they were given. */
  protected readonly config: Options;

  /**
   * @param cradle the payment module's dependency container: its `logger` gets the logs of the Rust side, and its
   * `captureService`, `refundService` and `paymentSessionService` say what Medusa has recorded
   * @param options the provider's `options` in `medusa-config.ts`
   * @throws Error if no processor is found (the known ones are listed), or an option is unknown or malformed (it is named)
   */
  constructor(cradle: Record<string, unknown>, options?: Options);

  /** @throws Error if the class has no `static identifier` */
  getIdentifier(): string;

  /**
   * Starts a payment for a new payment session.
   *
   * @param input its `data` is what the shopper's browser sent: nothing in it becomes the provider's
   */
  initiatePayment(input: medusa2.InitiatePaymentInput): Promise<medusa2.InitiatePaymentOutput>;

  /** Follows a change of the amount or the customer. */
  updatePayment(input: medusa2.UpdatePaymentInput): Promise<medusa2.UpdatePaymentOutput>;

  /** Holds the money, or tells whether it is held. */
  authorizePayment(input: medusa2.AuthorizePaymentInput): Promise<medusa2.AuthorizePaymentOutput>;

  /**
   * Takes the money that is held, or the part of it over which Medusa has written the capture that
   * `context.idempotency_key` names. Without that row nothing is captured. A payment that is captured already counts as
   * captured now.
   */
  capturePayment(input: medusa2.CapturePaymentInput): Promise<medusa2.CapturePaymentOutput>;

  /** Gives money back. */
  refundPayment(input: medusa2.RefundPaymentInput): Promise<medusa2.RefundPaymentOutput>;

  /**
   * Releases the money that is held. A payment that is canceled already counts as canceled now. If the provider is not
   * available it rejects, and goes on trying: Medusa cancels the order all the same.
   */
  cancelPayment(input: medusa2.CancelPaymentInput): Promise<medusa2.CancelPaymentOutput>;

  /**
   * Gives up a payment that never became an order. If the provider is not available it resolves, and goes on trying: a
   * rejection would block the checkout.
   */
  deletePayment(input: medusa2.DeletePaymentInput): Promise<medusa2.DeletePaymentOutput>;

  /** Reads the payment from the provider. */
  retrievePayment(input: medusa2.RetrievePaymentInput): Promise<medusa2.RetrievePaymentOutput>;

  /** Reads how far the payment is. */
  getPaymentStatus(input: medusa2.GetPaymentStatusInput): Promise<medusa2.GetPaymentStatusOutput>;

  /**
   * Verifies that the provider sent a webhook request, and says what Medusa has to do about it: `not_supported` if the
   * event is not about a payment session of this store.
   *
   * @param payload its `rawData` is the body as it arrived, or the JSON that an event bus makes of a `Buffer`
   */
  getWebhookActionAndData(payload: medusa2.ProviderWebhookPayload["payload"]): Promise<medusa2.WebhookActionResult>;

  // Medusa finds these by their presence: an instance has those that its processor has.

  /** Reads the customer's account with the provider. */
  retrieveAccountHolder?(input: medusa2.RetrieveAccountHolderInput): Promise<medusa2.RetrieveAccountHolderOutput>;

  /** Opens an account with the provider for a customer, under which payment methods are saved. */
  createAccountHolder?(input: medusa2.CreateAccountHolderInput): Promise<medusa2.CreateAccountHolderOutput>;

  /** Takes over a change of the customer. */
  updateAccountHolder?(input: medusa2.UpdateAccountHolderInput): Promise<medusa2.UpdateAccountHolderOutput>;

  /** Closes the customer's account with the provider. */
  deleteAccountHolder?(input: medusa2.DeleteAccountHolderInput): Promise<medusa2.DeleteAccountHolderOutput>;

  /** Lists the payment methods that are saved for a customer. */
  listPaymentMethods?(input: medusa2.ListPaymentMethodsInput): Promise<medusa2.ListPaymentMethodsOutput>;

  /** Saves a payment method for a customer. */
  savePaymentMethod?(input: medusa2.SavePaymentMethodInput): Promise<medusa2.SavePaymentMethodOutput>;

  /** Deletes a payment method of a customer's. */
  deletePaymentMethod?(input: medusa2.DeletePaymentMethodInput): Promise<medusa2.DeletePaymentMethodOutput>;
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
  /** What happened to money after it was taken, if the event is about that; its `action` then is `not_supported`. */
  money?: MoneyEvent;
}

/** What happened to money after it was taken; amounts are in minor units. */
export interface MoneyEvent {
  news: "refunded" | "refund_failed" | "disputed";
  /** The provider's id of the refund or the dispute. */
  id?: string;
  amount?: number;
  /** When it happened, in seconds since 1970. */
  at?: number;
  /** Of a refund: whether Medusa asked for it. */
  is_ours?: boolean;
  /** Why, in the provider's words. */
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
  /** What the payment is for, if the provider keeps that: `cart_…`, `paycol_…` or `payses_…`. */
  resource?: string;
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

/** The name of the Rust processor that serves an instance of one of the two classes; `undefined` for any other object. */
export declare function processorOf(instance: object): string | undefined;
/** How far a payment was when its data was stored, if the data says so; for `medusa-payment-rs/webhook`. */
export declare function storedStatus(processor: object, data: object): string | undefined;

/** The identifiers of the Rust processors in this addon, sorted. */
export declare const registeredIdentifiers: string[];
