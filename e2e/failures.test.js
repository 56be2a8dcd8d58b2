// What Medusa books when a processor fails. The processor is a third party's, with books of its own: its ledger is
// compared with Medusa's database.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { openShop } = require("./support");

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "medusa-payment-rs-ledger-"));
const ledgerFile = path.join(folder, "ledger");

const options = { ledger: ledgerFile, deadline_ms: 1500, attempt_timeout_ms: 1000, max_retries: 1 };
const plugins = ["medusa-payment-rs", { resolve: "scripted-payments", options }];

let shop;
before(async () => (shop = await openShop({ plugins, providers: ["manual", "scripted"] })));
after(async () => {
  await shop?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** What the processor moved for a payment, one line each. */
function moved(payment) {
  const lines = fs.existsSync(ledgerFile) ? fs.readFileSync(ledgerFile, "utf8").split("\n") : [];
  return lines.filter((line) => line.includes(`_payment ${payment.data.id}`)).map((line) => line.split(" "));
}
const refundsMoved = (payment) => moved(payment).filter(([operation]) => operation === "refund_payment");

const placeOrder = (script) => shop.buyer.placeOrder({ provider: "scripted", context: { script } });
const paymentOf = async (order) => (await shop.ledger.payments(order.id))[0];
const rejectsWith = (status, message) => (error) => {
  assert.equal(error.status, status, `${error.status} ${JSON.stringify(error.body)}`);
  if (message) assert.match(JSON.stringify(error.body), message);
  return true;
};

async function cartWithSession(script) {
  const cart = await shop.buyer.fillCart({ context: { script } });
  await shop.buyer.createPaymentSessions(cart.id);
  await shop.buyer.selectSession(cart.id, "scripted");
  return cart;
}

async function capturedOrder(script) {
  const order = await placeOrder(script);
  await shop.operator.capture(order.id);
  return order;
}

test("a session that cannot be initiated is refused with the provider's code", async () => {
  const cart = await shop.buyer.fillCart({ context: { script: { initiate_payment: "refuse" } } });
  await shop.buyer.createPaymentSessions(cart.id);
  await assert.rejects(shop.buyer.selectSession(cart.id, "scripted"), rejectsWith(400, /card_declined|refused/));
});

test("an update that is refused changes neither the cart nor the session", async () => {
  const cart = await cartWithSession({ update_payment: "refuse" });
  const [before] = (await shop.ledger.paymentSessions(cart.id)).filter((row) => row.provider_id === "scripted");
  await assert.rejects(shop.buyer.addItem(cart.id), rejectsWith(400, /card_declined|refused/));
  const [session] = (await shop.ledger.paymentSessions(cart.id)).filter((row) => row.provider_id === "scripted");
  assert.equal(session.amount, before.amount);
});

for (const step of ["refuse", "refuse_blank", "unavailable", "panic", "hang", "null"]) {
  test(`a cart whose authorization meets "${step}" becomes no order, and can be completed later`, async () => {
    const cart = await cartWithSession({ authorize_payment: [step] });
    await assert.rejects(shop.buyer.complete(cart.id), rejectsWith(400));
    const { type } = await shop.buyer.complete(cart.id);
    assert.equal(type, "order");
  });
}

for (const status of ["pending", "requires_more"]) {
  test(`a payment that is ${status} leaves the shopper with the cart`, async () => {
    const cart = await shop.buyer.fillCart({ context: { authorize_as: status } });
    await shop.buyer.createPaymentSessions(cart.id);
    await shop.buyer.selectSession(cart.id, "scripted");
    const { type } = await shop.buyer.complete(cart.id);
    assert.equal(type, "cart");
  });
}

test("a payment that the provider has captured already is an authorized one to Medusa", async () => {
  const order = await shop.buyer.placeOrder({ provider: "scripted", context: { authorize_as: "captured" } });
  assert.equal((await shop.ledger.payments(order.id)).length, 1);
});

test("a status that cannot be read after the authorization does not brick the cart", async () => {
  const order = await placeOrder({ get_payment_status: "unavailable" });
  assert.equal((await shop.ledger.payments(order.id)).length, 1);
});

for (const step of ["refuse", "refuse_blank", "unavailable", "panic", "hang", "null"]) {
  test(`a capture that meets "${step}" is not booked, and its repetition is`, async () => {
    const order = await placeOrder({ capture_payment: [step] });
    const answer = await shop.operator.capture(order.id);
    assert.equal(answer.payment_status, "requires_action");
    assert.equal((await paymentOf(order)).captured_at, null);
    assert.deepEqual(
      moved(await paymentOf(order)).filter(([operation]) => operation === "capture_payment"),
      [],
    );

    await shop.operator.capture(order.id);
    assert.ok((await paymentOf(order)).captured_at);
  });

  test(`a refund that meets "${step}" is not booked, and the payment keeps its data`, async () => {
    const order = await capturedOrder({ refund_payment: [step] });
    const before = await paymentOf(order);
    await assert.rejects(shop.operator.refund(order.id, 500), rejectsWith(400));
    const payment = await paymentOf(order);
    assert.deepEqual(payment.data, before.data);
    assert.equal(payment.amount_refunded, 0);
    assert.deepEqual(await shop.ledger.refunds(order.id), []);
    assert.deepEqual(refundsMoved(payment), []);
  });

  test(`an order whose cancellation meets "${step}" stays as it is`, async () => {
    const order = await placeOrder({ cancel_payment: [step] });
    await assert.rejects(shop.operator.cancelOrder(order.id), rejectsWith(400));
    assert.equal((await shop.ledger.order(order.id)).status, "pending");
    assert.equal((await paymentOf(order)).canceled_at, null);

    await shop.operator.cancelOrder(order.id);
    assert.equal((await shop.ledger.order(order.id)).status, "canceled");
  });

  test(`a session whose deletion meets "${step}" is kept`, async () => {
    const cart = await cartWithSession({ delete_payment: [step] });
    await assert.rejects(shop.buyer.deleteSession(cart.id, "scripted"), rejectsWith(400));
    const sessions = await shop.ledger.paymentSessions(cart.id);
    assert.ok(sessions.some((session) => session.provider_id === "scripted"));
  });

  test(`a session whose refresh meets "${step}" is kept`, async () => {
    const cart = await cartWithSession({ delete_payment: [step] });
    await assert.rejects(shop.buyer.refreshSession(cart.id, "scripted"), rejectsWith(400));
    const sessions = await shop.ledger.paymentSessions(cart.id);
    assert.ok(sessions.some((session) => session.provider_id === "scripted"));
  });
}

test("a shopper's update that is refused is a 400 with the reason", async () => {
  const cart = await cartWithSession({});
  const data = { script: { update_payment_data: "refuse" } };
  await assert.rejects(shop.buyer.updateSession(cart.id, "scripted", data), rejectsWith(400, /refused/));
});

test("a refund whose reply was lost is paid once, and booked once when it is repeated", async () => {
  const order = await capturedOrder({ refund_payment: ["lose_reply"] });
  await assert.rejects(shop.operator.refund(order.id, 500), rejectsWith(400, /lost/));
  assert.deepEqual(await shop.ledger.refunds(order.id), []);

  await shop.operator.refund(order.id, 500);
  const payment = await paymentOf(order);
  assert.equal(refundsMoved(payment).length, 1);
  assert.equal(payment.amount_refunded, 500);
  assert.equal((await shop.ledger.refunds(order.id)).length, 1);
});

test("a refund whose reply was lost before the server died is paid once when it is repeated", async () => {
  const order = await capturedOrder({ refund_payment: ["lose_reply"] });
  await assert.rejects(shop.operator.refund(order.id, 500), rejectsWith(400, /lost/));
  await shop.reboot({ plugins });

  // The script starts anew with the processor: the second reply is lost as well.
  await assert.rejects(shop.operator.refund(order.id, 500), rejectsWith(400, /lost/));
  await shop.operator.refund(order.id, 500);
  const payment = await paymentOf(order);
  assert.equal(refundsMoved(payment).length, 1);
  assert.equal(payment.amount_refunded, 500);
});

test("two wanted refunds of the same amount are two payouts", async () => {
  const order = await capturedOrder({});
  await shop.operator.refund(order.id, 500);
  await shop.operator.refund(order.id, 500);
  const payment = await paymentOf(order);
  assert.equal(refundsMoved(payment).length, 2);
  assert.equal(payment.amount_refunded, 1000);
});

test("refunds at once are booked as they were paid", async () => {
  const order = await capturedOrder({});
  const refunds = Array.from({ length: 5 }, () => shop.operator.refund(order.id, 500));
  const results = await Promise.allSettled(refunds);
  const succeeded = results.filter((result) => result.status === "fulfilled").length;
  const payment = await paymentOf(order);
  const booked = await shop.ledger.refunds(order.id);
  assert.equal(booked.length, succeeded);
  assert.equal(refundsMoved(payment).length, succeeded);
  assert.equal(payment.amount_refunded, 500 * succeeded);
});

test("captures at once move money once", async () => {
  const order = await placeOrder({});
  await Promise.allSettled(Array.from({ length: 5 }, () => shop.operator.capture(order.id)));
  const payment = await paymentOf(order);
  assert.ok(payment.captured_at);
  assert.equal(moved(payment).filter(([operation]) => operation === "capture_payment").length, 1);
});

test("data that Medusa cannot store is made storable, and the capture is booked", async () => {
  const order = await placeOrder({ capture_payment: "unstorable" });
  await shop.operator.capture(order.id);
  const payment = await paymentOf(order);
  assert.ok(payment.captured_at);
  assert.deepEqual(payment.data, { a: "\ufffd", b: "x\ufffdy" });
});

test("a success whose data has a member `error` is booked as the success that it is", async () => {
  const order = await placeOrder({ capture_payment: "error_key" });
  await shop.operator.capture(order.id);
  const payment = await paymentOf(order);
  assert.ok(payment.captured_at);
  assert.equal("error" in payment.data, false);
});
