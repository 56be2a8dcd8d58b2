const Stripe = require("stripe");
const { AbstractPaymentProcessor } = require("medusa-payment-rs");
const { checks, formatReport, paymentProcessorContract, runContract } = require("medusa-payment-rs/testing");
const { stripeHooks } = require("./support/kit/stripe");
const { startFakeStripe } = require("../support/stripe");

const API_KEY = "sk_test_kit";

let stripe;
beforeAll(async () => {
  stripe = await startFakeStripe({ apiKey: API_KEY });
});
afterAll(() => stripe.close());

describe("our processor for Stripe", () => {
  class Ours extends AbstractPaymentProcessor {
    static identifier = "stripe";
  }

  /** The deadline is another one each time: instances with the same options share what they remember. */
  const ours = (options, more) =>
    stripeHooks(
      () => stripe,
      (number) =>
        new Ours(
          {},
          { api_key: API_KEY, api_base: stripe.url, timeout_ms: 1000, deadline_ms: 2500 + number, ...options },
        ),
      // The plugin's service finds the intent of Medusa's session; here it is at hand.
      { sessionId: ({ id }) => id, timeoutMs: 5000, ...more },
    );

  const { hooks, missed } = ours({ max_retries: 0 });
  paymentProcessorContract(hooks);

  test("ran into every fault", () => {
    expect(missed()).toStrictEqual([]);
  });

  /** The hangs take their time, and are no other than above. */
  const but = (...families) => checks.map(({ id }) => id).filter((id) => !families.some((name) => id.startsWith(name)));

  test("passes every check also where it repeats attempts itself", async () => {
    const only = but("hang", "down", "declined", "garbled");
    const report = await runContract(ours({ max_retries: 1 }).hooks, { only });
    expect(formatReport(report)).toBe(`${only.length} passed, 0 failed, 0 skipped`);
  });

  test.each([
    ["all replies are lost, the look-ups' too", "loseReply", { kind: "reset", when: "after" }],
    ["one reply is lost", "loseReply", { kind: "reset", when: "after", times: 1 }],
    ["a reply ends in a reset", "loseReply", { kind: "reset", when: "after", partial: "body" }],
    [
      "what is done is answered and stored as a 500",
      "loseReply",
      { kind: "status", status: 500, when: "after", stored: true },
    ],
    ["connections are refused", "unavailable", { kind: "refuse" }],
    ["there are too many requests", "unavailable", { kind: "status", status: 429 }],
    ["a proxy answers with a page and a 200", "garble", { kind: "html" }],
    ["a 404 is not Stripe's", "garble", { kind: "status", status: 404, body: "json" }],
    ["the key is not valid any more", "decline", { kind: "status", status: 401 }],
  ])("passes where %s", async (_, name, fault) => {
    const { hooks } = ours({ max_retries: 0 });
    const times = fault.kind === "refuse" ? {} : { times: Infinity };
    const faults = { [name]: () => stripe.fault({ ...times, ...fault }), clear: hooks.faults.clear };
    const isAtHand = (need) => need === `faults.${name}` || !need.startsWith("faults.");
    const only = checks
      .filter(({ needs }) => needs.includes(`faults.${name}`) && needs.every(isAtHand))
      .map(({ id }) => id);
    const report = await runContract({ ...hooks, faults }, { only });
    expect(formatReport(report)).toBe(`${only.length} passed, 0 failed, 0 skipped`);
  });

  test("passes every check that it can where it captures at once", async () => {
    const { hooks } = ours({ max_retries: 0, capture: true }, { capturesAtOnce: true });
    const report = await runContract(hooks, { only: but("hang") });
    expect(report.failed).toStrictEqual([]);
    const holding = checks.filter(({ needs }) => needs.includes("holds"));
    expect(report.skipped.map(({ id }) => id)).toStrictEqual(holding.map(({ id }) => id));
  });
});

describe("medusa-payment-stripe 6.0.11", () => {
  const { default: Service } = require("medusa-payment-stripe/dist/services/stripe-provider");

  function service() {
    const made = new Service({}, { api_key: API_KEY });
    const at = { host: "127.0.0.1", port: stripe.port, protocol: "http" };
    made.stripe_ = new Stripe(API_KEY, { apiVersion: "2022-11-15", ...at });
    return made;
  }

  const inspected = (only, more) =>
    runContract(stripeHooks(() => stripe, service, { timeoutMs: 2000, ...more }).hooks, { only });

  const KNOWN = [
    ["a refused refund is booked as paid", "declined-refund", /code: 'card_declined', detail: undefined/],
    ["a refused cancellation cancels the order", "cancel-captured", /cancelPayment .*detail: undefined/s],
    ["a session that cannot be deleted is forgotten", "declined-delete", /deletePayment .*detail: undefined/s],
    ["a refund beyond what was paid is booked", "refund-too-much", /code: undefined, detail: undefined/],
    ["one refund whose reply is lost is paid twice", "lost-refund", /refunded: expected 400, got 800/],
    ["one call starts two intents", "lost-initiate", /one call started 2 payments/],
    ["a repeated refund is paid twice", "refund-repeated", /refunded: expected 400, got 800/],
    ["a reply that ends in the middle hangs the request", "cut-off-capture", /did not answer within 2000 ms/],
    ["a provider that hangs hangs the request", "hang-refund", /did not answer within 2000 ms/],
    [
      "a proxy's error is a captured payment",
      "garbled-capture",
      /resolved with \{ message: 'upstream request failed' }/,
    ],
    [
      "a proxy's error is a refund",
      "garbled-refund",
      /expected an error .* refundPayment resolved with \{\s+id: 'pi_/s,
    ],
    ["a transient failure after the authorization bricks the cart", "down-status", /getPaymentStatus rejected/],
    ["authorizePayment rejects", "down-authorize", /authorizePayment rejected/],
    ["Medusa's session id is sent to Stripe", "shopper-harmless", /code: 'resource_missing'/],
    [
      "the list of saved payment methods is an HTTP 500",
      "saved-methods",
      /the class has no method retrieveSavedMethods/,
    ],
    ["guests get a new intent at every update", "update-unchanged", /expected 1, got 3/],
    ["an e-mail change takes the place of a paid intent", "update-authorized", /expected 'authorized', got 'pending'/],
    ["a refund that the bank failed is booked", "declined-quietly-refund", /expected an error/],
    ["another currency leaves the old intent payable", "update-currency", /can still pay 1000 eur/],
    ["another customer leaves the old intent payable", "update-customer", /expected 1, got 2/],
    ["a cart without a context is an HTTP 500", "optional-initiate", /TypeError/],
  ];

  const WORKS = ["authorize-paid", "capture-takes-all", "capture-twice", "cancel-twice", "refund-pays", "json-order"];

  let report;
  beforeAll(async () => {
    report = await inspected([...KNOWN.map(([, id]) => id), ...WORKS]);
  });

  test.each(KNOWN)("%s", (_, id, message) => {
    expect(report.failed.find((failure) => failure.id === id)?.message).toMatch(message);
  });

  test("a shopper sets the currency, once the intent's own id is used", async () => {
    const { failed } = await inspected(["shopper-money"], { sessionId: ({ id }) => id });
    expect(failed[0].message).toMatch(/a shopper can set `currency` to 'usd'/);
  });

  test("what works is found to work", () => {
    expect(report.passed.sort()).toStrictEqual([...WORKS].sort());
  });
});
