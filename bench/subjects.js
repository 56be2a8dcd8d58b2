// What is compared. Every subject is a function of one payment's data.

const link = require("../link.js");
const { default: ManualPaymentService } = require("../services/manual-payment.js");
const {
  services: [ManualPaymentProvider],
} = require("../v2/manual/index.js");

/** A store's logger, at no cost of its own: what is measured is the way to it. */
const logger = { error() {}, warn() {}, info() {}, debug() {} };

/** Keeps the same books as the manual processor, as an author would write it in JavaScript. */
class JavaScriptProcessor {
  async retrievePayment(data) {
    return { ...data };
  }

  async capturePayment(data) {
    if (data.status === "canceled") {
      return { error: "The payment cannot be captured", code: "payment_canceled", detail: "It was canceled." };
    }
    if (data.status === "captured") return { ...data };
    return { ...data, status: "captured", captured: data.amount };
  }
}

/** The payment module's container as far as a capture asks it: the row is there already, at no cost of its own. */
const captureService = {
  retrieve: async (id) => ({
    id,
    raw_amount: { value: "19.99", precision: 20 },
    payment: { raw_amount: { value: "19.99", precision: 20 }, currency_code: "eur", captures: [], refunds: [] },
  }),
};
const context = { idempotency_key: "capt_01BENCH" };

/**
 * @param bare the exports of `bench/bare`
 * @param waiting those of `bench/waiting`
 */
function subjects({ bare, waiting }) {
  const javascript = new JavaScriptProcessor();
  const ours = new ManualPaymentService({ logger }, {});
  const provider = new ManualPaymentProvider({ logger, captureService }, {});
  const linked = link(waiting);
  class Waiting extends linked.AbstractPaymentProcessor {
    static identifier = "waiting";
  }
  class WaitingProvider extends linked.AbstractPaymentProvider {
    static identifier = "waiting";
  }
  const onWorkers = new Waiting({ logger }, {});
  const providerOnWorkers = new WaitingProvider({ logger, captureService }, {});
  return {
    floor: { title: "JSON.parse(JSON.stringify(x))", call: (data) => JSON.parse(JSON.stringify(data)), sync: true },
    bare: { title: "bare napi async round trip", call: () => bare.bare() },
    // The two of them as one call makes them. It is more than their sum where the thread has slept in
    // between: JSON is at its quickest in a loop that does nothing else.
    both: {
      title: "both in one call",
      call: async (data) => {
        const text = JSON.stringify(data);
        await bare.bare();
        return JSON.parse(text);
      },
    },
    // A capture in Medusa 2 has to read its row: nothing else says how much to take.
    bothAndRow: {
      title: "both in one call, and a capture's row",
      call: async (data) => {
        const row = JSON.stringify(await captureService.retrieve(context.idempotency_key));
        const text = JSON.stringify(data);
        await bare.bare(row, JSON.stringify(context));
        return JSON.parse(text);
      },
    },
    javascriptRetrieve: { title: "JavaScript retrievePayment", call: (data) => javascript.retrievePayment(data) },
    javascriptCapture: { title: "JavaScript capturePayment", call: (data) => javascript.capturePayment(data) },
    retrieve: { title: "ours retrievePayment", call: (data) => ours.retrievePayment(data) },
    capture: { title: "ours capturePayment", call: (data) => ours.capturePayment(data) },
    // As a processor that talks to a provider: it says that it may have to wait, and does not.
    retrieveOnWorkers: {
      title: "ours retrievePayment, worker threads",
      call: (data) => onWorkers.retrievePayment(data),
    },
    captureOnWorkers: { title: "ours capturePayment, worker threads", call: (data) => onWorkers.capturePayment(data) },
    // The same in Medusa 2, whose methods take and return one object.
    retrieve2: { title: "ours in Medusa 2 retrievePayment", call: (data) => provider.retrievePayment({ data }) },
    capture2: { title: "ours in Medusa 2 capturePayment", call: (data) => provider.capturePayment({ data, context }) },
    retrieve2OnWorkers: {
      title: "ours in Medusa 2 retrievePayment, worker threads",
      call: (data) => providerOnWorkers.retrievePayment({ data }),
    },
    capture2OnWorkers: {
      title: "ours in Medusa 2 capturePayment, worker threads",
      call: (data) => providerOnWorkers.capturePayment({ data, context }),
    },
    // A payment is changed by one call at a time: at once, these wait for each other in Rust.
    captureOne: {
      title: "ours capturePayment, worker threads, one payment",
      call: (data) => onWorkers.capturePayment(data),
      one: true,
    },
  };
}

module.exports = { logger, ManualPaymentService, subjects };
