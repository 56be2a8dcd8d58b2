// What a store's TypeScript does with the service.

import type { AbstractPaymentProcessor as MedusaPaymentProcessor, PaymentProcessorError } from "@medusajs/medusa";
import { isPaymentProcessorError } from "medusa-payment-rs";
import { type PayPalOptions, PayPalProviderService, registeredIdentifiers } from "medusa-payment-rs-paypal";

const options: PayPalOptions = { sandbox: process.env.PAYPAL_SANDBOX, clientId: "id", client_secret: "secret" };

// @ts-expect-error an option that does not exist
const misspelt: PayPalOptions = { clientID: "id" };

export const service: MedusaPaymentProcessor = new PayPalProviderService({ logger: console }, options);
export const identifiers: string[] = [PayPalProviderService.identifier, ...registeredIdentifiers, String(misspelt)];

export class Announced extends PayPalProviderService {
  async capturePayment(data: Record<string, unknown>): Promise<PaymentProcessorError | Record<string, unknown>> {
    const captured = await super.capturePayment(data);
    if (isPaymentProcessorError(captured)) return captured;
    return { ...captured, announced: true };
  }
}
