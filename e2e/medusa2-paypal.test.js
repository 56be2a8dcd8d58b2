// The example in examples/paypal in a Medusa 2 store: the addon with which paypal.test.js sells in Medusa 1, and a PayPal
// that keeps a ledger, which Medusa's records have to equal.

const assert = require("node:assert/strict");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { PAYPAL, ROOT } = require("../support/paths");
const { eventually } = require("./support/eventually");
const { openShop } = require("./support/medusa2");

/** The package brings the fake of its service along, as one that the scaffold makes does. */
const { startFakePayPal } = require(path.join(PAYPAL, "__test__/support/fake-paypal"));

/** Longer than another server takes to store what PayPal answered. */
const STORING_S = 60;

let paypal;
let shop;

before(async () => {
  paypal = await startFakePayPal();
  const options = (more) => paypal.options({ timeout_ms: 1_000, max_retries: 0, ...more });
  shop = await openShop({
    packages: [ROOT, PAYPAL],
    providers: [
      { resolve: "medusa-payment-rs-paypal/v2", id: "paypal", options: options() },
      { resolve: "medusa-payment-rs-paypal/v2", id: "at_once", options: options({ capture: true }) },
    ],
    provider: "pp_paypal_paypal",
  });
});
after(async () => {
  await shop?.close();
  await paypal?.close();
});

/** A cart that is ready to be paid, and its order at PayPal. */
async function cartWithSession(provider) {
  const cart = await shop.buyer.fillCart();
  const session = await shop.buyer.startPayment(cart.id, { provider });
  return { id: cart.id, session, paypalOrder: session.data.id };
}

const placed = [];

async function paymentOf(order) {
  const [payment, ...others] = await shop.ledger.payments(order.id);
  assert.deepEqual(others, []);
  return payment;
}

async function placeOrder(provider) {
  const { id, paypalOrder } = await cartWithSession(provider);
  paypal.approve(paypalOrder);
  const { type, order, error } = await shop.buyer.complete(id);
  assert.equal(type, "order", JSON.stringify(error));
  placed.push(order);
  return { order, payment: await paymentOf(order), paypalOrder };
}

async function capturedOrder() {
  const made = await placeOrder();
  await shop.operator.capture(made.payment.id);
  return made;
}

async function orderOf(cartId) {
  const [order] = await shop.postgres.query(
    `SELECT "order".* FROM "order" JOIN order_cart ON order_cart.order_id = "order".id WHERE order_cart.cart_id = $1`,
    [cartId],
  );
  return order;
}

/** The order that a webhook makes of a cart. Its payment comes last. */
async function orderPlaced(cartId) {
  let order;
  await eventually(async () => {
    order = await orderOf(cartId);
    return order && (await shop.ledger.payments(order.id)).length > 0;
  });
  placed.push(order);
  return order;
}

/** Resolves once a webhook's capture is recorded, in the order's own account last. */
const captureRecorded = (order) => eventually(async () => (await shop.ledger.transactions(order.id)).length > 0);

const cents = (amount) => Math.round(Number(amount) * 100);
const sumOf = (rows) => rows.reduce((sum, { amount }) => sum + cents(amount), 0);

/** What PayPal's ledger and Medusa's records say of an order's payment. */
async function assertRecordsEqualLedger(order) {
  const payment = await paymentOf(order);
  const moved = (kind) =>
    paypal.account.ledger
      .filter((entry) => entry.order === payment.data.id && entry.kind === kind)
      .reduce((sum, { value }) => sum + cents(value), 0);
  const [captures, refunds] = [await shop.ledger.captures(payment.id), await shop.ledger.refunds(payment.id)];
  const isHeld = payment.provider_id === "pp_paypal_paypal";
  assert.equal(moved("hold"), isHeld ? cents(payment.amount) : 0);
  assert.equal(moved("capture"), sumOf(captures));
  assert.equal(moved("capture"), payment.captured_at ? cents(payment.amount) : 0);
  assert.equal(moved("release"), payment.canceled_at ? cents(payment.amount) : 0);
  assert.equal(moved("refund"), sumOf(refunds));
  assert.equal(moved("capture") - moved("refund"), sumOf(await shop.ledger.transactions(order.id)));
}

const post = ({ headers, body }, provider = "paypal_paypal") => shop.service.webhook(provider, body, headers);

/** Sends a webhook as PayPal does, and resolves once the processor has read the order that it is about. */
async function deliver(delivery, provider) {
  const reads = () => paypal.sent("GET", /\/orders\//).length;
  const before = reads();
  await post(delivery, provider);
  await eventually(() => reads() > before);
}

/** Sends what is no webhook of PayPal's, and resolves with what the log says of it. */
async function deliverForged(delivery) {
  await shop.processor.take();
  await post(delivery);
  const calls = await shop.processor.take(["read_webhook"]);
  return calls.find(({ method }) => method === "read_webhook").outcome;
}

/** PayPal's script in the shopper's browser has had the money held, and the shopper went away. */
function heldFromTheBrowser(paypalOrder) {
  paypal.approve(paypalOrder);
  const [authorization] = paypal.account.completeOrder(paypalOrder, "AUTHORIZE").authorizations;
  return paypal.webhooks.delivery("PAYMENT.AUTHORIZATION.CREATED", paypal.account.authorization(authorization));
}

/** A person captures in PayPal's dashboard. */
function capturedInTheDashboard(paypalOrder) {
  const [authorization] = paypal.account.find("orders", paypalOrder).authorizations;
  const capture = paypal.account.captureAuthorization(authorization.id);
  return paypal.webhooks.delivery("PAYMENT.CAPTURE.COMPLETED", paypal.account.capture(capture));
}

test("a cart becomes an order that is captured and refunded", async () => {
  const { order, payment, paypalOrder } = await placeOrder();
  assert.equal(payment.provider_id, "pp_paypal_paypal");
  await shop.operator.capture(payment.id);
  await shop.operator.refund(payment.id, 5);
  await shop.operator.refund(payment.id, 2.35);
  assert.deepEqual(paypal.moved(paypalOrder), ["hold 15.00", "capture 15.00", "refund 5.00", "refund 2.35"]);
  await assertRecordsEqualLedger(order);
});

test("the order at PayPal is the session's", async () => {
  const { session, paypalOrder } = await cartWithSession();
  assert.equal(paypal.account.find("orders", paypalOrder).unit.custom_id, session.id);
});

test("an order that the shopper has not approved is not placed", async () => {
  const { id, paypalOrder } = await cartWithSession();
  await assert.rejects(shop.buyer.complete(id), { status: 400, message: /was not authorized/ });
  paypal.approve(paypalOrder);
  const { order } = await shop.buyer.complete(id);
  placed.push(order);
  await assertRecordsEqualLedger(order);
});

test("an order that is canceled releases the money", async () => {
  const { order, paypalOrder } = await placeOrder();
  await shop.operator.cancelOrder(order.id);
  assert.deepEqual(paypal.moved(paypalOrder), ["hold 15.00", "release 15.00"]);
  await assertRecordsEqualLedger(order);
});

test("a part is not captured, and nothing is taken", async () => {
  const { order, payment, paypalOrder } = await placeOrder();
  await assert.rejects(shop.operator.capture(payment.id, 5), { status: 400, message: /partial_capture_not_supported/ });
  assert.deepEqual(paypal.moved(paypalOrder), ["hold 15.00"]);
  await shop.operator.capture(payment.id);
  await assertRecordsEqualLedger(order);
});

test("a refund whose reply was lost is paid once, and recorded once when it is repeated", async () => {
  const { order, payment, paypalOrder } = await capturedOrder();
  paypal.break("reset", { on: /refund$/, when: "after" });
  await assert.rejects(shop.operator.refund(payment.id, 5), {
    status: 500,
    message: /Retry: the provider is checked before any money moves/,
  });
  assert.deepEqual(await shop.ledger.refunds(payment.id), []);
  paypal.pass(STORING_S);
  await shop.operator.refund(payment.id, 5);
  assert.deepEqual(paypal.moved(paypalOrder), ["hold 15.00", "capture 15.00", "refund 5.00"]);
  await assertRecordsEqualLedger(order);
});

test("a capture whose reply was lost is recorded when it is repeated", async () => {
  const { order, payment } = await placeOrder();
  paypal.break("reset", { on: /authorizations.*capture$/, when: "after" });
  await assert.rejects(shop.operator.capture(payment.id), { status: 500 });
  assert.deepEqual(await shop.ledger.captures(payment.id), []);
  await shop.operator.capture(payment.id);
  await assertRecordsEqualLedger(order);
});

test("a refund that PayPal refuses is not recorded", async () => {
  const { payment, paypalOrder } = await capturedOrder();
  const [capture] = paypal.account.find("orders", paypalOrder).captures;
  paypal.break(422, { on: /refund$/ });
  await assert.rejects(shop.operator.refund(payment.id, 5), { status: 400 });
  assert.deepEqual(capture.refunds, []);
  assert.deepEqual(await shop.ledger.refunds(payment.id), []);
});

test("a webhook places the order of a shopper who went away, once", async () => {
  const { id, paypalOrder } = await cartWithSession();
  const delivery = heldFromTheBrowser(paypalOrder);
  await deliver(delivery);
  const order = await orderPlaced(id);
  await deliver(delivery);
  await assertRecordsEqualLedger(order);
});

test("a webhook records a capture that was made in PayPal's dashboard, once", async () => {
  const { order, payment, paypalOrder } = await placeOrder();
  const delivery = capturedInTheDashboard(paypalOrder);
  await deliver(delivery);
  await captureRecorded(order);
  assert.ok((await paymentOf(order)).captured_at);
  await deliver(delivery);
  await shop.operator.refund(payment.id, 4);
  assert.deepEqual(paypal.moved(paypalOrder), ["hold 15.00", "capture 15.00", "refund 4.00"]);
  await assertRecordsEqualLedger(order);
});

test("a webhook that PayPal did not send changes nothing, and is in the log", async () => {
  const { id, paypalOrder } = await cartWithSession();
  const delivery = heldFromTheBrowser(paypalOrder);
  for (const forged of [
    { ...delivery, body: delivery.body.replace("WH-", "WH-0") },
    { ...delivery, headers: { "content-type": "application/json" } },
  ]) {
    assert.equal(await deliverForged(forged), "invalid_request");
  }
  assert.equal(await orderOf(id), undefined);
  await deliver(delivery);
  await orderPlaced(id);
});

test("a store that takes the money at once has it once the order is placed", async () => {
  const { order, payment, paypalOrder } = await placeOrder("pp_paypal_at_once");
  assert.ok(payment.captured_at);
  await shop.operator.refund(payment.id, 5);
  assert.deepEqual(paypal.moved(paypalOrder), ["capture 15.00", "refund 5.00"]);
  await assertRecordsEqualLedger(order);
});

test("a webhook places the order whose money PayPal's script has taken", async () => {
  const { id, paypalOrder } = await cartWithSession("pp_paypal_at_once");
  paypal.approve(paypalOrder);
  const [capture] = paypal.account.completeOrder(paypalOrder, "CAPTURE").captures;
  const delivery = paypal.webhooks.delivery("PAYMENT.CAPTURE.COMPLETED", paypal.account.capture(capture));
  await deliver(delivery, "paypal_at_once");
  const order = await orderPlaced(id);
  await captureRecorded(order);
  await assertRecordsEqualLedger(order);
});

test("in the end Medusa's records of every order equal PayPal's ledger", async () => {
  for (const order of placed) await assertRecordsEqualLedger(order);
});
