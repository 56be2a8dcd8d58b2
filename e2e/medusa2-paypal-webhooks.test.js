// PayPal's events in a Medusa 2 store: early, late, twice, in the wrong order, beside the shopper, forged, and about what
// the store does not know any more.

const assert = require("node:assert/strict");
const { after, before, describe, test } = require("node:test");
const { AT_ONCE, openPayPalShop } = require("./paypal/medusa2");

let shop;
before(async () => (shop = await openPayPalShop()));
after(() => shop?.close());

/** The orders that were placed, which the last test looks at again: Medusa says nowhere that it is through with an event. */
const placed = [];

async function assertPlaced(order, paypalOrder, moved) {
  placed.push({ order, paypalOrder, moved });
  assert.deepEqual(shop.paypal.moved(paypalOrder), moved);
  await shop.assertRecordsEqualLedger(order);
}

/** A cart whose money is held, although the shopper never came back to the store, and PayPal's event. */
async function heldCart() {
  const cart = await shop.cartWithSession();
  return { ...cart, event: shop.authorizedEvent(shop.paidInTheBrowser(cart.paypalOrder)) };
}

/** An order whose money was taken in PayPal's dashboard, and PayPal's event. */
async function orderCapturedInTheDashboard() {
  const made = await shop.placeOrder();
  return { ...made, event: shop.capturedEvent(shop.capturedInTheDashboard(made.paypalOrder)) };
}

const times = (count, work) => Promise.all(Array.from({ length: count }, (_, index) => work(index)));

test("an event that comes before the shopper places the order, and its repetition changes nothing", async () => {
  const { id, paypalOrder, event } = await heldCart();
  await shop.deliver(event);
  const order = await shop.orderPlaced(id);
  await shop.delivered(event);
  const completed = await shop.buyer.complete(id);
  assert.equal(completed.order.id, order.id);
  await assertPlaced(order, paypalOrder, ["hold 15.00"]);
});

test("an event that comes after the shopper changes nothing", async () => {
  const { order, payment, paypalOrder } = await shop.placeOrder();
  await shop.delivered(shop.authorizedEvent(shop.paypal.account.find("orders", paypalOrder)));
  await shop.operator.capture(payment.id);
  await shop.delivered(shop.capturedEvent(shop.paypal.account.find("orders", paypalOrder).captures[0]));
  await shop.operator.refund(payment.id, 4);
  await assertPlaced(order, paypalOrder, ["hold 15.00", "capture 15.00", "refund 4.00"]);
});

test("a capture that was made in PayPal's dashboard is recorded once, however often it is told", async () => {
  const { order, payment, paypalOrder, event } = await orderCapturedInTheDashboard();
  await shop.deliver(event);
  await shop.captureRecorded(order);
  assert.ok((await shop.paymentOf(order)).captured_at);
  await shop.delivered(event);
  await shop.operator.refund(payment.id, 4);
  await assertPlaced(order, paypalOrder, ["hold 15.00", "capture 15.00", "refund 4.00"]);
});

test("the capture's event comes before the authorization's, and both before the shopper", async () => {
  const { id, paypalOrder, event } = await heldCart();
  await shop.deliver(shop.capturedEvent(shop.capturedInTheDashboard(paypalOrder)));
  const order = await shop.orderPlaced(id);
  await shop.captureRecorded(order);
  await shop.delivered(event);
  await assertPlaced(order, paypalOrder, ["hold 15.00", "capture 15.00"]);
});

test("one event several times at once places one order", async () => {
  const { id, paypalOrder, event } = await heldCart();
  await times(4, () => shop.deliver(event));
  const order = await shop.orderPlaced(id);
  await assertPlaced(order, paypalOrder, ["hold 15.00"]);
});

test("one capture's event several times at once records one capture", async () => {
  const { order, paypalOrder, event } = await orderCapturedInTheDashboard();
  await times(4, () => shop.deliver(event));
  await shop.captureRecorded(order);
  await assertPlaced(order, paypalOrder, ["hold 15.00", "capture 15.00"]);
});

test("both events of a payment at once, and the shopper as well", async () => {
  const { id, paypalOrder, event } = await heldCart();
  const captured = shop.capturedEvent(shop.capturedInTheDashboard(paypalOrder));
  const [completed] = await Promise.all([shop.buyer.complete(id), shop.deliver(captured), shop.deliver(event)]);
  assert.equal(completed.type, "order");
  const order = await shop.orderPlaced(id);
  await shop.captureRecorded(order);
  await assertPlaced(order, paypalOrder, ["hold 15.00", "capture 15.00"]);
});

for (const [first, work] of [
  ["the shopper", (cart) => [shop.buyer.complete(cart.id), shop.deliver(cart.event)]],
  ["PayPal's event", (cart) => [shop.deliver(cart.event), shop.buyer.complete(cart.id)]],
]) {
  test(`the shopper and PayPal's event at once, ${first} first: the shopper sees the one order`, async () => {
    const cart = await heldCart();
    const answers = await Promise.all(work(cart));
    const { order } = answers.find((answer) => answer?.type === "order");
    assert.equal((await shop.orderPlaced(cart.id)).id, order.id);
    await assertPlaced(order, cart.paypalOrder, ["hold 15.00"]);
  });
}

test("an event that PayPal did not send changes nothing, and is in the log", async () => {
  const { id, paypalOrder, event } = await heldCart();
  for (const forged of [
    { ...event, body: event.body.replace("WH-", "WH-0") },
    { ...event, body: "no JSON", headers: { ...event.headers, "content-type": "text/plain" } },
    { ...event, headers: { "content-type": "application/json" } },
  ]) {
    assert.equal(await shop.deliveredForged(forged), "invalid_request");
  }
  assert.deepEqual(await shop.ordersOf(id), []);
  await shop.deliver(event);
  await assertPlaced(await shop.orderPlaced(id), paypalOrder, ["hold 15.00"]);
});

test("an event about a session that was replaced places no order, and the log says that there is money", async () => {
  const old = await heldCart();
  await shop.buyer.updateItem(old.id, old.cart.items[0].id, 2);
  const { data } = await shop.buyer.startPayment(old.id);
  assert.deepEqual(shop.paypal.moved(old.paypalOrder), ["hold 15.00", "release 15.00"]);
  const heard = new Promise((resolve) => {
    shop.medusa.lines.follow((line) => line.includes(old.session.id) && /does not know/.test(line) && resolve(line));
  });
  await shop.deliver(old.event);
  assert.match(await heard, new RegExp(old.paypalOrder));
  assert.deepEqual(await shop.ordersOf(old.id), []);

  shop.paypal.approve(data.id);
  const { order } = await shop.buyer.complete(old.id);
  await assertPlaced(order, data.id, ["hold 25.00"]);
});

describe("an amount that is not the session's:", () => {
  const eur = (value) => ({ currency_code: "EUR", value });

  /** Resolves once the log says that PayPal has taken a part. */
  const logged = (capture, deliver) =>
    Promise.all([
      new Promise((resolve) => {
        shop.medusa.lines.follow((line) => line.includes(capture.id) && /taken a part/.test(line) && resolve());
      }),
      deliver(),
    ]);

  test("money that is held over less does not place the order", async () => {
    const { id, paypalOrder, session } = await shop.cartWithSession();
    shop.paypal.account.patchOrder(paypalOrder, [
      { op: "replace", path: "/purchase_units/@reference_id=='default'/amount", value: eur("5.00") },
    ]);
    const refused = new Promise((resolve) => {
      shop.medusa.lines.follow((line) => line.includes(session.id) && /amount_mismatch/.test(line) && resolve());
    });
    await shop.deliver(shop.authorizedEvent(shop.paidInTheBrowser(paypalOrder)));
    await refused;
    const { type, error } = await shop.buyer.complete(id);
    assert.equal(type, "cart");
    assert.match(error.message, /approved another amount/);
    assert.deepEqual(await shop.ordersOf(id), []);
    assert.deepEqual(shop.paypal.moved(paypalOrder), ["hold 5.00"]);
  });

  test("a part that was taken in PayPal's dashboard is in the log, and recorded once it is captured in Medusa", async () => {
    const { order, payment, paypalOrder } = await shop.placeOrder();
    const [authorization] = shop.paypal.account.find("orders", paypalOrder).authorizations;
    const capture = shop.paypal.account.captureAuthorization(authorization.id, { amount: eur("5.00") });
    await logged(capture, () => shop.deliver(shop.capturedEvent(capture)));
    assert.deepEqual(await shop.ledger.captures(payment.id), []);
    await assert.rejects(shop.operator.capture(payment.id, 7), { status: 400, message: /taken 500 .* captures of 0/ });
    await shop.operator.capture(payment.id, 5);
    await assertPlaced(order, paypalOrder, ["hold 15.00", "capture 5.00"]);
  });

  test("the event of a part that Medusa has captured captures no other one", async () => {
    const { order, payment, paypalOrder } = await shop.placeOrder();
    await shop.operator.capture(payment.id, 5);
    const [capture] = shop.paypal.account.find("orders", paypalOrder).captures;
    await logged(capture, () => times(2, () => shop.deliver(shop.capturedEvent(capture))));
    await shop.operator.capture(payment.id, 10);
    await assertPlaced(order, paypalOrder, ["hold 15.00", "capture 5.00", "capture 10.00"]);
  });

  test("a last part that was taken in PayPal's dashboard is not recorded as the whole", async () => {
    const { order, payment, paypalOrder } = await shop.placeOrder();
    const capture = shop.capturedInTheDashboard(paypalOrder, "5.00");
    await logged(capture, () => shop.deliver(shop.capturedEvent(capture)));
    await assert.rejects(shop.operator.capture(payment.id), { status: 400, message: /took 500 of 1500/ });
    assert.deepEqual(await shop.ledger.captures(payment.id), []);
    assert.equal((await shop.paymentOf(order)).captured_at, null);
    assert.deepEqual(shop.paypal.moved(paypalOrder), ["hold 15.00", "capture 5.00"]);
  });
});

test("an event places the order whose money PayPal's script has taken", async () => {
  const { id, paypalOrder } = await shop.cartWithSession(AT_ONCE);
  const [capture] = shop.paidInTheBrowser(paypalOrder).captures;
  const event = shop.capturedEvent(capture);
  await shop.deliver(event, AT_ONCE);
  const order = await shop.orderPlaced(id);
  await shop.captureRecorded(order);
  await shop.delivered(event, AT_ONCE);
  await assertPlaced(order, paypalOrder, ["capture 15.00"]);
});

test("in the end Medusa's records of every order equal PayPal's ledger, and each cart has one order", async () => {
  for (const { order, paypalOrder, moved } of placed) {
    assert.deepEqual(shop.paypal.moved(paypalOrder), moved);
    await shop.assertRecordsEqualLedger(order);
    const [{ count }] = await shop.postgres.query(
      `SELECT count(*)::int FROM order_cart WHERE deleted_at IS NULL AND cart_id =
       (SELECT cart_id FROM order_cart WHERE order_id = $1 AND deleted_at IS NULL)`,
      [order.id],
    );
    assert.equal(count, 1);
  }
});
