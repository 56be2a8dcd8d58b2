// Money that was given back in Stripe's dashboard, and is then recorded by hand in Medusa.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { checkout, PRICE } = require("./stripe/checkout");
const { openStripeShop } = require("./stripe/shop");

let shop;
let steps;
before(async () => {
  shop = await openStripeShop();
  steps = checkout({ shop });
});
after(() => shop?.close());

/** What Medusa has recorded and what Stripe has given back. */
async function books({ order, intent }) {
  const { amount_refunded: recorded } = await steps.paymentOf({ order });
  const { refunded, refunds } = shop.stripe.ledger.payment(intent);
  return { recorded, refunded, refunds: refunds.length };
}

test("what was given back is the refund that cannot be paid any more, all of it", async () => {
  const payment = await steps.paidOrder();
  await shop.stripe.dashboard.refund(payment.intent);
  await shop.operator.refund(payment.order, PRICE);
  assert.deepEqual(await books(payment), { recorded: PRICE, refunded: PRICE, refunds: 1 });
});

test("so is a part, and after that the rest is paid", async () => {
  const payment = await steps.paidOrder();
  await shop.stripe.dashboard.refund(payment.intent, { amount: 700 });
  await shop.operator.refund(payment.order, 700);
  assert.deepEqual(await books(payment), { recorded: 700, refunded: 700, refunds: 1 });
  await shop.operator.refund(payment.order, 300);
  assert.deepEqual(await books(payment), { recorded: PRICE, refunded: PRICE, refunds: 2 });
});

test("so are two that are the amount together", async () => {
  const payment = await steps.paidOrder();
  for (const amount of [500, 200]) await shop.stripe.dashboard.refund(payment.intent, { amount });
  await shop.operator.refund(payment.order, 700);
  assert.deepEqual(await books(payment), { recorded: 700, refunded: 700, refunds: 2 });
});

test("while enough is left, a wanted refund is paid", async () => {
  const payment = await steps.paidOrder();
  await shop.stripe.dashboard.refund(payment.intent, { amount: 300 });
  await shop.operator.refund(payment.order, 300);
  assert.deepEqual(await books(payment), { recorded: 300, refunded: 600, refunds: 2 });
});

test("what failed at the bank was not given back: the refund is paid", async () => {
  const payment = await steps.paidOrder();
  const { id } = await shop.stripe.dashboard.refund(payment.intent);
  shop.stripe.bank.settleRefund(id, "failed");
  await shop.operator.refund(payment.order, PRICE);
  assert.deepEqual(await books(payment), { recorded: PRICE, refunded: PRICE, refunds: 2 });
});

test("what the bank has not confirmed yet was given back", async () => {
  const payment = await steps.paidOrder();
  shop.stripe.bank.nextRefund("pending");
  await shop.stripe.dashboard.refund(payment.intent);
  await shop.operator.refund(payment.order, PRICE);
  assert.deepEqual(await books(payment), { recorded: PRICE, refunded: PRICE, refunds: 1 });
});

test("what was given back before the rest was disputed is recorded", async () => {
  const payment = await steps.paidOrder();
  await shop.stripe.dashboard.refund(payment.intent, { amount: 700 });
  shop.stripe.bank.dispute(payment.intent, { amount: 300 });
  await shop.operator.refund(payment.order, 700);
  assert.equal((await books(payment)).recorded, 700);
});

test("two operators record it once", async () => {
  const payment = await steps.paidOrder();
  await shop.stripe.dashboard.refund(payment.intent, { amount: 700 });
  const refunds = await Promise.allSettled([1, 2].map(() => shop.operator.refund(payment.order, 700)));
  assert.equal(refunds.filter(({ status }) => status === "fulfilled").length, 1);
  assert.deepEqual(await books(payment), { recorded: 700, refunded: 700, refunds: 1 });
});

test("a reply that is lost on the way is found out, and it is recorded once", async () => {
  const payment = await steps.paidOrder();
  const { id } = await shop.stripe.dashboard.refund(payment.intent);
  const fault = shop.stripe.fault({ kind: "reset", when: "after", method: "POST", path: `/v1/refunds/${id}` });
  await shop.operator.refund(payment.order, PRICE);
  assert.equal(fault.hits, 1);
  assert.deepEqual(await books(payment), { recorded: PRICE, refunded: PRICE, refunds: 1 });
});

test("what is neither left nor given back is refused, and the error says what can be done", async () => {
  const payment = await steps.paidOrder();
  const { id } = await shop.stripe.dashboard.refund(payment.intent, { amount: 800 });
  await assert.rejects(shop.operator.refund(payment.order, 500), (error) => {
    assert.match(String(error.message), new RegExp(`${id} over 800.*200 can still be refunded`));
    return true;
  });
  assert.deepEqual(await books(payment), { recorded: 0, refunded: 800, refunds: 1 });
});

// It marks nothing, and the payment's data names none of its refunds.
test("what the JavaScript plugin has refunded is not recorded once more", async () => {
  const payment = await steps.paidOrder();
  for (const amount of [300, 300]) await shop.stripe.dashboard.refund(payment.intent, { amount });
  await shop.postgres.query("UPDATE payment SET amount_refunded = 600 WHERE order_id = $1", [payment.order]);
  await shop.stripe.dashboard.refund(payment.intent, { amount: 200 });
  await assert.rejects(shop.operator.refund(payment.order, 300), { status: 400 });
  assert.deepEqual(await books(payment), { recorded: 600, refunded: 800, refunds: 3 });

  await shop.stripe.dashboard.refund(payment.intent, { amount: 150 });
  await shop.operator.refund(payment.order, 150);
  assert.deepEqual(await books(payment), { recorded: 750, refunded: 950, refunds: 4 });
});
