// Webhooks: signed deliveries, and the endpoint that says whether a delivery is genuine.
// PayPal signs with a certificate; here an HMAC does. Both are over the body's bytes.

const crypto = require("node:crypto");

class Webhooks {
  #secret = crypto.randomBytes(16);

  constructor(webhookId) {
    this.webhookId = webhookId;
  }

  /** `{ headers, body }` of a request that PayPal would send about `resource`. */
  delivery(type, resource, { id = `WH-${crypto.randomUUID()}` } = {}) {
    const event = {
      id,
      event_version: "1.0",
      create_time: "2026-11-24T09:30:00.000Z",
      resource_type: type.split(".")[1].toLowerCase(),
      event_type: type,
      summary: "Größe: 1.0",
      resource,
    };
    // Spelled as no JSON.stringify would: to parse it and spell it again breaks the signature.
    const body = JSON.stringify(event, null, 1).replaceAll("/", "\\/").replace("ö", "\\u00f6");
    const transmission = { id: crypto.randomUUID(), time: "2026-11-24T09:30:01Z" };
    return {
      body,
      headers: {
        "content-type": "application/json",
        "paypal-auth-algo": "SHA256withRSA",
        "paypal-cert-url": "https://api.paypal.com/v1/notifications/certs/CERT-360caa42",
        "paypal-transmission-id": transmission.id,
        "paypal-transmission-sig": this.#sign(transmission.id, transmission.time, body),
        "paypal-transmission-time": transmission.time,
      },
    };
  }

  verify(request, text) {
    const raw = text.slice(text.indexOf('"webhook_event":') + '"webhook_event":'.length, text.lastIndexOf("}"));
    const expected = this.#sign(request.transmission_id, request.transmission_time, raw);
    const isGenuine =
      request.webhook_id === this.webhookId &&
      request.auth_algo === "SHA256withRSA" &&
      request.cert_url?.startsWith("https://api.paypal.com/") &&
      request.transmission_sig === expected;
    return isGenuine ? "SUCCESS" : "FAILURE";
  }

  #sign(id, time, body) {
    return crypto.createHmac("sha256", this.#secret).update(`${id}|${time}|${body}`).digest("base64");
  }
}

module.exports = { Webhooks };
