// `@medusajs/payment-stripe`, and ours in its place.

const { data, KEY, logger, withId } = require("./data.js");
const { pointTo } = require("../../../support/stripe/javascript-plugin.js");

const OPTIONS = { apiKey: KEY, webhookSecret: "whsec_benchmark" };

const stripeOf = (services) => services.find(({ identifier }) => identifier === "stripe");

const subjects = {
  javascript(inStore) {
    const Service = stripeOf(inStore("@medusajs/payment-stripe").default.services);
    return (url) => pointTo(new Service(cradle(), OPTIONS), url);
  },
  ours(inStore) {
    const Service = stripeOf(inStore("medusa-payment-rs/v2/stripe").services);
    return (url) => new Service(cradle(), { ...OPTIONS, api_base: url });
  },
};

/** The rows that the payment module has written before it asks. That of a capture is over the whole payment. */
function cradle() {
  const total = data(0).amount / 100;
  const columns = (amount) => ({ amount, raw_amount: { value: String(amount), precision: 20 } });
  const row = (id, amount) => ({ id, ...columns(amount), created_at: new Date() });
  const service = (amount) => ({
    async retrieve(id) {
      const payment = { id: "pay_1", ...columns(total), currency_code: "eur", captures: [], refunds: [] };
      return { ...row(id, amount), payment };
    },
  });
  return { captureService: service(total), refundService: service(0.05), logger };
}

const session = (number) => ({
  amount: 19.99,
  currency_code: "eur",
  data: { session_id: `payses_${number}` },
  context: { account_holder: { data: { id: "cus_stripe" } } },
});

const held = (number) => ({ ...data(number), status: "requires_capture" });

// Each time the first one of its payment, and with a key of its own, as Medusa has it.
const operations = {
  retrieve: {
    prepare: data,
    call: (service, data) => service.getPaymentStatus({ data, context: {} }),
  },
  initiate: {
    prepare: session,
    call: (service, input, number) =>
      service.initiatePayment({ ...input, context: { ...input.context, idempotency_key: `payses_${number}` } }),
  },
  capture: {
    prepare: held,
    call: (service, data, number) =>
      service.capturePayment({
        data: withId(data, `pi_held_${number}`),
        context: { idempotency_key: `capt_${number}` },
      }),
  },
  refund: {
    prepare: data,
    call: (service, data, number) =>
      service.refundPayment({
        data: withId(data, `pi_${number}`),
        amount: { value: "0.05", precision: 20 },
        context: { idempotency_key: `ref_${number}` },
      }),
  },
};

/** A failure is thrown. */
const failed = () => false;

module.exports = { subjects, operations, failed };
