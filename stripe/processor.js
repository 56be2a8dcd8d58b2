// What the six services have in common, beside what runs in Rust.

const { AbstractPaymentProcessor } = require("../index.js");
const { isBooked, isCollection } = require("./collection.js");
const { refusal, signatureProblem } = require("./signature.js");

/** How long the database is waited for: a look-up needs a connection while its caller holds one. */
const LOOK_UP_MS = 5_000;

/** The option `deadline_ms`, where it is not set: as in Rust, which has no part in the look-up. */
const DEADLINE_MS = 12_000;

/** The data of collections' sessions that were authorized a moment ago and are not booked yet. */
const authorized = new WeakSet();

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

  async authorizePayment(data, context) {
    const result = await super.authorizePayment(data, context);
    if (result.status === "authorized" && isCollection(result.data.metadata?.resource_id)) {
      authorized.add(result.data);
    }
    return result;
  }

  /**
   * Medusa books what `authorizePayment` has returned by retrieving it, that very object (`createPayment`,
   * dist/services/payment-provider.js), and nothing in its tables keeps a payment collection from being booked twice. By
   * then the session's row is written, and whoever authorizes it as well waits for this transaction: one of two is first,
   * and the other one finds its payment here.
   */
  async retrievePayment(data) {
    if (!authorized.delete(data)) return super.retrievePayment(data);
    const until = Date.now() + this.#deadline;
    const intent = await super.retrievePayment(data);
    return "error" in intent ? intent : ((await this.#obstacle(data, until)) ?? intent);
  }

  /** Why the payment of a collection cannot be booked. */
  async #obstacle({ id, metadata: { resource_id: collection } }, until) {
    const error = `The payment ${id} cannot be booked on ${collection}`;
    try {
      const look = isBooked(this.container.manager, collection, id);
      if (!(await inTime(look, Math.min(LOOK_UP_MS, until - Date.now())))) return undefined;
      const who = "another request, or Stripe's event, came first";
      const detail = `It is booked already: ${who}. Nothing was booked twice. Load the payment collection again.`;
      return { error, code: "already_booked", detail };
    } catch (failure) {
      const detail = `Medusa's payments could not be read: ${textOf(failure)}. Nothing was booked. Try again.`;
      return { error, code: "temporarily_unavailable", detail };
    }
  }

  get #deadline() {
    return this.options?.deadline_ms ?? DEADLINE_MS;
  }

  /**
   * Takes what the shopper's browser posts.
   *
   * @param sessionId Medusa's session (`ps_…`), whose intent is looked up, or the intent itself (`pi_…`)
   */
  async updatePaymentData(sessionId, data) {
    if (typeof sessionId !== "string" || sessionId.startsWith("pi_")) return super.updatePaymentData(sessionId, data);
    const limit = this.#deadline;
    const until = Date.now() + limit;
    let session;
    try {
      const lookUp = this.container.paymentProviderService.retrieveSession(sessionId);
      session = await inTime(lookUp, Math.min(LOOK_UP_MS, limit));
    } catch (error) {
      return notUpdated(
        "session_not_found",
        `Medusa's payment session ${sessionId} could not be read: ${textOf(error)}.`,
      );
    }
    const update = super.updatePaymentData(session?.data?.id ?? sessionId, data);
    try {
      return await inTime(update, until - Date.now());
    } catch (error) {
      if (!(error instanceof Late)) throw error;
      return notUpdated("temporarily_unavailable", `There was no answer within ${limit} ms.`);
    }
  }
}

/** No money is in what a shopper may set: it can be sent again whatever became of it. */
const notUpdated = (code, why) => ({
  error: "The payment session cannot be updated",
  code,
  detail: `${why} Try again.`,
});

const textOf = (error) => error?.message || error;

class Late extends Error {}

/** @throws Late where the promise is not settled after so many milliseconds */
async function inTime(promise, ms) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Late(`there was no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

module.exports = { StripeProcessor };
