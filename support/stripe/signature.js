// Webhook signatures. https://stripe.com/docs/webhooks/signatures

const crypto = require("node:crypto");

/** The value of the `Stripe-Signature` header. `timestamp` is in seconds. */
function sign(payload, { secret, timestamp }) {
  const body = typeof payload === "string" || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload);
  const mac = crypto.createHmac("sha256", secret).update(`${timestamp}.`).update(body).digest("hex");
  return `t=${timestamp},v1=${mac}`;
}

module.exports = { sign };
