// A store's own class in TypeScript, and where Medusa asks for one.

import {
  type Logger,
  type AbstractPaymentProcessor as MedusaPaymentProcessor,
  PaymentSessionStatus as MedusaPaymentSessionStatus,
  type PaymentProcessor,
} from "@medusajs/medusa";
import {
  AbstractPaymentProcessor,
  isPaymentProcessorError,
  type PaymentProcessorContext,
  type PaymentProcessorError,
  type PaymentProcessorSessionResponse,
  PaymentSessionStatus,
} from "medusa-payment-rs";
import StripeBase, { type PaymentIntentOptions } from "medusa-payment-rs/stripe/base";

export class Invoice extends AbstractPaymentProcessor {
  static identifier = "manual";

  protected readonly logger: Logger;

  constructor(container: { logger: Logger } & Record<string, unknown>, options: Record<string, unknown>) {
    super(container, options);
    this.logger = container.logger;
  }

  getIdentifier(): string {
    return super.getIdentifier();
  }

  async initiatePayment(
    context: PaymentProcessorContext,
  ): Promise<PaymentProcessorError | PaymentProcessorSessionResponse> {
    const session = await super.initiatePayment({ ...context, amount: context.amount + 1 });
    if (isPaymentProcessorError(session)) {
      this.logger.error(session.error);
      return session;
    }
    return { ...session, session_data: { ...session.session_data, note: this.config?.note ?? this.container.note } };
  }

  async authorizePayment(data: Record<string, unknown>, context: Record<string, unknown>) {
    const authorization = await super.authorizePayment(data, context);
    if ("status" in authorization && authorization.status === PaymentSessionStatus.AUTHORIZED) {
      return authorization;
    }
    return { error: "Not yet", code: "not_yet", detail: "Call again." };
  }

  async getPaymentStatus(data: Record<string, unknown>): Promise<PaymentSessionStatus> {
    const status = await super.getPaymentStatus(data);
    return status === MedusaPaymentSessionStatus.CANCELED ? PaymentSessionStatus.ERROR : status;
  }
}

/** Another way to pay, with the import of the JavaScript plugin. */
export class Klarna extends StripeBase {
  static identifier = "stripe-klarna";

  get paymentIntentOptions(): PaymentIntentOptions {
    return { payment_method_types: ["klarna"], capture_method: this.options.capture ? "automatic" : "manual" };
  }
}

/** Another account. */
export class Named extends AbstractPaymentProcessor {
  static identifier = "stripe-us";
  static processor = "stripe";
}

export const saved: Promise<Record<string, unknown>[]> = new Named({}).retrieveSavedMethods({ id: "cus_1" });

const container = { logger: console as unknown as Logger };
export const invoice = new Invoice(container, {});

// Where Medusa asks for one of its own.
export const asInterface: PaymentProcessor = invoice;
export const asClass: MedusaPaymentProcessor = invoice;
export const plain: PaymentProcessor & MedusaPaymentProcessor = new AbstractPaymentProcessor({});
export const constructors: (typeof MedusaPaymentProcessor)[] = [AbstractPaymentProcessor, Invoice];
export const status: MedusaPaymentSessionStatus = PaymentSessionStatus.REQUIRES_MORE;

export async function narrowed(): Promise<string> {
  const captured = await invoice.capturePayment({});
  if (isPaymentProcessorError(captured)) return captured.error;
  const updated = await invoice.updatePayment({} as PaymentProcessorContext);
  return updated === undefined ? "unchanged" : "changed";
}
