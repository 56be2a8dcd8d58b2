// Whether Medusa's books and the fake Stripe's say the same.

const assert = require("node:assert/strict");

/**
 * One order, one payment of the intent's amount, and at Stripe one hold or one capture of it, which Medusa has booked.
 */
function assertSettled({ orders, payments, stripe, moves }, { captured }) {
  assert.equal(orders.length, 1, "orders");
  assert.equal(payments.length, 1, "payments");
  const [payment] = payments;
  assert.equal(payment.order_id, orders[0].id);
  assert.equal(payment.amount, stripe.amount);
  assert.equal(payment.canceled_at, null);
  assert.equal(Boolean(payment.captured_at), captured, "captured in Medusa");
  assert.equal(orders[0].payment_status, captured ? "captured" : "awaiting");
  assert.equal(stripe.captured, captured ? stripe.amount : 0, "captured at Stripe");
  assert.equal(stripe.held, captured ? 0 : stripe.amount, "held at Stripe");
  assert.equal(moves.filter(({ type }) => type === "capture").length, captured ? 1 : 0, "captures at Stripe");
}

function assertNothingBooked({ orders, payments }) {
  assert.deepEqual([orders, payments], [[], []]);
}

module.exports = { assertSettled, assertNothingBooked };
