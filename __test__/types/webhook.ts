// A plugin mounts its webhook with one line, and reads a request itself if it wants to.

import { AbstractPaymentProcessor, type PaymentState, type WebhookEvent } from "medusa-payment-rs";
import link from "medusa-payment-rs/link";
import load from "medusa-payment-rs/load";
import { handle, hostRequire, recordCaptures, routes } from "medusa-payment-rs/webhook";
import { check, type Equal } from "./equal";

const linked = link(load(__dirname));

export default routes(linked, { identifier: "acme", path: "/acme/hooks", provider: "Acme" });

const settings = { identifier: ["acme", "acme-later"], path: "/acme/hooks", provider: "Acme", type: "text/plain" };
routes(linked, settings)(process.cwd(), { webhook_delay: 100, webhook_retries: 5 });
hostRequire(process.cwd())("express").Router();
recordCaptures(linked, { identifier: "acme", provider: "Acme" })({}, { webhook_retries: 5 });

class Acme extends AbstractPaymentProcessor {
  static identifier = "acme";

  async receive(body: Buffer, headers: Record<string, unknown>, container: object): Promise<PaymentState | undefined> {
    const event = await this.readWebhook(body, headers);
    if ("error" in event) throw new Error(`${event.kind}: ${event.detail}`);
    check<Equal<typeof event, WebhookEvent>>();
    await handle(linked, settings, event, container);
    const state = await this.paymentState({ id: event.payment });
    return "error" in state ? undefined : state;
  }
}

new Acme({}).readWebhookSync("{}", { "acme-signature": "s" });

// @ts-expect-error: the path is not guessed
routes(linked, { identifier: "acme", provider: "Acme" });
// @ts-expect-error: an addon that was not linked cannot decide
routes(load(__dirname), settings);
