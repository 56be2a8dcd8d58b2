// A store changes one line, from medusa-payment-stripe 6.0.11 to medusa-payment-rs/stripe: what the one has begun, the
// other finishes.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { checkout, PRICE } = require("./stripe/checkout");
const { envForPlugin } = require("./stripe/plugin-env");
const { openStripeShop, optionsFor, ours } = require("./stripe/shop");

const PLUGIN = "medusa-payment-stripe";

let shop;
let steps;
const orders = {};

before(async () => {
  shop = await openStripeShop({
    plugins: ({ api_key }) => [{ resolve: PLUGIN, options: { api_key } }],
    envFor: (stripe) => envForPlugin(PLUGIN, stripe),
  });
  steps = checkout({ shop });
  for (const name of ["open", "unwanted"]) orders[name] = await steps.heldOrder();
  for (const name of ["paid", "halfRefunded"]) orders[name] = await steps.paidOrder();
  await shop.operator.refund(orders.halfRefunded.order, 500);
  orders.paidCart = await steps.paidSession();
  orders.unpaidCart = await steps.openSession();
  orders.givenUp = await steps.openSession();
  assert.equal(shop.stripe.requests.filter(({ idempotencyKey }) => idempotencyKey === null).length > 0, true);

  await shop.reboot({ plugins: [ours(optionsFor(shop.stripe))] });
});
after(() => shop?.close());

const truth = ({ intent }) => shop.stripe.ledger.payment(intent);

test("an order that was authorized before the change is captured and refunded after it", async () => {
  await steps.capture(orders.open);
  await shop.operator.refund(orders.open.order, 300);
  const row = await steps.paymentOf(orders.open);
  assert.ok(row.captured_at);
  assert.equal(row.amount_refunded, 300);
  assert.equal(row.data.id, orders.open.intent);
  assert.deepEqual([truth(orders.open).captured, truth(orders.open).refunded], [PRICE, 300]);
});

test("an order that was authorized before the change is canceled after it", async () => {
  await shop.operator.cancelOrder(orders.unwanted.order);
  assert.ok((await steps.paymentOf(orders.unwanted)).canceled_at);
  assert.deepEqual([truth(orders.unwanted).canceled, truth(orders.unwanted).held], [true, 0]);
});

test("an order that was captured before the change is refunded after it", async () => {
  await shop.operator.refund(orders.paid.order, PRICE);
  assert.equal((await steps.paymentOf(orders.paid)).amount_refunded, PRICE);
  assert.equal(truth(orders.paid).refunded, PRICE);
});

test("a refund of before the change is not taken for one that is wanted after it", async () => {
  await shop.operator.refund(orders.halfRefunded.order, 500);
  assert.equal((await steps.paymentOf(orders.halfRefunded)).amount_refunded, 1_000);
  assert.equal(truth(orders.halfRefunded).refunded, 1_000);
});

test("a cart that was paid before the change is completed after it", async () => {
  const { type, data: order } = await shop.buyer.complete(orders.paidCart.cart);
  assert.equal(type, "order");
  await steps.capture({ order: order.id });
  assert.equal(truth(orders.paidCart).captured, PRICE);
});

test("a cart that was open before the change keeps its intent and its customer, and is paid after it", async () => {
  const customers = shop.stripe.ledger.customers().length;
  await shop.buyer.addItem(orders.unpaidCart.cart);
  await shop.stripe.shopper.confirm(orders.unpaidCart.intent, { card: "ok" });
  const { type, data: order } = await shop.buyer.complete(orders.unpaidCart.cart);
  assert.equal(type, "order");
  await steps.capture({ order: order.id });
  assert.equal(truth(orders.unpaidCart).captured, order.total);
  assert.equal(steps.intentsOf(orders.unpaidCart).length, 1);
  assert.equal(shop.stripe.ledger.customers().length, customers);
});

test("a session that was open before the change is deleted after it, and cannot be paid any more", async () => {
  await shop.buyer.deleteSession(orders.givenUp.cart, "stripe");
  assert.equal(truth(orders.givenUp).canceled, true);
});
