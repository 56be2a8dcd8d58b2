// The whole life of an order in a store that has nothing but `plugins: ["medusa-payment-rs"]`.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { openShop } = require("./support");

const TOTAL = 1_500; // one mug and its parcel

let shop;
before(async () => (shop = await openShop()));
after(() => shop?.close());

test("the region offers the provider that the plugin registers", async () => {
  const cart = await shop.buyer.createPaymentSessions((await shop.buyer.fillCart()).id);
  assert.deepEqual(
    cart.payment_sessions.map((session) => session.provider_id),
    ["manual"],
  );
});

test("an order goes from cart to refund, and the processor's books agree with Medusa's", async () => {
  const cart = await shop.buyer.fillCart();
  await shop.buyer.createPaymentSessions(cart.id);
  const [session] = await shop.ledger.paymentSessions(cart.id);
  assert.equal(session.amount, TOTAL);
  assert.equal(session.status, "pending");

  const { type, data: order } = await shop.buyer.complete(cart.id);
  assert.equal(type, "order");
  assert.equal(order.payment_status, "awaiting");
  const [authorized] = await shop.ledger.payments(order.id);
  assert.equal(authorized.amount, TOTAL);
  assert.equal(authorized.captured_at, null);

  const captured = await shop.operator.capture(order.id);
  assert.equal(captured.payment_status, "captured");

  const refunded = await shop.operator.refund(order.id, 400);
  assert.equal(refunded.payment_status, "partially_refunded");

  const [payment] = await shop.ledger.payments(order.id);
  assert.equal(payment.amount_refunded, 400);
  assert.ok(payment.captured_at);
  assert.equal(payment.data.captured, TOTAL);
  assert.equal(payment.data.refunded, 400);
  const refunds = await shop.ledger.refunds(order.id);
  assert.deepEqual(
    refunds.map((refund) => refund.amount),
    [400],
  );
});

test("all that was captured can be refunded, and not a cent more", async () => {
  const order = await shop.buyer.placeOrder();
  await shop.operator.capture(order.id);
  await shop.operator.refund(order.id, 1_000);
  await shop.operator.refund(order.id, 500);
  await assert.rejects(shop.operator.refund(order.id, 1), { status: 400 });

  const [payment] = await shop.ledger.payments(order.id);
  assert.equal(payment.amount_refunded, TOTAL);
  assert.equal((await shop.ledger.refunds(order.id)).length, 2);
});

test("an order that is not paid yet is canceled, and cannot be captured afterwards", async () => {
  const order = await shop.buyer.placeOrder();
  const canceled = await shop.operator.cancelOrder(order.id);
  assert.equal(canceled.status, "canceled");
  const [payment] = await shop.ledger.payments(order.id);
  assert.ok(payment.canceled_at);

  await assert.rejects(shop.operator.capture(order.id));
  assert.equal((await shop.ledger.payments(order.id))[0].captured_at, null);
});

test("the session follows the cart: its amount is that of the last change", async () => {
  const cart = await shop.buyer.fillCart();
  await shop.buyer.createPaymentSessions(cart.id);
  await shop.buyer.addItem(cart.id);
  await shop.buyer.addShipping(cart.id); // Medusa drops the parcel where the content changes
  const [session] = await shop.ledger.paymentSessions(cart.id);
  assert.equal(session.amount, 2_500);

  const { data: order } = await shop.buyer.complete(cart.id);
  assert.equal((await shop.ledger.payments(order.id))[0].amount, 2_500);
});

test("a shopper refreshes the session, posts data to it, and deletes it", async () => {
  const cart = await shop.buyer.fillCart();
  await shop.buyer.createPaymentSessions(cart.id);

  await shop.buyer.refreshSession(cart.id, "manual");
  assert.equal((await shop.ledger.paymentSessions(cart.id)).length, 1);

  await shop.buyer.updateSession(cart.id, "manual", { note: "ring twice" });
  const [session] = await shop.ledger.paymentSessions(cart.id);
  assert.equal(session.data.note, "ring twice");

  await shop.buyer.deleteSession(cart.id, "manual");
  assert.deepEqual(await shop.ledger.paymentSessions(cart.id), []);
});

test("each step of an order runs its Rust method, and the store's log says so", async () => {
  await shop.processor.take();
  const order = await shop.buyer.placeOrder();
  await shop.operator.capture(order.id);
  await shop.operator.refund(order.id, 100);
  const calls = await shop.processor.take(["refund_payment"]);
  // Medusa also updates the session by itself some time after the e-mail of a cart has changed.
  const methods = calls.map((call) => call.method).filter((method) => method !== "update_payment");
  assert.deepEqual(
    [...new Set(methods)],
    [
      "initiate_payment",
      "authorize_payment",
      "retrieve_payment",
      "get_payment_status",
      "capture_payment",
      "refund_payment",
    ],
  );
  assert.ok(calls.every((call) => call.provider === "manual" && call.outcome === "ok"));
});

// `setPaymentSession` asks for the total without its taxes there (dist/services/cart.js), and `authorizePayment` records it with
// them.
test("a session that is selected in a region without automatic taxes becomes an order, and the log names what is missing", async () => {
  const { region } = shop.catalog;
  await shop.admin("POST", `/admin/regions/${region.id}`, { automatic_taxes: false, tax_rate: 20 });
  try {
    const { id } = await shop.buyer.fillCart();
    await shop.buyer.createPaymentSessions(id);
    await shop.buyer.selectSession(id, "manual");
    const said = new Promise((resolve) => {
      const stop = shop.medusa.lines.follow((line) => {
        if (line.includes(`${id} is paid without its taxes`)) resolve(stop());
      });
    });
    const { type, data: order } = await shop.buyer.complete(id);
    assert.equal(type, "order");
    const [{ amount, data }] = await shop.ledger.payments(order.id);
    assert.deepEqual([amount, data.amount], [1.2 * TOTAL, TOTAL]);
    await said;

    const asked = await shop.buyer.fillCart();
    await shop.buyer.createPaymentSessions(asked.id);
    const paid = await shop.buyer.complete(asked.id);
    const [payment] = await shop.ledger.payments(paid.data.id);
    assert.deepEqual([payment.amount, payment.data.amount], [1.2 * TOTAL, 1.2 * TOTAL]);
  } finally {
    await shop.admin("POST", `/admin/regions/${region.id}`, { automatic_taxes: true, tax_rate: 0 });
  }
});

test("what an order edit adds is paid with a payment collection", async () => {
  const order = await shop.buyer.placeOrder();
  const edit = await shop.operator.requestOrderEdit(order.id);
  const { payment_sessions: sessions } = await shop.buyer.managePaymentSession(edit.payment_collection_id, "manual");
  const session = await shop.buyer.authorizePaymentSession(edit.payment_collection_id, sessions[0].id);
  assert.equal(session.status, "authorized");

  const { payments, status } = await collection(edit.payment_collection_id);
  assert.equal(status, "authorized");
  assert.equal(payments[0].amount, 1_000);

  const payment = await shop.operator.capturePayment(payments[0].id);
  assert.ok(payment.captured_at);
  const refund = await shop.operator.refundPayment(payment.id, 250);
  assert.equal(refund.amount, 250);
});

async function collection(id) {
  const path = `/admin/payment-collections/${id}?expand=payments`;
  return (await shop.admin("GET", path)).payment_collection;
}
