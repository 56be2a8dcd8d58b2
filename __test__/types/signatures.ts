// Every signature is Medusa's own.

import type {
  PaymentProcessor,
  PaymentSessionStatus as TheirStatus,
  AbstractPaymentProcessor as Theirs,
  isPaymentProcessorError as theirTest,
} from "@medusajs/medusa";
import type * as interfaces from "@medusajs/medusa/dist/interfaces/payment-processor";
import type {
  AbstractPaymentProcessor,
  isPaymentProcessorError,
  PaymentProcessorContext,
  PaymentProcessorError,
  PaymentProcessorSessionResponse,
  PaymentSessionStatus,
  registeredIdentifiers,
} from "medusa-payment-rs";
import type link from "medusa-payment-rs/link";
import type load from "medusa-payment-rs/load";
import { check, type Equal } from "./equal";

check<
  Equal<
    keyof typeof import("medusa-payment-rs"),
    | "AbstractPaymentProcessor"
    | "AbstractPaymentProvider"
    | "PaymentSessionStatus"
    | "isPaymentProcessorError"
    | "nextStep"
    | "processorOf"
    | "storedStatus"
    | "registeredIdentifiers"
  >
>();

check<Equal<PaymentProcessorContext, interfaces.PaymentProcessorContext>>();
check<Equal<PaymentProcessorError, interfaces.PaymentProcessorError>>();
check<Equal<PaymentProcessorSessionResponse, interfaces.PaymentProcessorSessionResponse>>();
check<Equal<PaymentSessionStatus, TheirStatus>>();
check<Equal<typeof PaymentSessionStatus, typeof TheirStatus>>();
check<Equal<typeof isPaymentProcessorError, typeof theirTest>>();
check<Equal<typeof registeredIdentifiers, string[]>>();

/** Medusa's methods, all of them, beside them what a webhook needs, and what Medusa calls without declaring it. */
type Method = keyof PaymentProcessor;
type Beside = "readWebhook" | "readWebhookSync" | "paymentState" | "retrieveSavedMethods";
check<Equal<keyof AbstractPaymentProcessor, keyof Theirs | Beside>>();
check<Equal<keyof AbstractPaymentProcessor, Method | Beside>>();
check<Equal<keyof typeof AbstractPaymentProcessor, keyof typeof Theirs | "processor">>();

type Ours<M extends Method> = AbstractPaymentProcessor[M];
type Same<M extends Method> = Equal<
  [Ours<M>, Ours<M>, Parameters<Ours<M>>, ReturnType<Ours<M>>],
  [PaymentProcessor[M], Theirs[M], Parameters<Theirs[M]>, ReturnType<Theirs[M]>]
>;

check<Same<"getIdentifier">>();
check<Same<"initiatePayment">>();
check<Same<"updatePayment">>();
check<Same<"authorizePayment">>();
check<Same<"capturePayment">>();
check<Same<"refundPayment">>();
check<Same<"cancelPayment">>();
check<Same<"deletePayment">>();
check<Same<"retrievePayment">>();
check<Same<"getPaymentStatus">>();
check<Same<"updatePaymentData">>();

// The constructor takes what Medusa's takes. (Medusa's is protected: its parameters cannot be named.)
check<
  Equal<
    ConstructorParameters<typeof AbstractPaymentProcessor>,
    [container: Record<string, unknown>, config?: Record<string, unknown> | undefined]
  >
>();
check<Equal<typeof AbstractPaymentProcessor._isPaymentProcessor, typeof Theirs._isPaymentProcessor>>();
check<Equal<typeof AbstractPaymentProcessor.isPaymentProcessor, typeof Theirs.isPaymentProcessor>>();
check<Equal<typeof AbstractPaymentProcessor.identifier, typeof Theirs.identifier>>();

// An author's addon has the same class.
check<Equal<ReturnType<typeof link>["AbstractPaymentProcessor"], typeof AbstractPaymentProcessor>>();
check<Equal<ReturnType<typeof link>["registeredIdentifiers"], string[]>>();
check<Equal<typeof load, (folder: string) => Parameters<typeof link>[0]>>();
