// What the six services have in common, beside what runs in Rust.

const { AbstractPaymentProcessor } = require("../index.js");
const { refusal, signatureProblem } = require("./signature.js");

/** How long the session is looked for: the look-up needs a database connection while its caller holds one. */
const LOOK_UP_MS = 5_000;

class StripeProcessor extends AbstractPaymentProcessor {
  /** The plugin's options in `medusa-config.js`. */
  get options() {
    return this.config;
  }

  /**
   * The event that a webhook request carries, once it is certain that Stripe sent it.
   *
   * @param {Buffer | string} rawBody the request's body as it came, not parsed
   * @param {string} signature the header `Stripe-Signature`
   * @throws Error where the signature is missing, wrong or more than five minutes away
   */
  constructWebhookEvent(rawBody, signature) {
    const problem = signatureProblem(rawBody, signature, this.options?.webhook_secret);
    if (problem) throw refusal(problem);
    try {
      return JSON.parse(rawBody.toString());
    } catch {
      throw refusal("its body is not JSON");
    }
  }

  /**
   * Takes what the shopper's browser posts.
   *
   * @param sessionId Medusa's session (`ps_…`), whose intent is looked up, or the intent itself (`pi_…`)
   */
  async updatePaymentData(sessionId, data) {
    if (typeof sessionId !== "string" || sessionId.startsWith("pi_")) return super.updatePaymentData(sessionId, data);
    let session;
    try {
      session = await inTime(this.container.paymentProviderService.retrieveSession(sessionId));
    } catch (error) {
      return {
        error: "The payment session cannot be updated",
        code: "session_not_found",
        detail: `Medusa's payment session ${sessionId} could not be read: ${error?.message || error}. Try again.`,
      };
    }
    return super.updatePaymentData(session?.data?.id ?? sessionId, data);
  }
}

async function inTime(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`there was no answer within ${LOOK_UP_MS} ms`)), LOOK_UP_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

module.exports = { StripeProcessor };
