// The example in examples/paypal, as a store that installed it beside medusa-payment-rs meets it: a whole order against
// a PayPal that keeps a ledger, which Medusa's records have to equal.

const assert = require("node:assert/strict");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { PAYPAL } = require("../support/paths");
const { openShop } = require("./support");
const { eventually } = require("./support/eventually");

/** The package brings the fake of its service along, as one that the scaffold makes does. */
const { startFakePayPal } = require(path.join(PAYPAL, "__test__/support/fake-paypal"));

let paypal;
let plugins;
let shop;

before(async () => {
  paypal = await startFakePayPal();
  const options = paypal.options({ timeout_ms: 1_000, max_retries: 0 });
  plugins = ["medusa-payment-rs", { resolve: "medusa-payment-rs-paypal", options }];
  shop = await openShop({ plugins, providers: ["manual", "paypal"] });
});
after(async () => {
  await shop?.close();
  await paypal?.close();
});

/** Longer than another server takes to store what PayPal answered. */
const STORING_S = 60;

const orderOf = async (cartId) => (await shop.postgres.query(`SELECT * FROM "order" WHERE cart_id = $1`, [cartId]))[0];
const paymentOf = async (order) => (await shop.ledger.payments(order.id))[0];

async function cartWithSession() {
  const cart = await shop.buyer.fillCart();
  await shop.buyer.createPaymentSessions(cart.id);
  const { payment_session: session } = await shop.buyer.selectSession(cart.id, "paypal");
  return { id: cart.id, paypalOrder: session.data.id };
}

async function placeOrder() {
  const { id, paypalOrder } = await cartWithSession();
  paypal.approve(paypalOrder);
  const { type, data } = await shop.buyer.complete(id);
  assert.equal(type, "order");
  return data;
}

async function capturedOrder() {
  const order = await placeOrder();
  await shop.operator.capture(order.id);
  return order;
}

/** What PayPal's ledger and Medusa's records say of an order's payment. */
async function assertRecordsEqualLedger(order) {
  const payment = await paymentOf(order);
  const recorded = await shop.ledger.refunds(order.id);
  const sum = (kind) =>
    paypal.account.ledger
      .filter((entry) => entry.order === payment.data.id && entry.kind === kind)
      .reduce((total, { value }) => total + Math.round(Number(value) * 100), 0);
  assert.equal(sum("hold"), payment.amount);
  assert.equal(sum("capture"), payment.captured_at ? payment.amount : 0);
  assert.equal(sum("release"), payment.canceled_at ? payment.amount : 0);
  assert.equal(sum("refund"), payment.amount_refunded);
  assert.equal(
    sum("refund"),
    recorded.reduce((total, { amount }) => total + amount, 0),
  );
}

/** Sends a webhook as PayPal does. */
async function deliver({ headers, body }) {
  const response = await fetch(`${shop.url}/paypal/hooks`, { method: "POST", headers, body });
  return response.status;
}

test("a cart becomes an order that is captured and refunded", async () => {
  const order = await placeOrder();
  await shop.operator.capture(order.id);
  await shop.operator.refund(order.id, 500);
  await shop.operator.refund(order.id, 500);
  const payment = await paymentOf(order);
  assert.equal(payment.amount_refunded, 1_000);
  assert.deepEqual(paypal.moved(payment.data.id), ["hold 15.00", "capture 15.00", "refund 5.00", "refund 5.00"]);
  await assertRecordsEqualLedger(order);
});

test("the payment follows the cart", async () => {
  const { id, paypalOrder } = await cartWithSession();
  await shop.buyer.addItem(id);
  await shop.buyer.addShipping(id);
  paypal.approve(paypalOrder);
  const { data: order } = await shop.buyer.complete(id);
  assert.deepEqual(paypal.moved(paypalOrder), ["hold 25.00"]);
  await assertRecordsEqualLedger(order);
});

test("a shopper who has not approved keeps the cart", async () => {
  const { id, paypalOrder } = await cartWithSession();
  assert.equal((await shop.buyer.complete(id)).type, "cart");
  paypal.approve(paypalOrder);
  assert.equal((await shop.buyer.complete(id)).type, "order");
});

test("an order that is canceled releases the money", async () => {
  const order = await placeOrder();
  await shop.operator.cancelOrder(order.id);
  const payment = await paymentOf(order);
  assert.ok(payment.canceled_at);
  assert.deepEqual(paypal.moved(payment.data.id), ["hold 15.00", "release 15.00"]);
  await assertRecordsEqualLedger(order);
});

test("a captured order is not canceled: its money would be given back and not recorded", async () => {
  const order = await capturedOrder();
  await assert.rejects(shop.operator.cancelOrder(order.id), { status: 400 });
  await assertRecordsEqualLedger(order);
});

test("a refund that PayPal refuses is not recorded", async () => {
  const order = await capturedOrder();
  const payment = await paymentOf(order);
  const capture = payment.data.purchase_units[0].payments.captures[0].id;
  paypal.account.refundCapture(capture, { amount: { currency_code: "EUR", value: "14.00" } });
  await assert.rejects(shop.operator.refund(order.id, 500), { status: 400, message: /REFUND_AMOUNT|refund amount/i });
  assert.equal((await paymentOf(order)).amount_refunded, 0);
  assert.deepEqual((await paymentOf(order)).data, payment.data);
});

test("a refund whose reply was lost is paid once, and recorded once when it is repeated", async () => {
  const order = await capturedOrder();
  paypal.break("reset", { on: /refund$/, when: "after" });
  await assert.rejects(shop.operator.refund(order.id, 500), {
    status: 400,
    message: /Repeat the same action|Retry: the provider is checked/,
  });
  assert.deepEqual(await shop.ledger.refunds(order.id), []);
  paypal.pass(STORING_S);
  await shop.operator.refund(order.id, 500);
  assert.equal((await paymentOf(order)).amount_refunded, 500);
  await assertRecordsEqualLedger(order);
});

test("a refund whose reply was lost before the server died is paid once, though PayPal forgot its id", async () => {
  const order = await capturedOrder();
  paypal.break("truncate", { on: /refund$/, when: "after" });
  await assert.rejects(shop.operator.refund(order.id, 500), { status: 400 });
  await shop.reboot({ plugins });
  paypal.forgetRequestIds();
  paypal.pass(STORING_S);
  await shop.operator.refund(order.id, 500);
  await assertRecordsEqualLedger(order);
});

test("refunds at once are recorded as they were paid", async () => {
  const order = await capturedOrder();
  await Promise.allSettled(Array.from({ length: 5 }, () => shop.operator.refund(order.id, 200)));
  assert.ok((await paymentOf(order)).amount_refunded > 0);
  await assertRecordsEqualLedger(order);
});

for (const how of ["reset", "hang", "html"]) {
  test(`a capture that meets "${how}" is not recorded, and its repetition is`, async () => {
    const order = await placeOrder();
    paypal.break(how, { on: /authorizations.*capture$/, when: "after" });
    assert.equal((await shop.operator.capture(order.id)).payment_status, "requires_action");
    assert.equal((await paymentOf(order)).captured_at, null);
    await shop.operator.capture(order.id);
    await assertRecordsEqualLedger(order);
  });
}

test("what a shopper's browser posts does not point the session to another order", async () => {
  const { id, paypalOrder } = await cartWithSession();
  const posted = { id: "5O190127TN364715T", data: { status: "COMPLETED" } };
  await shop.buyer.updateSession(id, "paypal", posted);
  const [session] = (await shop.ledger.paymentSessions(id)).filter(({ provider_id }) => provider_id === "paypal");
  assert.equal(session.data.id, paypalOrder);
  assert.deepEqual(session.data.data, posted.data);
});

test("a webhook completes the cart of a shopper who went away, once", async () => {
  const { id, paypalOrder } = await cartWithSession();
  paypal.approve(paypalOrder);
  const { authorizations } = paypal.account.completeOrder(paypalOrder, "AUTHORIZE");
  const delivery = paypal.webhooks.delivery(
    "PAYMENT.AUTHORIZATION.CREATED",
    paypal.account.authorization(authorizations[0]),
  );
  assert.equal(await deliver(delivery), 200);
  assert.equal(await deliver(delivery), 200);
  await assertRecordsEqualLedger(await orderOf(id));
});

test("a webhook records a capture that was made in PayPal's dashboard", async () => {
  const order = await placeOrder();
  const payment = await paymentOf(order);
  const [authorization] = payment.data.purchase_units[0].payments.authorizations;
  const capture = paypal.account.captureAuthorization(authorization.id);
  const delivery = paypal.webhooks.delivery("PAYMENT.CAPTURE.COMPLETED", paypal.account.capture(capture));
  assert.equal(await deliver(delivery), 200);
  assert.ok((await paymentOf(order)).captured_at);
  await assertRecordsEqualLedger(order);
});

test("a webhook does not take a cart that Medusa has not completed for done", async () => {
  const { id, paypalOrder } = await cartWithSession();
  paypal.approve(paypalOrder);
  const order = paypal.account.completeOrder(paypalOrder, "AUTHORIZE");
  const [authorization] = order.authorizations;
  const undecided = paypal.account.order(order);
  undecided.purchase_units[0].payments.authorizations[0].status = "PENDING";
  // Read by the webhook, by its reconciliation, and then by the completion, which Medusa answers with 200 and the cart.
  const completion = nth(3, /^GET .*orders/);
  paypal.break({ status: 200, body: undecided }, { on: completion });
  const event = ["PAYMENT.AUTHORIZATION.CREATED", paypal.account.authorization(authorization)];
  assert.equal(await deliver(paypal.webhooks.delivery(...event)), 200);
  await assertRecordsEqualLedger(await orderOf(id));
});

/** Matches the nth request of a kind. */
function nth(number, pattern) {
  let seen = 0;
  return { test: (request) => pattern.test(request) && ++seen === number };
}

test("a webhook captures its own payment, and no other one of the order", async () => {
  const order = await placeOrder();
  const payment = await paymentOf(order);
  const [authorization] = payment.data.purchase_units[0].payments.authorizations;
  const [other] = await shop.postgres.query(
    `INSERT INTO payment (id, order_id, amount, currency_code, provider_id, data)
     VALUES ('pay_other', $1, 100, 'eur', 'manual', '{}') RETURNING id`,
    [order.id],
  );
  const capture = paypal.account.captureAuthorization(authorization.id);
  const delivery = paypal.webhooks.delivery("PAYMENT.CAPTURE.COMPLETED", paypal.account.capture(capture));
  assert.equal(await deliver(delivery), 200);
  const payments = await shop.ledger.payments(order.id);
  assert.ok(payments.find(({ id }) => id === payment.id).captured_at);
  assert.equal(payments.find(({ id }) => id === other.id).captured_at, null);
});

test("a webhook authorizes and captures what is due for an order that was edited", async () => {
  const order = await capturedOrder();
  const { payment_collection_id: id } = await shop.operator.requestOrderEdit(order.id);
  const { payment_sessions: sessions } = await shop.buyer.managePaymentSession(id, "paypal");
  const { id: paypalOrder } = (
    await shop.postgres.query("SELECT data FROM payment_session WHERE id = $1", [sessions[0].id])
  )[0].data;
  paypal.approve(paypalOrder);
  const [authorization] = paypal.account.completeOrder(paypalOrder, "AUTHORIZE").authorizations;
  assert.equal(
    await deliver(
      paypal.webhooks.delivery("PAYMENT.AUTHORIZATION.CREATED", paypal.account.authorization(authorization)),
    ),
    200,
  );
  const collection = await shop.buyer.retrievePaymentCollection(id);
  assert.equal(collection.status, "authorized");

  const capture = paypal.account.captureAuthorization(authorization.id);
  assert.equal(
    await deliver(paypal.webhooks.delivery("PAYMENT.CAPTURE.COMPLETED", paypal.account.capture(capture))),
    200,
  );
  const payments = await shop.postgres.query("SELECT * FROM payment WHERE data->>'id' = $1", [paypalOrder]);
  assert.equal(payments.length, 1);
  assert.ok(payments[0].captured_at);
  assert.deepEqual(paypal.moved(paypalOrder), ["hold 10.00", "capture 10.00"]);
});

test("a webhook that PayPal did not send changes nothing", async () => {
  const { id, paypalOrder } = await cartWithSession();
  paypal.approve(paypalOrder);
  const { authorizations } = paypal.account.completeOrder(paypalOrder, "AUTHORIZE");
  const delivery = paypal.webhooks.delivery(
    "PAYMENT.AUTHORIZATION.CREATED",
    paypal.account.authorization(authorizations[0]),
  );
  assert.equal(await deliver({ ...delivery, body: delivery.body.replace("WH-", "WH-0") }), 400);
  assert.equal(await deliver({ ...delivery, headers: { "content-type": "application/json" } }), 400);
  paypal.break(503, { on: /verify/ });
  assert.equal(await deliver(delivery), 503);
  assert.equal(await orderOf(id), undefined);
});

test("the manual processor runs beside it, in the same store", async () => {
  const order = await shop.buyer.placeOrder({ provider: "manual" });
  await shop.operator.capture(order.id);
  assert.ok((await paymentOf(order)).captured_at);
});

/** The error about the order that the server writes when it handles a webhook. */
async function errorAbout(order, delivery) {
  const lines = [];
  const stop = shop.medusa.lines.follow((line) => lines.push(line));
  assert.equal(await deliver(delivery), 200);
  const isIt = (line) => /error/.test(line) && line.includes(order.id);
  await eventually(() => lines.some(isIt));
  stop();
  return lines.find(isIt);
}

test("refunds of PayPal's dashboard and disputes are pointed out with their order", async () => {
  const order = await capturedOrder();
  const payment = await paymentOf(order);
  const [{ id: capture }] = payment.data.purchase_units[0].payments.captures;
  const { account, webhooks } = paypal;
  await shop.operator.refund(order.id, 200);
  const ours = account.refund([...account.refunds.values()].at(-1));
  assert.equal(await deliver(webhooks.delivery("PAYMENT.CAPTURE.REFUNDED", ours)), 200);

  const theirs = account.refundCapture(capture, { amount: { currency_code: "EUR", value: "3.00" } });
  const refunded = await errorAbout(order, webhooks.delivery("PAYMENT.CAPTURE.REFUNDED", account.refund(theirs)));
  const dispute = {
    dispute_id: "PP-D-27803",
    disputed_transactions: [{ seller_transaction_id: capture }],
    dispute_amount: { currency_code: "EUR", value: "10.00" },
  };
  const disputed = await errorAbout(order, webhooks.delivery("CUSTOMER.DISPUTE.CREATED", dispute));
  const named = `the order ${order.id} (#${order.display_id})`;
  for (const [line, ...parts] of [
    [refunded, named, "given back 300", `the refund ${theirs.id} of 300`],
    [disputed, named, "1000", "dispute PP-D-27803"],
  ]) {
    for (const part of parts) assert.ok(line?.includes(part), `${part}: ${line}`);
  }
  assert.equal((await paymentOf(order)).amount_refunded, 200);
});

test("a hold that was voided in PayPal's dashboard is canceled in Medusa", async () => {
  const order = await placeOrder();
  const payment = await paymentOf(order);
  const [{ id }] = payment.data.purchase_units[0].payments.authorizations;
  const authorization = paypal.account.authorization(paypal.account.voidAuthorization(id));
  await errorAbout(order, paypal.webhooks.delivery("PAYMENT.AUTHORIZATION.VOIDED", authorization));
  assert.ok((await paymentOf(order)).canceled_at);
  await assertRecordsEqualLedger(order);
});

test("an order whose money PayPal takes at once is captured without a webhook", async () => {
  const options = paypal.options({ timeout_ms: 1_000, max_retries: 0, capture: true });
  await shop.reboot({ plugins: ["medusa-payment-rs", { resolve: "medusa-payment-rs-paypal", options }] });
  const order = await placeOrder();
  await eventually(async () => (await paymentOf(order)).captured_at);
  const { id } = (await paymentOf(order)).data;
  assert.deepEqual(paypal.moved(id), ["capture 15.00"]);
  assert.equal((await shop.ledger.order(order.id)).payment_status, "captured");
});
