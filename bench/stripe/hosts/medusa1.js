// `medusa-payment-stripe` 6, and ours in its place.

const { createRequire } = require("node:module");
const { data, KEY, logger, withId } = require("./data.js");

const subjects = {
  /** It has no option for the host: its SDK is made anew with one. */
  javascript(inStore) {
    const Service = inStore("medusa-payment-stripe/dist/services/stripe-provider").default;
    const Stripe = createRequire(inStore.resolve("medusa-payment-stripe/package.json"))("stripe");
    return (url) => {
      const { hostname: host, port } = new URL(url);
      const service = new Service({ logger }, { api_key: KEY });
      service.stripe_ = new Stripe(KEY, { apiVersion: "2022-11-15", host, port, protocol: "http" });
      return service;
    };
  },
  ours(inStore) {
    const Service = inStore("medusa-payment-rs/stripe/services/stripe-provider.js").default;
    return (url) => new Service({ logger }, { api_key: KEY, api_base: url });
  },
};

/** Of a payment that is so old that Stripe may have forgotten what it was asked about it: ours looks first. */
const oldData = (number) => ({ ...data(number), created: 1732356000 });

const context = (number) => ({
  amount: 1999,
  currency_code: "eur",
  email: "ada@example.com",
  resource_id: `cart_${number}`,
  customer: { id: "cus_1", email: "ada@example.com", has_account: true, metadata: { stripe_id: "cus_stripe" } },
  billing_address: null,
  context: { ip: "127.0.0.1", user_agent: "benchmark" },
  paymentSessionData: {},
});

const operations = {
  retrieve: { prepare: data, call: (service, data) => service.retrievePayment(data) },
  initiate: { prepare: context, call: (service, context) => service.initiatePayment(context) },
  // Each time as the first refund of its payment: a repeated one would be held back by ours.
  refund: { prepare: data, call: refund },
  "refund a day later": { prepare: oldData, call: refund },
};

function refund(service, data, number) {
  return service.refundPayment(withId(data, `pi_${number}`), 5);
}

const failed = (result) => result.error;

module.exports = { subjects, operations, failed };
