// What is done twice at the same time moves money once, on one server and on two, and what Medusa has booked is true.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { checkout, PRICE } = require("./stripe/checkout");
const { openStripeShop } = require("./stripe/shop");

let shop;
let steps;
const places = {};

before(async () => {
  shop = await openStripeShop();
  steps = checkout({ shop });
  const here = { buyer: shop.buyer, operator: shop.operator };
  places["one server"] = [here, here];
  places["two servers"] = [here, await shop.alongside()];
});
after(() => shop?.close());

const both = (where, work) => Promise.allSettled(places[where].map((place, index) => work(place, index)));
const succeeded = (results) => results.filter(({ status }) => status === "fulfilled").length;

/** Both while Stripe takes its time for what they ask: neither has booked anything when the other begins. */
async function bothAtOnce(where, work) {
  const slow = await shop.stripe.fault({ kind: "slow", ms: 150, method: "POST", times: Infinity });
  try {
    return await both(where, work);
  } finally {
    await slow.remove();
  }
}
const movements = ({ intent }, type) =>
  shop.stripe.ledger.moved().filter((move) => move.intent === intent && move.type === type);
const sum = (rows) => rows.reduce((total, { amount }) => total + amount, 0);

/** Medusa's books of the refunds, in both places, and Stripe's. */
async function refundBooks(payment) {
  const [row, rows] = await Promise.all([steps.paymentOf(payment), shop.ledger.refunds(payment.order)]);
  const { refunded } = shop.stripe.ledger.payment(payment.intent);
  return { payment: row.amount_refunded, refunds: sum(rows), stripe: refunded };
}
const allAt = (amount) => ({ payment: amount, refunds: amount, stripe: amount });

for (const where of ["one server", "two servers"]) {
  test(`two captures at once on ${where} take the money once`, async () => {
    const payment = await steps.heldOrder();
    const results = await both(where, ({ operator }) => operator.capture(payment.order));
    assert.ok(succeeded(results) >= 1);
    const { payment_status: status } = await shop.operator.retrieveOrder(payment.order);
    assert.equal(status, "captured");
    const row = await steps.paymentOf(payment);
    assert.ok(row.captured_at);
    assert.equal(row.data.id, payment.intent);
    assert.deepEqual(
      movements(payment, "capture").map(({ amount }) => amount),
      [PRICE],
    );
  });

  test(`two refunds of everything at once on ${where} pay once`, async () => {
    const payment = await steps.paidOrder();
    const results = await bothAtOnce(where, ({ operator }) => operator.refund(payment.order, PRICE));
    assert.equal(succeeded(results), 1);
    assert.deepEqual(await refundBooks(payment), allAt(PRICE));
  });

  test(`two refunds of a part at once on ${where} are booked as they were paid`, async () => {
    const payment = await steps.paidOrder();
    const results = await bothAtOnce(where, ({ operator }) => operator.refund(payment.order, 500));
    assert.equal(succeeded(results), 1);
    assert.deepEqual(await refundBooks(payment), allAt(500));

    // The operator who was asked to wait, and still wants the second one.
    shop.stripe.advance(20_000);
    await shop.operator.refund(payment.order, 500);
    assert.deepEqual(await refundBooks(payment), allAt(1_000));
  });

  test(`two refunds of a part, as they happen to meet on ${where}, are booked as they were paid`, async () => {
    const payment = await steps.paidOrder();
    const results = await both(where, ({ operator }) => operator.refund(payment.order, 500));
    // Both, where one of them came when the other was booked already.
    assert.ok(succeeded(results) >= 1);
    assert.deepEqual(await refundBooks(payment), allAt(500 * succeeded(results)));
  });

  test(`a cart that is completed twice at once on ${where} becomes one order with one payment`, async () => {
    const payment = await steps.paidSession();
    const results = await both(where, ({ buyer }) => buyer.complete(payment.cart));
    assert.ok(succeeded(results) >= 1);
    const orders = await shop.postgres.query(`SELECT * FROM "order" WHERE cart_id = $1`, [payment.cart]);
    assert.equal(orders.length, 1);
    const payments = await steps.paymentsOf(payment);
    assert.deepEqual(
      payments.map(({ amount, data }) => [amount, data.id]),
      [[PRICE, payment.intent]],
    );
    assert.equal(movements(payment, "hold").length, 1);
  });
}

test("two refunds of different parts at once on two servers are booked as they were paid", async () => {
  const payment = await steps.paidOrder();
  const amounts = [500, 300];
  const results = await bothAtOnce("two servers", ({ operator }, index) =>
    operator.refund(payment.order, amounts[index]),
  );
  assert.ok(succeeded(results) >= 1);
  const { stripe } = await refundBooks(payment);
  assert.deepEqual(await refundBooks(payment), allAt(stripe));
});
