// Medusa 2 is killed after Stripe has done what was asked, and before Medusa has stored it. The next server knows nothing
// of it; the shopper and the operator do the same again, and Stripe sends its events.
//
// One server has all of it under way when it dies. If the order's own account is written by a workflow that died with
// the server, and which Medusa does not resume, only the rows of captures, refunds and payments are compared.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { booksOf, inWords, CANCELED, ORDER } = require("./stripe/medusa2/books");
const { checkout } = require("./stripe/medusa2/checkout");
const { openStripeShop, PRICE, PROVIDER } = require("./stripe/medusa2/shop");
const { SUBJECTS } = require("./stripe/medusa2/subjects");
const { eventually } = require("./support/eventually");
const { killWithWritesHeld, refusal } = require("./support/medusa2/killed");

const WHOLE = PRICE * 100;
const PART = 5.5;
const REST = 9.5;
const AT_ONCE = { capture_method: "automatic" };
const PAID_AT_ONCE = { confirm: true, payment_method: "pm_card_visa", return_url: "https://shop.example/thanks" };
const CHARGED_AT_ONCE = { ...PAID_AT_ONCE, ...AT_ONCE };
const HELD = "payment_intent.amount_capturable_updated";
const TAKEN = "payment_intent.succeeded";

/** Longer than the server lives once Stripe does not answer any more. */
const LIMITS = { timeout_ms: 20_000, deadline_ms: 25_000, max_retries: 1, multicapture: true };
/** As the options are spelled in the code of Medusa's plugin. */
const BY_THE_CODE = {
  ...SUBJECTS.ours,
  options: ({ apiKey, webhookSecret, url }) => ({
    apiKey,
    webhookSecret,
    automaticPaymentMethods: true,
    paymentDescription: "Vouchers",
    api_base: url,
    ...LIMITS,
  }),
};
/** As Medusa's documentation spells some of them, and all of them in that manner. */
const BY_THE_DOCUMENTATION = {
  ...SUBJECTS.ours,
  options: ({ apiKey, webhookSecret, url }) => ({
    api_key: apiKey,
    webhook_secret: webhookSecret,
    automatic_payment_methods: true,
    payment_description: "Vouchers",
    api_base: url,
    ...LIMITS,
  }),
};

/** What is under way, by its name: what it begins with, the request that dies, and the processor's method behind it. */
const UNDER_WAY = {
  completion: {
    prepare: () => steps.paidSession(),
    act: (payment) => steps.complete(payment),
    method: "authorize_payment",
  },
  "completion that found the money taken": {
    prepare: () => steps.paidSession(AT_ONCE),
    act: (payment) => steps.complete(payment),
    method: "authorize_payment",
  },
  capture: {
    prepare: () => steps.heldOrder(),
    act: (payment) => steps.capture(payment),
    method: "capture_payment",
  },
  "capture of a part": {
    prepare: () => steps.heldOrder(),
    act: (payment) => steps.capture(payment, PART),
    method: "capture_payment",
  },
  "refund of a part": {
    prepare: () => steps.paidOrder(),
    act: (payment) => steps.refund(payment, 5),
    method: "refund_payment",
  },
  refund: {
    prepare: () => steps.paidOrder(),
    act: (payment) => steps.refund(payment),
    method: "refund_payment",
  },
  cancellation: {
    prepare: () => steps.heldOrder(),
    act: (payment) => steps.cancel(payment),
    method: "cancel_payment",
  },
};

/** Medusa writes a session's row before it asks, so here it is Stripe that does not answer. */
const STARTS = {
  start: { prepare: () => steps.filledCart(), wishes: undefined },
  "start with a card": { prepare: () => steps.filledCart(), wishes: PAID_AT_ONCE },
  "start with a card, heard of": { prepare: () => steps.filledCart(), wishes: PAID_AT_ONCE },
  charge: { prepare: () => steps.filledCart(), wishes: CHARGED_AT_ONCE },
  "charge, heard of": { prepare: () => steps.filledCart(), wishes: CHARGED_AT_ONCE },
  replacement: { prepare: () => steps.paidSession(), wishes: undefined },
};

let shop;
let steps;
/** What was prepared, by the names above. */
const made = {};
/** A cart of a shopper who has an account with the store, and none with Stripe yet. */
let customer;
const customersOf = ({ email }) => shop.stripe.ledger.customers().filter((one) => one.email === email);

before(async () => {
  shop = await openStripeShop({ subject: BY_THE_CODE });
  steps = checkout({ shop });
  const all = Object.entries({ ...UNDER_WAY, ...STARTS });
  await Promise.all(all.map(async ([name, { prepare }]) => (made[name] = await prepare())));
  customer = await steps.cartOfCustomer();

  const acts = Object.entries(UNDER_WAY).map(([name, { method, act }]) => ({ method, act: () => act(made[name]) }));
  await killWithWritesHeld(shop, acts, startedAtStripe);
  await shop.stripe.clearFaults();
  await shop.reboot(shop.settingsFor(BY_THE_DOCUMENTATION));
  steps = checkout({ shop });
});
after(() => shop?.close());

/** Resolves with the requests once Stripe has made what each asks for. */
async function startedAtStripe() {
  const names = Object.keys(STARTS);
  const before = new Map(names.map((name) => [name, steps.intentsOf(made[name]).length]));
  shop.stripe.fault({ kind: "hang", method: "POST", path: "/v1/payment_intents", when: "after", times: Infinity });
  const requests = names.map((name) => refusal(steps.start({ ...made[name] }, STARTS[name].wishes)));
  await eventually(() => names.every((name) => steps.intentsOf(made[name]).length > before.get(name)));
  const { intent } = made.replacement;
  await eventually(() => shop.stripe.ledger.payment(intent).canceled);

  shop.stripe.fault({ kind: "hang", method: "POST", path: "/v1/customers", when: "after", times: Infinity });
  requests.push(refusal(steps.start({ ...customer })));
  await eventually(() => customersOf(customer).length > 0);
  return requests;
}

/** Both sides say this in the end. `transactions` says whether the order's own account does, too. */
async function expectBooks(payment, wanted, { transactions = true } = {}) {
  const books = booksOf({ shop, provider: PROVIDER, transactions });
  const isSo = ({ booked, moved }) => booked === inWords(wanted) && moved === booked;
  await eventually(async () => isSo(await books(payment))).catch(() => {});
  const { booked, moved } = await books(payment);
  assert.deepEqual({ booked, moved }, { booked: inWords(wanted), moved: inWords(wanted) });
}

const ROWS_ONLY = { transactions: false };

/** The order's payment in Medusa. */
async function rowOf({ order }) {
  const [row, ...others] = await shop.ledger.payments(order);
  assert.deepEqual(others, []);
  return row;
}

const moves = ({ cart }) => {
  const ids = shop.stripe.ledger.intents({ cart }).map(({ id }) => id);
  return shop.stripe.ledger
    .moved()
    .filter(({ intent }) => ids.includes(intent))
    .map(({ type, amount }) => `${type} ${amount}`);
};

test("a start is repeated, and what Stripe made first is never paid", async () => {
  const payment = made.start;
  await steps.buy(payment);
  await expectBooks(payment, { state: ORDER, held: WHOLE });
  assert.deepEqual(moves(payment), ["hold 1500"]);
  assert.equal(steps.intentsOf(payment).at(-1).description, "Vouchers");
});

test("a shopper whom Stripe has made a customer is the same customer at the next start", async () => {
  await steps.buy(customer);
  const [{ id }, ...others] = customersOf(customer);
  assert.deepEqual(others, []);
  assert.equal(steps.intentsOf(customer).at(-1).customer, id);
  await expectBooks(customer, { state: ORDER, held: WHOLE });
});

test("a session that was paid and then replaced has its money released once, and the new one is paid", async () => {
  const payment = made.replacement;
  await steps.buy(payment);
  await expectBooks(payment, { state: ORDER, held: WHOLE });
  assert.deepEqual(moves(payment), ["hold 1500", "release 1500", "hold 1500"]);
});

test("a start that held the money is repeated, and Stripe's event releases what was held first", async () => {
  const payment = made["start with a card"];
  const [first] = steps.intentsOf(payment);
  assert.equal(first.status, "requires_capture");
  await steps.start(payment, PAID_AT_ONCE);
  await steps.deliver({ intent: first.id }, HELD);
  await steps.complete(payment);
  await expectBooks(payment, { state: ORDER, held: WHOLE });
  assert.deepEqual(moves(payment).sort(), ["hold 1500", "hold 1500", "release 1500"]);
});

test("a start that held the money becomes an order with Stripe's event", async () => {
  const payment = made["start with a card, heard of"];
  await steps.deliver({ intent: steps.intentsOf(payment)[0].id }, HELD);
  await expectBooks(payment, { state: ORDER, held: WHOLE });
  assert.deepEqual(moves(payment), ["hold 1500"]);
});

test("a start that took the money becomes a paid order with Stripe's event", async () => {
  const payment = made["charge, heard of"];
  await steps.deliver({ intent: steps.intentsOf(payment)[0].id }, TAKEN);
  await expectBooks(payment, { state: ORDER, captured: WHOLE });
  assert.deepEqual(moves(payment), ["capture 1500"]);
});

test("a start that took the money is repeated, and the log says what is to be given back", async () => {
  const payment = made.charge;
  const [first] = steps.intentsOf(payment);
  const said = new Promise((resolve) => {
    shop.medusa.lines.follow((line) => line.includes(`${first.id} is captured`) && resolve(line));
  });
  await steps.start(payment, CHARGED_AT_ONCE);
  await steps.deliver({ intent: first.id }, TAKEN);
  assert.match(await said, /error.*the money was taken without an order. Refund it/);
  await steps.complete(payment);
  assert.equal((await rowOf(payment)).data.id, payment.intent);
});

/** Medusa places the order before it authorizes, and authorizes no order again: the event does. */
async function completedByTheEvent(payment, event, wanted) {
  await steps.complete(payment);
  assert.deepEqual(await shop.ledger.payments(payment.order), []);
  await steps.deliver(payment, event);
  await expectBooks(payment, wanted);
  const orders = await shop.postgres.query("SELECT order_id FROM order_cart WHERE cart_id = $1", [payment.cart]);
  assert.equal(orders.length, 1);
}

test("a completion is recorded with the event, and the money is held once", async () => {
  const payment = made.completion;
  await completedByTheEvent(payment, HELD, { state: ORDER, held: WHOLE });
  payment.row = await steps.rowOf(payment);
  await steps.capture(payment);
  await expectBooks(payment, { state: ORDER, captured: WHOLE });
  assert.deepEqual(moves(payment), ["hold 1500", "capture 1500"]);
});

test("a completion that found the money taken is recorded with the event", async () => {
  const payment = made["completion that found the money taken"];
  await completedByTheEvent(payment, TAKEN, { state: ORDER, captured: WHOLE });
  assert.deepEqual(moves(payment), ["capture 1500"]);
});

test("a capture is in its row, takes nothing when it is repeated, and can be refunded", async () => {
  const payment = made.capture;
  assert.equal((await rowOf(payment)).captured_at, null, "the server had stored it before it was killed");
  await expectBooks(payment, { state: ORDER, captured: WHOLE }, ROWS_ONLY);
  await assert.rejects(steps.capture(payment), { status: 400, message: /cannot capture more/i });
  await steps.refund(payment, 5);
  await expectBooks(payment, { state: ORDER, captured: WHOLE, refunded: 500 }, ROWS_ONLY);
});

test("a captured part is in its row, can be refunded, and the rest is captured", async () => {
  const payment = made["capture of a part"];
  assert.equal((await rowOf(payment)).data.amount_received, 0, "the server had stored it before it was killed");
  await expectBooks(payment, { state: ORDER, held: 950, captured: 550 }, ROWS_ONLY);
  await steps.refund(payment, 5);
  await steps.capture(payment, REST);
  await steps.refund(payment, 10);
  await expectBooks(payment, { state: ORDER, captured: WHOLE, refunded: WHOLE }, ROWS_ONLY);
  assert.deepEqual(moves(payment), ["hold 1500", "capture 550", "refund 500", "capture 950", "refund 1000"]);
});

test("a refund of a part is in its row, and is not taken for the one that follows it", async () => {
  const payment = made["refund of a part"];
  await expectBooks(payment, { state: ORDER, captured: WHOLE, refunded: 500 }, ROWS_ONLY);
  await steps.refund(payment, 5);
  await steps.refund(payment, 2);
  await expectBooks(payment, { state: ORDER, captured: WHOLE, refunded: 1_200 }, ROWS_ONLY);
  assert.deepEqual(moves(payment), ["hold 1500", "capture 1500", "refund 500", "refund 500", "refund 200"]);
});

test("a refund of everything is in its row, and pays nothing when it is repeated", async () => {
  const payment = made.refund;
  await expectBooks(payment, { state: ORDER, captured: WHOLE, refunded: WHOLE }, ROWS_ONLY);
  await assert.rejects(steps.refund(payment), { status: 400 });
  assert.deepEqual(moves(payment), ["hold 1500", "capture 1500", "refund 1500"]);
});

test("a cancellation is recorded when it is repeated, and the money is released once", async () => {
  const payment = made.cancellation;
  assert.equal((await rowOf(payment)).canceled_at, null, "the server had stored it before it was killed");
  await steps.cancel(payment);
  await expectBooks(payment, { state: CANCELED });
  assert.deepEqual(moves(payment), ["hold 1500", "release 1500"]);
});
