// A store's own class in TypeScript, and where Medusa asks for one.

import type {
  CapturePaymentInput,
  CapturePaymentOutput,
  CreateAccountHolderInput,
  CreateAccountHolderOutput,
  InitiatePaymentInput,
  IPaymentProvider,
  Logger,
  ProviderWebhookPayload,
} from "@medusajs/framework/types";
import { MedusaError, ModuleProvider, Modules } from "@medusajs/framework/utils";
import { AbstractPaymentProvider } from "medusa-payment-rs";
import StripeBase, { type PaymentIntentOptions } from "medusa-payment-rs/v2/stripe/base";

type Options = { apiKey: string };

export class Invoice extends AbstractPaymentProvider<Options> {
  static identifier = "invoice";

  protected readonly logger: Logger;

  static validateOptions(options: Record<any, any>) {
    if (!options.apiKey) throw new MedusaError(MedusaError.Types.INVALID_DATA, "apiKey is missing");
    // biome-ignore lint/complexity/noThisInStatic: the identifier is that of the class it is called on
    super.validateOptions(options);
  }

  constructor(container: { logger: Logger }, options: Options) {
    super(container, options);
    this.logger = container.logger;
  }

  async initiatePayment(input: InitiatePaymentInput) {
    const { id, data, status } = await super.initiatePayment({ ...input, amount: "13.065" });
    return { id, data: { ...data, key: this.config.apiKey.length, logger: this.container.logger }, status };
  }

  async capturePayment(input: CapturePaymentInput): Promise<CapturePaymentOutput> {
    const key: string | undefined = input.context?.idempotency_key;
    this.logger.info(`capturing ${key}`);
    return super.capturePayment(input);
  }

  async getWebhookActionAndData(payload: ProviderWebhookPayload["payload"]) {
    const result = await super.getWebhookActionAndData(payload);
    return result.action === "captured" ? { ...result, action: "authorized" as const } : result;
  }

  // One that its processor may not have.
  async createAccountHolder(input: CreateAccountHolderInput): Promise<CreateAccountHolderOutput> {
    const made = await super.createAccountHolder?.(input);
    return made ?? { id: input.context.customer.id };
  }
}

/** Another way to pay, with the import of the JavaScript plugin. */
export class Klarna extends StripeBase {
  static identifier = "stripe-klarna";

  get paymentIntentOptions(): PaymentIntentOptions {
    return { payment_method_types: ["klarna"], capture_method: this.options.capture ? "automatic" : "manual" };
  }
}

export const klarna: IPaymentProvider = new Klarna({}, { apiKey: "key" });

declare const logger: Logger;
export const invoice: IPaymentProvider = new Invoice({ logger }, { apiKey: "key" });
export const entry = ModuleProvider(Modules.PAYMENT, { services: [Invoice] });
