// What Medusa counts on, tried on this provider by the conformance kit.

const { paymentProcessorContract } = require("medusa-payment-rs/testing");
const { PayPalProviderService } = require("medusa-payment-rs-paypal");
const { startFakePayPal } = require("./support/fake-paypal");

/** These only read; the others change something at PayPal with their POST and PATCH requests. */
const READS = ["retrievePayment", "getPaymentStatus"];

let fake;
let instances = 0;
beforeAll(async () => (fake = await startFakePayPal()));
afterAll(() => fake.close());

/** Every request on behalf of a method, but for the access token, which is kept. */
const requestsOf = (method) => (READS.includes(method) ? /^GET \/v2/ : /^(POST|PATCH) \/v2/);

const fault =
  (how, when = "before") =>
  (method) =>
    fake.break(how, { on: requestsOf(method), when, times: Infinity });

const DECLINED = {
  status: 422,
  body: {
    name: "UNPROCESSABLE_ENTITY",
    message: "The requested action could not be performed.",
    details: [{ issue: "INSTRUMENT_DECLINED", description: "The instrument presented was declined." }],
    debug_id: "90957fca61718",
  },
};

const minor = (value) => Math.round(Number(value) * 100);

paymentProcessorContract({
  // The deadline is another one each time: instances with the same options share what they remember.
  create: () =>
    new PayPalProviderService({}, fake.options({ timeout_ms: 400, deadline_ms: 1_000 + ++instances, max_retries: 0 })),
  pay: ({ id }) => fake.approve(id),
  ledger({ id }) {
    const sums = { hold: 0, capture: 0, release: 0, refund: 0 };
    for (const { kind, order, value } of fake.account.ledger) if (order === id) sums[kind] += minor(value);
    return {
      held: Math.max(0, sums.hold - sums.release - sums.capture),
      captured: sums.capture,
      refunded: sums.refund,
      canceled: sums.release > 0,
    };
  },
  // PayPal has no way to cancel an unpaid order. What a shopper pays all the same is released, and the
  // kit cannot see that from here: `payable` is left out, and with it the checks that need it.
  payments: (cart) =>
    [...fake.account.orders.values()].filter(({ unit, status }) => unit.custom_id === cart && status !== "VOIDED")
      .length,
  faults: {
    decline: fault(DECLINED),
    unavailable: fault({ status: 503, body: { name: "SERVICE_UNAVAILABLE", message: "Service unavailable." } }),
    hang: fault("hang"),
    loseReply: fault("reset", "after"),
    garble: fault({ status: 502, body: "<html>Bad gateway</html>" }),
    cutOff: fault("truncate", "after"),
    clear: () => fake.mend(),
  },
  // Longer than another server takes to store what PayPal answered.
  later: () => fake.pass(60),
  timeoutMs: 4_000,
});
