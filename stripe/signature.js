// Whether a webhook request is Stripe's: its signature is checked in Rust.

const path = require("path");
const load = require("../load.js");

const { stripeSignatureProblem } = load(path.dirname(__dirname));

/**
 * Why a request is not Stripe's, or undefined.
 *
 * @param {Buffer | string} rawBody
 * @param {string} signature the header `Stripe-Signature`
 * @param {string | undefined} secret the option `webhook_secret`
 */
function signatureProblem(rawBody, signature, secret) {
  const bytes = typeof rawBody === "string" ? Buffer.from(rawBody) : rawBody;
  if (!(bytes instanceof Uint8Array)) {
    return "its body is not the raw one: a Buffer or a string was expected, and something has parsed it";
  }
  const text = (value) => (typeof value === "string" ? value : "");
  return stripeSignatureProblem(bytes, text(signature), text(secret), Date.now() / 1000) ?? undefined;
}

/** The error of a webhook request that nobody acts on. */
const refusal = (why) => new Error(`medusa-payment-rs: the webhook request was refused: ${why}`);

module.exports = { refusal, signatureProblem };
