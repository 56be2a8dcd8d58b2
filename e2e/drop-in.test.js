// A store changes from medusa-payment-manual to medusa-payment-rs: what the one has begun, the other finishes.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { openShop } = require("./support");

let shop;
const orders = {};

before(async () => {
  shop = await openShop({ plugins: ["medusa-payment-manual"] });
  for (const name of ["open", "unwanted", "paid", "halfRefunded"]) orders[name] = await shop.buyer.placeOrder();
  for (const name of ["paid", "halfRefunded"]) await shop.operator.capture(orders[name].id);
  await shop.operator.refund(orders.halfRefunded.id, 500);
  orders.cart = await shop.buyer.fillCart();
  await shop.buyer.createPaymentSessions(orders.cart.id);

  await shop.reboot();
});
after(() => shop?.close());

test("an order that was authorized before the change is captured and refunded after it", async () => {
  await shop.operator.capture(orders.open.id);
  await shop.operator.refund(orders.open.id, 300);
  const [payment] = await shop.ledger.payments(orders.open.id);
  assert.ok(payment.captured_at);
  assert.equal(payment.amount_refunded, 300);
});

test("an order that was authorized before the change is canceled after it", async () => {
  const canceled = await shop.operator.cancelOrder(orders.unwanted.id);
  assert.equal(canceled.status, "canceled");
});

test("an order that was captured before the change is refunded after it", async () => {
  await shop.operator.refund(orders.paid.id, 1_500);
  const [payment] = await shop.ledger.payments(orders.paid.id);
  assert.equal(payment.amount_refunded, 1_500);
});

test("an order that was partly refunded before the change has only its rest refunded after it", async () => {
  await assert.rejects(shop.operator.refund(orders.halfRefunded.id, 1_001), { status: 400 });
  await shop.operator.refund(orders.halfRefunded.id, 1_000);
  const [payment] = await shop.ledger.payments(orders.halfRefunded.id);
  assert.equal(payment.amount_refunded, 1_500);
});

test("a cart whose session was made before the change is completed after it", async () => {
  const { type, data: order } = await shop.buyer.complete(orders.cart.id);
  assert.equal(type, "order");
  await shop.operator.capture(order.id);
});
