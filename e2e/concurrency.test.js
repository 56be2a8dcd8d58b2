// Medusa lets requests for one cart or one order run at the same time and asks the processor each time.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { openShop } = require("./support");

let shop;
before(async () => (shop = await openShop()));
after(() => shop?.close());

const fiveTimes = (work) => Promise.allSettled(Array.from({ length: 5 }, work));
const succeeded = (results) => results.filter((result) => result.status === "fulfilled").length;
const sum = (rows) => rows.reduce((total, row) => total + row.amount, 0);

test("a cart that is completed several times at once becomes one order with one payment", async () => {
  const cart = await shop.buyer.fillCart();
  await shop.buyer.createPaymentSessions(cart.id);
  const results = await fiveTimes(() => shop.buyer.complete(cart.id));
  assert.ok(succeeded(results) >= 1);

  const payments = await shop.postgres.query("SELECT * FROM payment WHERE cart_id = $1", [cart.id]);
  assert.equal(payments.length, 1);
  const orders = await shop.postgres.query(`SELECT * FROM "order" WHERE cart_id = $1`, [cart.id]);
  assert.equal(orders.length, 1);
});

// Medusa holds a connection of its pool, which has ten, while it asks the processor; what is looked up needs another one.
test("more carts than Medusa has connections are completed at once", async () => {
  const carts = [];
  while (carts.length < 14) carts.push((await shop.buyer.fillCart()).id);
  for (const id of carts) await shop.buyer.createPaymentSessions(id);
  const answers = await Promise.all(carts.map((id) => shop.buyer.complete(id)));
  assert.deepEqual(new Set(answers.map(({ type }) => type)), new Set(["order"]));
});

test("an order that is captured several times at once is captured once", async () => {
  const order = await shop.buyer.placeOrder();
  const results = await fiveTimes(() => shop.operator.capture(order.id));
  assert.ok(succeeded(results) >= 1);

  const [payment] = await shop.ledger.payments(order.id);
  assert.ok(payment.captured_at);
  assert.equal(payment.data.captured, payment.amount);
});

test("refunds that are made at once never pay out more than was captured", async () => {
  const order = await shop.buyer.placeOrder();
  await shop.operator.capture(order.id);
  const results = await fiveTimes(() => shop.operator.refund(order.id, 700));

  const refunds = await shop.ledger.refunds(order.id);
  assert.equal(refunds.length, succeeded(results));
  const [payment] = await shop.ledger.payments(order.id);
  assert.ok(sum(refunds) <= payment.amount, `${sum(refunds)} was paid out of ${payment.amount}`);
});
