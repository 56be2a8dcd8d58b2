// The contract on the plugin that Medusa 2 comes with: which of its rules that breaks.

const { providerChecks, runProviderContract, runProviderSchedules } = require("medusa-payment-rs/testing");
const { startFakeStripe } = require("../support/stripe");
const { pointTo } = require("../support/stripe/javascript-plugin");
const { stripeProviderHooks } = require("./support/kit/stripe");
const { inMedusa2 } = require("./support/medusa2");

const API_KEY = "sk_test_kit";
const WEBHOOK_SECRET = "whsec_kit";

const { services } = require(inMedusa2("@medusajs/payment-stripe")).default;
const { BigNumber } = require(inMedusa2("@medusajs/utils"));
const { version } = require(inMedusa2("@medusajs/payment-stripe/package.json"));
const Service = services.find(({ identifier }) => identifier === "stripe");

let stripe;
let report;
let hooks;
beforeAll(async () => {
  stripe = await startFakeStripe({ apiKey: API_KEY, webhookSecret: WEBHOOK_SECRET });
  ({ hooks } = stripeProviderHooks(() => stripe, provider, {
    bigNumber: (text) => new BigNumber(text),
    secrets: () => [API_KEY, WEBHOOK_SECRET],
    timeoutMs: 2000,
  }));
  // Its client waits for 80 seconds for an answer, and one check is enough to say so.
  const isTried = (id) => !id.startsWith("hang-") || id === "hang-refund";
  report = await runProviderContract(hooks, { only: providerChecks.map(({ id }) => id).filter(isTried) });
}, 120_000);
afterAll(() => stripe.close());

const provider = (cradle) =>
  pointTo(new Service(cradle, { apiKey: API_KEY, webhookSecret: WEBHOOK_SECRET }), stripe.url);

test("it is the plugin of Medusa 2.21.2", () => {
  expect(version).toBe("2.21.2");
  expect(report.skipped).toStrictEqual([]);
});

test.each([
  ["capturing a part takes everything", "capture-part", /captured: expected 400, got 1000/],
  ["two parts at once take everything, and are recorded as less", "at-once-capture", /expected 800, got 1000/],
  ["a payment is captured although the amount cannot be read", "capture-unreadable", /and 1000 is captured/],
  ["a refund whose reply is lost is paid twice", "lost-refund", /refunded: expected 400, got 800/],
  ["so it is after a restart", "restarted-refund", /refunded: expected 400, got 800/],
  ["a refund that Medusa could not store is paid twice", "refund-repeated", /refunded: expected 400, got 800/],
  ["a refund that the bank failed is recorded", "declined-quietly-refund", /expected an error/],
  ["a proxy's error is a captured payment", "garbled-capture", /capturePayment resolved with/],
  ["a proxy's error is a refund", "garbled-refund", /refundPayment resolved with/],
  ["a proxy's error is a canceled payment", "garbled-cancel", /cancelPayment resolved with/],
  ["an outage is a session without a payment", "down-initiate", /indeterminate_due_to/],
  ["an outage at the deletion of a session ends the checkout", "down-delete", /deletePayment rejected/],
  ["a reply that ends in the middle hangs the request", "cut-off-capture", /did not answer within 2000 ms/],
  ["a provider that hangs hangs the request", "hang-refund", /did not answer within 2000 ms/],
  ["another currency leaves the old one payable", "update-currency", /can still pay 1000 eur/],
  ["no amount is sent to Stripe as NaN", "amount-initiate", /Invalid integer: NaN/],
  ["the reason why Stripe refused is not passed on", "declined-capture", /An unknown error occurred/],
  [
    "the reason why a session with an older intent's data cannot begin is not passed on",
    "shopper-identity",
    /only specify one of these/,
  ],
  [
    "the reason why a captured payment is not canceled is not passed on",
    "cancel-captured",
    /An unknown error occurred/,
  ],
])("%s", (_, id, message) => {
  expect(report.failed.find((failure) => failure.id === id)?.message).toMatch(message);
});

test("what works is found to work", () => {
  const works = [
    "authorize-paid",
    "capture-takes-all",
    "capture-twice",
    "cancel-twice",
    "refund-pays",
    "refund-same-amount",
  ];
  const more = ["amount-forms", "amount-decimals", "webhook-paid", "webhook-forged", "webhook-foreign"];
  expect(report.passed).toEqual(expect.arrayContaining([...works, ...more]));
});

test("no failure is a mistake of the check", () => {
  expect(report.failed.filter(({ message }) => /^\s*at /m.test(message))).toStrictEqual([]);
});

test("a random schedule finds a refund that is paid twice", async () => {
  // Its errors are not MedusaErrors and do not tell their kind, so only its answers are checked.
  const { faults: _, ...rest } = hooks;
  const { failed } = await runProviderSchedules(rest, { count: 40, seed: 1 });
  expect(failed.message).toMatch(/the provider has paid refunds of \d+, Medusa has recorded \d+/);
});
