// Takes payments with the installed package, on its main thread and in a worker, and ends by itself.
//
// `manual` answers on the event loop; `scripted-payments`, another package's addon, on the addon's own threads.

import assert from "node:assert/strict";
import { once } from "node:events";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import medusaPaymentRs from "medusa-payment-rs";
import scriptedPayments from "scripted-payments";

const { AbstractPaymentProcessor, isPaymentProcessorError } = medusaPaymentRs;

class Manual extends AbstractPaymentProcessor {
  static identifier = "manual";
}

class Scripted extends scriptedPayments.AbstractPaymentProcessor {
  static identifier = "scripted";
}

const CALLS = 20_000;
const AT_ONCE = 500;

const CHECKS = {
  "A payment goes from its start to its refund": async () => {
    assert.deepEqual(await payment(), { status: "captured", amount: 1500, captured: 1500, refunded: 1500 });
  },

  "A wrong argument rejects with a TypeError that names it": async () => {
    await assert.rejects(new Manual({}).capturePayment("text"), (error) => {
      assert.ok(error instanceof TypeError);
      assert.match(error.message, /capturePayment.*paymentSessionData/);
      return true;
    });
  },

  "A refund of too much resolves with Medusa's error object": async () => {
    const captured = await new Manual({}).capturePayment({ id: "manual_1", status: "authorized", amount: 1500 });
    const refused = await new Manual({}).refundPayment(captured, 1501);
    assert.ok(isPaymentProcessorError(refused), JSON.stringify(refused));
    assert.equal(refused.code, "refund_exceeds_captured");
  },

  [`${CALLS} calls on the event loop are all answered, each with its own answer`]: () => callMany(new Manual({})),

  [`${CALLS} calls on the addon's threads are all answered, each with its own answer`]: () =>
    callMany(new Scripted({})),

  "A worker takes a payment of its own, and ends by itself": async () => {
    const worker = new Worker(new URL(import.meta.url));
    const [[books], [code]] = await Promise.all([once(worker, "message"), once(worker, "exit")]);
    assert.deepEqual(books, await payment());
    assert.equal(code, 0);
  },
};

/** Takes a payment of 1500, captures it and gives it back in two parts; returns its books. */
async function payment() {
  const manual = new Manual({});
  const order = { amount: 1500, currency_code: "eur", resource_id: "cart_1" };
  const { session_data } = await manual.initiatePayment(order);
  const { data } = await manual.authorizePayment(session_data, {});
  const captured = await manual.capturePayment(data);
  const refunded = await manual.refundPayment(await manual.refundPayment(captured, 400), 1100);
  const { status, amount, captured: paid, refunded: returned } = refunded;
  return { status, amount, captured: paid, refunded: returned };
}

async function callMany(processor) {
  for (let first = 0; first < CALLS; first += AT_ONCE) {
    const sent = Array.from({ length: AT_ONCE }, (_, at) => ({ id: `payment_${first + at}` }));
    const answers = await Promise.all(sent.map((data) => processor.retrievePayment(data)));
    assert.deepEqual(answers, sent);
  }
}

if (isMainThread) {
  for (const [name, check] of Object.entries(CHECKS)) {
    await check();
    console.log(name);
  }
} else {
  parentPort.postMessage(await payment());
}
