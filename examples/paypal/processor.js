// The service's class: what runs in Rust, and what the webhook asks of PayPal beside Medusa's ten methods.

const link = require("medusa-payment-rs/link");
const load = require("medusa-payment-rs/load");

const { AbstractPaymentProcessor, registeredIdentifiers } = link(load(__dirname));

/** What a failed method resolves with, as an error to throw. */
function thrown({ error, code, detail }) {
  return Object.assign(new Error(`${error}: ${detail}`), { code });
}

class PayPalProviderService extends AbstractPaymentProcessor {
  static identifier = "paypal";

  /**
   * Asks PayPal whether it sent a webhook request.
   *
   * @param delivery the headers `paypal-auth-algo`, `-cert-url`, `-transmission-id`, `-transmission-sig` and
   * `-transmission-time`, and as `webhook_event` the request's body, best as it came: the signature is over its bytes
   * @returns PayPal's answer, `{ verification_status: "SUCCESS" }`
   * @throws Error where PayPal did not send it (`code` is `webhook_not_verified`), or nobody could be asked
   */
  async verifyWebhook({ webhook_event: event, ...headers }) {
    const text = typeof event === "string" || Buffer.isBuffer(event) ? event.toString() : JSON.stringify(event);
    return this.#ask({ verify_webhook: { ...headers, webhook_event: text } });
  }

  /** The authorization with this id, as PayPal has it. */
  async retrieveAuthorization(id) {
    return this.#ask({ authorization: id });
  }

  /** The order that an authorization or a capture belongs to, as PayPal has it; null where it names none. */
  async retrieveOrderFromAuth(resource) {
    const id = orderOf(resource);
    if (!id) return null;
    const order = await this.retrievePayment({ id });
    if (order.code && order.detail) throw thrown(order);
    return order;
  }

  async #ask(query) {
    const answer = await super.retrievePayment({ query });
    if (answer.code && answer.detail) throw thrown(answer);
    return answer;
  }
}

/** The id of the order in an authorization or a capture: its own member, or what it links `up` to. */
function orderOf(resource) {
  const related = resource?.supplementary_data?.related_ids?.order_id;
  if (related) return related;
  const up = resource?.links?.find(({ rel, href }) => rel === "up" && /\/checkout\/orders\//.test(href));
  return up?.href.split("/").at(-1);
}

module.exports = { AbstractPaymentProcessor, PayPalProviderService, registeredIdentifiers };
