// What the six services have in common, beside what runs in Rust, and what a store's own class for another way to pay
// extends.

const { AbstractPaymentProcessor } = require("../index.js");
const { Late, inTime } = require("../link/in-time.js");
const { LOOK_UP_MS, lookUpService, unreadable } = require("../link/look-up.js");
const numberOf = require("../link/number-of.js");
const serviceOf = require("../link/service-of.js");
const { withAddresses } = require("./addresses.js");
const { lookUpCart } = require("./cart.js");
const { changesOf } = require("./changes.js");
const { recordedRefunds } = require("./recorded-refunds.js");

/** The option `deadline_ms`, if it is not set: as in Rust, which has no part in the look-up. */
const DEADLINE_MS = 12_000;

class StripeBase extends AbstractPaymentProcessor {
  static processor = "stripe";

  constructor(container, options) {
    super(container, options);
    // The name that the JavaScript plugin has for its subclasses.
    this.options_ = this.config;
  }

  /** The plugin's options in `medusa-config.js`. */
  get options() {
    return this.config;
  }

  /** What a subclass says of the intents that it makes. Rust reads it each time that a payment is started or changed. */
  get paymentIntentOptions() {
    return {};
  }

  /**
   * Returns the event that a webhook request carries, once it is certain that Stripe sent it.
   *
   * @param {Buffer | string} rawBody the request's body as it came, not parsed
   * @param {string} signature the header `Stripe-Signature`
   * @throws Error if the signature is missing, wrong or more than five minutes away
   */
  constructWebhookEvent(rawBody, signature) {
    const event = this.readWebhookSync(rawBody, { "stripe-signature": signature });
    if ("error" in event) throw new Error(`medusa-payment-rs: the webhook request was refused: ${event.detail}`);
    return JSON.parse(rawBody.toString());
  }

  async initiatePayment(context) {
    return super.initiatePayment(await withAddresses(context, this.container));
  }

  /**
   * Medusa also updates the session of a cart that is completed: its own events about a customer come seconds later
   * (dist/subscribers/cart.js), when the order may be canceled and its intent with it. Such a cart is not to be paid again.
   */
  async updatePayment(context) {
    const answer = await super.updatePayment(context);
    const { session_data: data } = answer ?? {};
    if (!data?.id || data.id === context?.paymentSessionData?.id) return answer;
    if (!(await isCompleted(context.resource_id, this.container))) return answer;
    const canceled = await super.cancelPayment(data);
    if ("error" in canceled) {
      const what = `medusa-payment-rs: ${data.id}, made for ${context.resource_id}, which may be an order, is not canceled`;
      serviceOf(this.container, "logger")?.error(`${what}: ${canceled.detail} Cancel it in Stripe's dashboard.`);
    }
    return undefined;
  }

  /** Says what is recorded as refunded already, which Medusa does not. */
  async refundPayment(data, amount) {
    let refunded;
    try {
      refunded = await inTime(recordedRefunds(data, this.container), LOOK_UP_MS);
    } catch (failure) {
      return unreadable(`The refund of ${data?.id} was not made`, "Medusa's payment", failure, "Nothing was refunded.");
    }
    return super.refundPayment(data, amount, refunded);
  }

  /**
   * Takes what the shopper's browser posts. What the session has just so is not a change.
   *
   * @param sessionId Medusa's session (`ps_…`), whose intent is looked up, or the intent itself (`pi_…`)
   */
  async updatePaymentData(sessionId, data) {
    if (typeof sessionId !== "string" || sessionId.startsWith("pi_")) return super.updatePaymentData(sessionId, data);
    const limit = numberOf(this.options?.deadline_ms, DEADLINE_MS);
    const until = Date.now() + limit;
    let session;
    try {
      const read = async () =>
        (await lookUpService(this.container, "paymentProviderService")).retrieveSession(sessionId);
      session = await inTime(read(), Math.min(LOOK_UP_MS, limit));
    } catch (error) {
      const why = error?.message || error;
      return notUpdated("session_not_found", `Medusa's payment session ${sessionId} could not be read: ${why}.`);
    }
    const update = super.updatePaymentData(session?.data?.id ?? sessionId, changesOf(data, session?.data));
    try {
      return await inTime(update, until - Date.now());
    } catch (error) {
      if (!(error instanceof Late)) throw error;
      return notUpdated("temporarily_unavailable", `There was no answer within ${limit} ms.`);
    }
  }
}

/**
 * Whether a payment is for a cart that has become an order. One that cannot be looked up may have: what could be paid before
 * is gone anyway, and the next update looks again.
 */
async function isCompleted(id, container) {
  try {
    return Boolean((await lookUpCart(container, id, { select: ["id", "completed_at"] }))?.completed_at);
  } catch {
    return true;
  }
}

/** No money is in what a shopper may set: it can be sent again whatever became of it. */
const notUpdated = (code, why) => ({
  error: "The payment session cannot be updated",
  code,
  detail: `${why} Try again.`,
});

// As an ES module compiled to CommonJS has it, so that each spelling of the JavaScript plugin's import finds the class.
Object.defineProperty(exports, "__esModule", { value: true });
exports.StripeBase = StripeBase;
exports.default = StripeBase;
