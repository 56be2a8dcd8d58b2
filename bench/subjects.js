// What is compared. Every subject is a function of one payment's data.

const link = require("../link.js");
const { default: ManualPaymentService } = require("../services/manual-payment.js");

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

/**
 * @param bare the exports of `bench/bare`
 * @param waiting those of `bench/waiting`
 */
function subjects({ bare, waiting }) {
  const javascript = new JavaScriptProcessor();
  const ours = new ManualPaymentService({ logger }, {});
  class Waiting extends link(waiting).AbstractPaymentProcessor {
    static identifier = "waiting";
  }
  const onWorkers = new Waiting({ logger }, {});
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
    // A payment is changed by one call at a time: at once, these wait for each other in Rust.
    captureOne: {
      title: "ours capturePayment, worker threads, one payment",
      call: (data) => onWorkers.capturePayment(data),
      one: true,
    },
  };
}

module.exports = { logger, ManualPaymentService, subjects };
