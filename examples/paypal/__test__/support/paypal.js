// A processor against a PayPal of its own, and payments at every stage.

const { PayPalProviderService } = require("medusa-payment-rs-paypal");
const { startFakePayPal } = require("./fake-paypal");

/** What Medusa hands to `initiatePayment` and `updatePayment`. */
const context = (changes = {}) => ({
  amount: 1000,
  currency_code: "eur",
  email: "buyer@example.com",
  resource_id: "cart_1",
  customer: undefined,
  billing_address: null,
  context: {},
  paymentSessionData: {},
  ...changes,
});

/** A logger as Medusa's, which keeps its lines. */
function recordingLogger() {
  const logger = { lines: [] };
  for (const level of ["error", "warn", "info", "debug"])
    logger[level] = (line) => logger.lines.push(`${level} ${line}`);
  return logger;
}

/**
 * `{ fake, paypal, logger, restarted, … }`: `restarted()` is the processor of another process, as far as memory goes:
 * instances with the same options share a processor.
 */
async function open(options = {}) {
  const fake = await startFakePayPal();
  const logger = recordingLogger();
  let processes = 0;
  const processor = (more) =>
    new PayPalProviderService({ logger }, fake.options({ timeout_ms: 1_000, max_retries: 0, ...options, ...more }));
  const paypal = processor();
  const stages = {
    /** An order that the shopper has not seen yet, as session data. */
    begin: async (changes) => (await paypal.initiatePayment(context(changes))).session_data,
    /** Held or taken, as the processor's options say. */
    authorize: async (changes) => {
      const data = await stages.begin(changes);
      fake.approve(data.id);
      return (await paypal.authorizePayment(data, {})).data;
    },
    capture: async (changes) => paypal.capturePayment(await stages.authorize(changes)),
  };
  return {
    fake,
    paypal,
    logger,
    ...stages,
    restarted: (more) => processor({ deadline_ms: 12_000 + ++processes, ...more }),
    close: () => fake.close(),
  };
}

/** A failure: three texts that are not empty. */
const failure = (code) => ({ error: expect.stringMatching(/\S/), code, detail: expect.stringMatching(/\S/) });

module.exports = { open, context, failure, recordingLogger };
