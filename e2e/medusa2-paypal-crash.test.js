// Medusa 2 is killed after PayPal has done what was asked, and before Medusa has stored it. The next server knows nothing
// of it; the shopper and the operator do the same again.
//
// One server has all of it under way when it dies. What each test compares are the rows of captures, refunds and payments:
// the order's own account is written by a workflow that died with the server, and Medusa does not resume it.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { AT_ONCE, MANUAL, openPayPalShop } = require("./paypal/medusa2");
const { eventually } = require("./support/eventually");
const { killWithWritesHeld, refusal } = require("./support/medusa2/killed");

/** What is under way, by its name: what it begins with, the request that dies, and the processor's method behind it. */
const UNDER_WAY = {
  authorization: {
    prepare: () => shop.approvedCart(),
    act: ({ id }) => shop.buyer.complete(id),
    method: "paypal.authorize_payment",
  },
  "authorization that takes the money": {
    prepare: () => shop.approvedCart(AT_ONCE),
    act: ({ id }) => shop.buyer.complete(id),
    method: "paypal.authorize_payment",
  },
  capture: {
    prepare: () => shop.placeOrder(),
    act: ({ payment }) => shop.operator.capture(payment.id),
    method: "paypal.capture_payment",
  },
  "capture of a part": {
    prepare: () => shop.placeOrder(),
    act: ({ payment }) => shop.operator.capture(payment.id, 5),
    method: "paypal.capture_payment",
  },
  "manual capture of a part": {
    prepare: manualOrder,
    act: ({ payment }) => shop.operator.capture(payment.id, 5),
    method: "manual.capture_payment",
  },
  refund: {
    prepare: () => shop.capturedOrder(),
    act: ({ payment }) => shop.operator.refund(payment.id),
    method: "paypal.refund_payment",
  },
  "refund of a part": {
    prepare: () => shop.capturedOrder(),
    act: ({ payment }) => shop.operator.refund(payment.id, 5),
    method: "paypal.refund_payment",
  },
  cancellation: {
    prepare: () => shop.placeOrder(),
    act: ({ order }) => shop.operator.cancelOrder(order.id),
    method: "paypal.cancel_payment",
  },
};

let shop;
/** What was prepared, by the names above. */
const made = {};
/** A cart whose first session was asked for, and one whose session was replaced, when the server died. */
const sessions = {};

before(async () => {
  // Longer than the server lives once PayPal does not answer any more.
  shop = await openPayPalShop({ timeoutMs: 5_000 });
  for (const [name, { prepare }] of Object.entries(UNDER_WAY)) made[name] = await prepare();
  sessions.first = await shop.buyer.fillCart();
  sessions.replaced = await shop.approvedCart();
  shop.paidInTheBrowser(sessions.replaced.paypalOrder);

  const acts = Object.entries(UNDER_WAY).map(([name, { method, act }]) => ({ method, act: () => act(made[name]) }));
  await killWithWritesHeld(shop, acts, sessionsAtPayPal);
  shop.paypal.mend();
  await shop.reboot({ providers: shop.providers });
});
after(() => shop?.close());

async function manualOrder() {
  const order = await shop.buyer.placeOrder({ provider: MANUAL });
  return { order, payment: await shop.paymentOf(order) };
}

/**
 * Begins a session and replaces another, and resolves with the requests once PayPal has served both. Medusa writes a
 * session's row before it asks, so here it is PayPal that does not answer.
 */
async function sessionsAtPayPal() {
  const { account } = shop.paypal;
  shop.paypal.break("hang", { on: /POST .*(orders|void)$/, when: "after", times: Infinity });
  const before = account.orders.size;
  const requests = [
    shop.buyer.startPayment(sessions.first.id),
    shop.buyer.updateItem(sessions.replaced.id, sessions.replaced.cart.items[0].id, 2),
  ].map(refusal);
  const isReleased = () => shop.paypal.moved(sessions.replaced.paypalOrder).length === 2;
  await eventually(() => account.orders.size > before && isReleased());
  return requests;
}

const movedFor = ({ payment }) => shop.paypal.moved(payment.data.id);

test("a session whose start was under way is started again, and the order that PayPal made first is never paid", async () => {
  const { id } = sessions.first;
  const { data } = await shop.buyer.startPayment(id);
  const [row, ...others] = await shop.ledger.paymentSessions(id);
  assert.deepEqual([row.data.id, others], [data.id, []]);
  shop.paypal.approve(data.id);
  const { order } = await shop.buyer.complete(id);
  assert.deepEqual(shop.paypal.moved(data.id), ["hold 15.00"]);
  await shop.assertRecordsEqualLedger(order);
});

test("a session that was paid and then replaced has its money released once, and the new one is paid", async () => {
  const { id, cart, paypalOrder } = sessions.replaced;
  await shop.buyer.updateItem(id, cart.items[0].id, 2);
  const { data, amount } = await shop.buyer.startPayment(id);
  assert.equal(amount, 25);
  assert.equal((await shop.ledger.paymentSessions(id)).length, 1);
  shop.paypal.approve(data.id);
  const { order } = await shop.buyer.complete(id);
  assert.deepEqual(shop.paypal.moved(paypalOrder), ["hold 15.00", "release 15.00"]);
  assert.deepEqual(shop.paypal.moved(data.id), ["hold 25.00"]);
  await shop.assertRecordsEqualLedger(order);
});

/** Medusa places the order before it authorizes, and authorizes no order again: the event does. */
async function completedByTheEvent({ id, paypalOrder }, provider, event, moved) {
  const { type, order } = await shop.buyer.complete(id);
  assert.equal(type, "order");
  assert.deepEqual(await shop.ledger.payments(order.id), []);
  await shop.deliver(event, provider);
  assert.equal((await shop.orderPlaced(id)).id, order.id);
  assert.deepEqual(shop.paypal.moved(paypalOrder), moved);
  return order;
}

test("an authorization is recorded with the event, and the money is held once", async () => {
  const cart = made.authorization;
  const event = shop.authorizedEvent(shop.paypal.account.find("orders", cart.paypalOrder));
  const order = await completedByTheEvent(cart, undefined, event, ["hold 15.00"]);
  await shop.assertRecordsEqualLedger(order);
  assert.equal((await shop.ordersOf(cart.id)).length, 1);
  await shop.operator.capture((await shop.paymentOf(order)).id);
  await shop.assertRecordsEqualLedger(order);
});

test("an authorization that took the money is recorded with the event, and the money is taken once", async () => {
  const cart = made["authorization that takes the money"];
  const [capture] = shop.paypal.account.find("orders", cart.paypalOrder).captures;
  const order = await completedByTheEvent(cart, AT_ONCE, shop.capturedEvent(capture), ["capture 15.00"]);
  await shop.captureRecorded(order);
  await shop.assertRecordsEqualLedger(order);
});

test("a capture is in its row, takes nothing when it is repeated, and can be refunded", async () => {
  const { order, payment } = made.capture;
  assert.equal((await shop.paymentOf(order)).captured_at, null, "the server had stored it before it was killed");
  await shop.assertRowsEqualLedger(order);
  await assert.rejects(shop.operator.capture(payment.id), { status: 400, message: /cannot capture more/i });
  await shop.operator.refund(payment.id, 5);
  assert.deepEqual(movedFor(made.capture), ["hold 15.00", "capture 15.00", "refund 5.00"]);
  await shop.assertRowsEqualLedger(order);
});

test("a part that PayPal has taken is in its row, and the next part is taken as well", async () => {
  const { payment, order } = made["capture of a part"];
  assert.deepEqual((await shop.paymentOf(order)).data, payment.data, "the server had stored it before it was killed");
  await shop.assertRowsEqualLedger(order);
  await shop.ageCaptures(payment);
  await shop.operator.capture(payment.id, 5);
  await shop.ageCaptures(payment);
  await shop.operator.capture(payment.id, 5);
  const parts = ["capture 5.00", "capture 5.00", "capture 5.00"];
  assert.deepEqual(movedFor({ payment }), ["hold 15.00", ...parts]);
  await shop.assertRowsEqualLedger(order);
});

test("a captured part is in its row, and in the manual processor's books once another part is captured", async () => {
  const { payment, order } = made["manual capture of a part"];
  assert.equal((await shop.paymentOf(order)).data.captured, 0, "the server had stored it before it was killed");
  await shop.ageCaptures(payment);
  await shop.operator.capture(payment.id, 10);
  const { data, captured_at: capturedAt } = await shop.paymentOf(order);
  const rows = await shop.ledger.captures(payment.id);
  assert.deepEqual(data.captures, { [rows[0].id]: 500, [rows[1].id]: 1_000 });
  assert.deepEqual([data.captured, data.status], [1_500, "captured"]);
  assert.ok(capturedAt);
});

test("a refund of everything is in its row, and pays nothing when it is repeated", async () => {
  const { order, payment } = made.refund;
  assert.deepEqual((await shop.paymentOf(order)).data, payment.data, "the server had stored it before it was killed");
  await assert.rejects(shop.operator.refund(payment.id), { status: 400 });
  assert.deepEqual(movedFor(made.refund), ["hold 15.00", "capture 15.00", "refund 15.00"]);
  await shop.assertRowsEqualLedger(order);
});

test("a refund of a part is in its row, and is not taken for the one that follows it", async () => {
  const { order, payment } = made["refund of a part"];
  assert.deepEqual((await shop.paymentOf(order)).data, payment.data, "the server had stored it before it was killed");
  await shop.assertRowsEqualLedger(order);
  await shop.operator.refund(payment.id, 5);
  await shop.operator.refund(payment.id, 2);
  const refunds = ["refund 5.00", "refund 5.00", "refund 2.00"];
  assert.deepEqual(movedFor(made["refund of a part"]), ["hold 15.00", "capture 15.00", ...refunds]);
  await shop.assertRowsEqualLedger(order);
});

test("a cancellation is recorded when it is repeated, and the money is released once", async () => {
  const { order, payment } = made.cancellation;
  assert.equal((await shop.paymentOf(order)).canceled_at, null, "the server had stored it before it was killed");
  await shop.operator.cancelOrder(order.id);
  assert.deepEqual(movedFor({ payment }), ["hold 15.00", "release 15.00"]);
  await shop.assertRecordsEqualLedger(order);
});
