// What must not compile.

import { AbstractPaymentProvider } from "medusa-payment-rs";
import type { StripeOptions } from "medusa-payment-rs/v2/stripe";

class Manual extends AbstractPaymentProvider {
  static identifier = "manual";
}
const manual = new Manual({}, {});

// @ts-expect-error the container is needed
new Manual();
// @ts-expect-error options are an object
new Manual({}, "options");
// @ts-expect-error the input is needed
manual.capturePayment();
// @ts-expect-error the data is an object
manual.capturePayment({ data: "pay_1" });
// @ts-expect-error the amount is needed
manual.refundPayment({ data: {} });
// @ts-expect-error the currency is needed
manual.initiatePayment({ amount: 10 });
// @ts-expect-error an optional method may not be there
manual.createAccountHolder({ context: { customer: { id: "cus_1", email: "a@example.com" } } });
// @ts-expect-error a result is a promise
export const data: { data?: Record<string, unknown> } = manual.capturePayment({});
// @ts-expect-error the container is for subclasses
manual.container;
// @ts-expect-error the options are for subclasses
manual.config;

// @ts-expect-error an identifier is a string
export class Numbered extends AbstractPaymentProvider {
  static identifier = 5;
}

// @ts-expect-error so is a processor
export class Misnamed extends AbstractPaymentProvider {
  static processor = 5;
}

// @ts-expect-error the key is needed
export const keyless: StripeOptions = { webhookSecret: "whsec_1" };
// @ts-expect-error there is no such option
export const misspelt: StripeOptions = { apiKey: "sk_test_1", apibase: "http://localhost:12111" };

export class Wrong extends AbstractPaymentProvider {
  // @ts-expect-error it is no status of Medusa's
  async getPaymentStatus() {
    return { status: "paid" };
  }
  // @ts-expect-error a promise is due
  capturePayment() {
    return { data: {} };
  }
  // @ts-expect-error Medusa hands over one argument
  async cancelPayment(_input: object, reason: string) {
    return { data: { reason } };
  }
}
