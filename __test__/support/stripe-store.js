// A store that has the plugin medusa-payment-rs/stripe, and a fake Stripe for it.

const { startFakeStripe } = require("../../support/stripe");
const { recordingLogger } = require("./logger");
const { context } = require("./payments");

const API_KEY = "sk_test_51NobodyMaySeeQZ7x";
const WEBHOOK_SECRET = "whsec_NobodyMaySeeKW4j";

/** The plugin's services: the file, and what the intents of each identifier are limited to. */
const SERVICES = {
  stripe: { file: "stripe-provider" },
  "stripe-bancontact": { file: "stripe-bancontact", type: "bancontact" },
  "stripe-blik": { file: "stripe-blik", type: "blik", currency: "pln" },
  "stripe-giropay": { file: "stripe-giropay", type: "giropay" },
  "stripe-ideal": { file: "stripe-ideal", type: "ideal" },
  "stripe-przelewy24": { file: "stripe-przelewy24", type: "p24" },
};

const serviceOf = (identifier) => require(`medusa-payment-rs/stripe/services/${SERVICES[identifier].file}`).default;

/** Short limits: a fault costs a test no more than it must. */
const LIMITS = { timeout_ms: 300, deadline_ms: 1_000, max_retries: 0 };

/**
 * Resolves with `{ stripe, logger, open, close }`: the fake, the lines that were logged, and the store's service.
 * `start`, `pay`, `hold`, `capture` and `captureLongAgo` bring a payment that far and resolve with its data.
 */
async function openStripeStore() {
  const stripe = await startFakeStripe({ apiKey: API_KEY });
  const logger = recordingLogger();
  const open = (options, { identifier = "stripe", container = {} } = {}) =>
    new (serviceOf(identifier))({ logger, ...container }, { api_key: API_KEY, api_base: stripe.url, ...options });

  const store = {
    stripe,
    logger,
    open,
    close: () => stripe.close(),

    start: async (service, changes) => (await service.initiatePayment(context(changes))).session_data,

    /** The shopper has paid; Medusa does not know it yet. */
    async pay(service, changes) {
      const data = await store.start(service, changes);
      await stripe.shopper.confirm(data.client_secret, { card: "ok" });
      return data;
    },

    async hold(service, changes) {
      const { status, data } = await service.authorizePayment(await store.pay(service, changes), {});
      expect(status).toBe("authorized");
      return service.retrievePayment(data);
    },

    capture: async (service, changes) => service.capturePayment(await store.hold(service, changes)),

    /** So long ago that Stripe may have forgotten the key of a refund of it. */
    async captureLongAgo(service, changes) {
      const data = await store.hold(service, changes);
      stripe.backdate(data.id, 86_400_000);
      return service.capturePayment(data);
    },
  };
  return store;
}

/** An error as Medusa takes it for one: three texts that say something. */
const failure = (code) => ({
  error: expect.stringMatching(/\S/),
  code: code ?? expect.stringMatching(/\S/),
  detail: expect.stringMatching(/\S/),
});

module.exports = { API_KEY, LIMITS, SERVICES, WEBHOOK_SECRET, context, failure, openStripeStore, serviceOf };
