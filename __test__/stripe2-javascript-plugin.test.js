// What the JavaScript plugin of Medusa 2 does where money goes wrong: the scenarios that another provider has to win. That
// it hangs on a reply that ends in the middle is shown in `kit-provider-stripe.test.js`.

const { startFakeStripe } = require("../support/stripe");
const { pointTo } = require("../support/stripe/javascript-plugin");
const { inMedusa2 } = require("./support/medusa2");
const { scenarios } = require("./support/stripe2/scenarios");
const { agree } = require("./support/stripe2/shop");

const API_KEY = "sk_test_plugin";
const WEBHOOK_SECRET = "whsec_plugin";

const { services } = require(inMedusa2("@medusajs/payment-stripe")).default;
const Service = services.find(({ identifier }) => identifier === "stripe");

let fake;
beforeEach(async () => {
  fake = await startFakeStripe({ apiKey: API_KEY, webhookSecret: WEBHOOK_SECRET });
});
afterEach(() => fake.close());

/** The plugin's pauses between two tries show nothing. */
function create(cradle, options) {
  const made = new Service(cradle, { apiKey: API_KEY, webhookSecret: WEBHOOK_SECRET, ...options });
  const plugin = pointTo(made, fake.url);
  const { stripe_: client } = plugin;
  client.getInitialNetworkRetryDelay = () => 0;
  client.getMaxNetworkRetryDelay = () => 0;
  const { executeWithRetry } = Service.prototype;
  plugin.executeWithRetry = (call, tries, _pause, ...more) => executeWithRetry.call(plugin, call, tries, 0, ...more);
  return plugin;
}

const run = (name) => scenarios[name]({ create, fake });

test.each(["refundTwiceOnPurpose", "refundsAtOnce"])("a second refund that is wanted is paid: %s", async (name) => {
  const { books, ledger } = await run(name);
  expect([books.refunded, ledger.refunded]).toEqual([600, 600]);
});

test("of two parts the first takes everything, and the second nothing", async () => {
  const { books, ledger, between } = await run("captureInTwoParts");
  expect([between.books.captured, between.ledger.captured]).toEqual([400, 1000]);
  expect([books.captured, ledger.captured]).toEqual([1000, 1000]);
});

test("a refund whose reply is lost is paid twice", async () => {
  const { books, ledger } = await run("refundWithLostReply");
  expect([books.refunded, ledger.refunded]).toEqual([300, 600]);
});

test("a partial capture takes everything", async () => {
  const { books, ledger } = await run("captureOfAPart");
  expect([books.captured, ledger.captured]).toEqual([550, 1200]);
});

test.each([
  ["a capture", "captureBehindAProxy", { captured: 1000 }, { captured: 0, held: 1000 }],
  ["a refund", "refundBehindAProxy", { refunded: 300 }, { refunded: 0 }],
  ["a canceled payment", "cancelBehindAProxy", { canceled: true }, { held: 1000 }],
])("a proxy's error is %s", async (_, name, recorded, real) => {
  const result = await run(name);
  expect(result.books).toMatchObject(recorded);
  expect(result.ledger).toMatchObject(real);
  expect(agree(result)).toBe(false);
});

test("a refund that failed counts as paid", async () => {
  const { books, ledger, error } = await run("refundThatFails");
  expect([books.refunded, ledger.refunded, error]).toEqual([300, 0, undefined]);
});

test("a session pays with another payment's intent while Stripe is out of order", async () => {
  const { books, ledger } = await run("sessionNamesAnotherPayment");
  expect([books.captured, ledger.captured]).toEqual([10_900, 1000]);
});

test("a payment whose reply is lost stays held, and the next try holds the money again", async () => {
  const { books, ledger } = await run("paidAtOnceWithLostReply");
  expect([books.status, ledger.held, ledger.intents]).toEqual(["authorized", 2000, 2]);
});

test("a declined card makes the session an error, although it can be paid", async () => {
  const { books, ledger } = await run("completedWhileDeclined");
  expect([books.status, ledger.payable]).toEqual(["error", 1]);
});

test("the reason why a refund was refused does not reach the operator", async () => {
  const { error } = await run("refusedRefund");
  expect(error.message).toMatch(/greater than unrefunded amount/);
  expect([error.type, error.__isMedusaError]).toEqual([undefined, undefined]);
});

test("one rate limit leaves the money of a canceled order held", async () => {
  const { books, ledger, error } = await run("cancelWhileRateLimited");
  expect([books.canceled, ledger.held, error !== undefined]).toEqual([true, 1000, true]);
});

test("a cancellation that met an error meets it again for a day", async () => {
  const { books, ledger, error } = await run("cancelWithStoredError");
  expect([books.canceled, ledger.held, error !== undefined]).toEqual([true, 1000, true]);
});

test("a changed phone number prevents a new account holder for a day", async () => {
  const { error, customers } = await run("accountHolderWithAnotherPhone");
  expect([error.message, customers]).toEqual([expect.stringMatching(/idempotent requests/), 1]);
});

test("an account holder that is made anew is the deleted one, who cannot pay", async () => {
  const { error, ledger } = await run("accountHolderMadeAnew");
  expect([error.message, ledger.intents]).toEqual([expect.stringMatching(/No such customer/), 0]);
});

test("another currency at the same amount is not told to Stripe", async () => {
  const { error, currencies } = await run("changeOfCurrency");
  expect([error, currencies]).toEqual([undefined, ["usd"]]);
});

test("without a currency in the data nothing can be refunded", async () => {
  const { error, ledger } = await run("refundWithoutACurrency");
  expect([error.message, ledger.refunded]).toEqual([expect.stringMatching(/undefined/), 0]);
});

test("what was captured in the Dashboard counts as everything", async () => {
  const { books, ledger } = await run("capturedInTheDashboard");
  expect([books.captured, ledger.captured]).toEqual([1200, 500]);
});

test("a refund of what the Dashboard has refunded counts as another", async () => {
  const { books, refunds, error } = await run("refundedInTheDashboard");
  expect([books.refunded, refunds, error]).toEqual([300, 1, undefined]);
});

test("an order is placed for money that is back with the shopper", async () => {
  const { books, ledger, ordered } = await run("refundedBeforeTheOrder");
  expect([ordered, books.captured, ledger.captured - ledger.refunded]).toEqual([true, 1000, 0]);
});

test("a thousandth of a dinar is refunded as a hundredth", async () => {
  const { books, ledger } = await run("refundOfAThousandth");
  expect([books.refunded, ledger.refunded]).toEqual([1, 10]);
});

test("a webhook wants to capture more dinars than the session has", async () => {
  const { session, amount } = await run("webhookOfThreeDecimals");
  expect([session, amount]).toEqual([1.234, 1.24]);
});

test("a hundredth of an amount in shillings is charged", async () => {
  const { session, charged } = await run("shillings");
  expect([session, charged]).toEqual([50_000, 500]);
});

test("an amount that is not a number goes to Stripe as NaN", async () => {
  const { requests } = await run("refundOfNoNumber");
  expect(requests).toEqual(["NaN"]);
});

test("a completion that Medusa takes back ends in two errors", async () => {
  const { initiated, deleted, ledger } = await run("rolledBack");
  expect([initiated, deleted].map((error) => error?.message)).toEqual([
    expect.stringMatching(/InitiatePayment/),
    expect.stringMatching(/cancelPayment/),
  ]);
  expect([ledger.captured, ledger.refunded]).toEqual([1000, 1000]);
});

test("a card is saved for the customer that the storefront names", async () => {
  const { isOwn } = await run("cardForAnotherCustomer");
  expect(isOwn).toBe(false);
});

test("a payment of a session that is gone is announced as authorized", async () => {
  const { action, ledger } = await run("webhookOfAForgottenSession");
  expect([action, ledger.held]).toEqual(["authorized", 1000]);
});
