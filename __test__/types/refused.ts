// What must not compile.

import * as exported from "medusa-payment-rs";
import { AbstractPaymentProcessor, PaymentSessionStatus } from "medusa-payment-rs";
import link from "medusa-payment-rs/link";

class Manual extends AbstractPaymentProcessor {
  static identifier = "manual";
}
const manual = new Manual({}, {});

// @ts-expect-error the container is needed
new Manual();
// @ts-expect-error options are an object
new Manual({}, "options");
// @ts-expect-error data is needed
manual.capturePayment();
// @ts-expect-error data is an object
manual.capturePayment("pay_1");
// @ts-expect-error the amount is needed
manual.refundPayment({});
// @ts-expect-error the amount is a number
manual.refundPayment({}, "100");
// @ts-expect-error the context is needed
manual.authorizePayment({});
// @ts-expect-error the session's id is a string
manual.updatePaymentData({}, {});
// @ts-expect-error the amount and the rest are needed
manual.initiatePayment({ currency_code: "eur" });
// @ts-expect-error a result is a promise
export const data: Record<string, unknown> = manual.capturePayment({});
// @ts-expect-error the container is for subclasses
manual.container;
// @ts-expect-error Medusa v1 has no such status
PaymentSessionStatus.CAPTURED;
// @ts-expect-error there is no such export
exported.Manual;
// @ts-expect-error the addon is needed
link();

// @ts-expect-error an identifier is a string
export class Numbered extends AbstractPaymentProcessor {
  static identifier = 5;
}

export class Wrong extends AbstractPaymentProcessor {
  // @ts-expect-error a status is no text
  async getPaymentStatus(): Promise<string> {
    return "authorized";
  }
  // @ts-expect-error a promise is due
  capturePayment(data: Record<string, unknown>): Record<string, unknown> {
    return data;
  }
  // @ts-expect-error Medusa hands over one argument
  async cancelPayment(data: Record<string, unknown>, reason: string) {
    return { ...data, reason };
  }
}
