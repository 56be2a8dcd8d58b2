// What the processor refuses, Medusa does not book.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { openShop } = require("./support");

let shop;
before(async () => (shop = await openShop()));
after(() => shop?.close());

test("a refund before the capture is refused with a reason, and nothing is booked", async () => {
  const order = await shop.buyer.placeOrder();
  const [before] = await shop.ledger.payments(order.id);
  await assert.rejects(shop.operator.refund(order.id, 100), (error) => {
    assert.equal(error.status, 400);
    assert.ok(error.body.message.length > 0);
    return true;
  });
  assert.deepEqual(await shop.ledger.payments(order.id), [before]);
  assert.deepEqual(await shop.ledger.refunds(order.id), []);
});

test("an order whose payment is captured cannot be canceled", async () => {
  const order = await shop.buyer.placeOrder();
  await shop.operator.capture(order.id);
  await assert.rejects(shop.operator.cancelOrder(order.id), { status: 400 });

  const [payment] = await shop.ledger.payments(order.id);
  assert.equal(payment.canceled_at, null);
  assert.notEqual((await shop.ledger.order(order.id)).status, "canceled");
});

for (const amount of [0, -100]) {
  test(`a refund of ${amount} is refused, and nothing is booked`, async () => {
    const order = await shop.buyer.placeOrder();
    await shop.operator.capture(order.id);
    await assert.rejects(shop.operator.refund(order.id, amount), { status: 400 });
    assert.equal((await shop.ledger.payments(order.id))[0].amount_refunded, 0);
    assert.deepEqual(await shop.ledger.refunds(order.id), []);
  });
}

test("a capture that is repeated is done already", async () => {
  const order = await shop.buyer.placeOrder();
  await shop.operator.capture(order.id);
  await shop.operator.capture(order.id);
  const [payment] = await shop.ledger.payments(order.id);
  assert.equal(payment.data.captured, payment.amount);
});
