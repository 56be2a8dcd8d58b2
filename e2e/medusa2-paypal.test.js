// The example in examples/paypal in a Medusa 2 store: the addon with which paypal.test.js sells in Medusa 1, and a PayPal
// that keeps a ledger, which Medusa's records have to equal.

const assert = require("node:assert/strict");
const { after, before, describe, test } = require("node:test");
const { AT_ONCE, HELD, openPayPalShop, STORING_S } = require("./paypal/medusa2");
const { eventually } = require("./support/eventually");

let shop;
let paypal;
before(async () => {
  shop = await openPayPalShop();
  paypal = shop.paypal;
});
after(() => shop?.close());

test("a cart becomes an order that is captured and refunded", async () => {
  const { order, payment, paypalOrder } = await shop.placeOrder();
  assert.equal(payment.provider_id, HELD);
  await shop.operator.capture(payment.id);
  await shop.operator.refund(payment.id, 5);
  await shop.operator.refund(payment.id, 2.35);
  assert.deepEqual(paypal.moved(paypalOrder), ["hold 15.00", "capture 15.00", "refund 5.00", "refund 2.35"]);
  await shop.assertRecordsEqualLedger(order);
});

test("the order at PayPal is the session's", async () => {
  const { session, paypalOrder } = await shop.cartWithSession();
  assert.equal(paypal.account.find("orders", paypalOrder).unit.custom_id, session.id);
});

test("an order that the shopper has not approved is not placed", async () => {
  const { id, paypalOrder } = await shop.cartWithSession();
  await assert.rejects(shop.buyer.complete(id), { status: 400, message: /was not authorized/ });
  paypal.approve(paypalOrder);
  const { order } = await shop.buyer.complete(id);
  await shop.assertRecordsEqualLedger(order);
});

test("an order that is canceled releases the money", async () => {
  const { order, paypalOrder } = await shop.placeOrder();
  await shop.operator.cancelOrder(order.id);
  assert.deepEqual(paypal.moved(paypalOrder), ["hold 15.00", "release 15.00"]);
  await shop.assertRecordsEqualLedger(order);
});

test("parts are captured, and their sum is refunded", async () => {
  const { order, payment, paypalOrder } = await shop.placeOrder();
  await shop.operator.capture(payment.id, 5);
  await shop.assertRecordsEqualLedger(order);
  await shop.operator.capture(payment.id, 10);
  await shop.assertRecordsEqualLedger(order);
  await shop.operator.refund(payment.id, 12);
  await shop.operator.refund(payment.id, 3);
  const parts = ["hold 15.00", "capture 5.00", "capture 10.00"];
  assert.deepEqual(paypal.moved(paypalOrder), [...parts, "refund 5.00", "refund 7.00", "refund 3.00"]);
  await shop.assertRecordsEqualLedger(order);
});

test("an order that is canceled after it was captured in parts is refunded", async () => {
  const { order, payment, paypalOrder } = await shop.placeOrder();
  await shop.operator.capture(payment.id, 5);
  await shop.operator.capture(payment.id, 10);
  await shop.operator.cancelOrder(order.id);
  const parts = ["hold 15.00", "capture 5.00", "capture 10.00"];
  assert.deepEqual(paypal.moved(paypalOrder), [...parts, "refund 5.00", "refund 10.00"]);
  await shop.assertRecordsEqualLedger(order);
});

test("a part whose reply was lost is taken once, and recorded once when it is repeated", async () => {
  const { order, payment, paypalOrder } = await shop.placeOrder();
  paypal.break("reset", { on: /capture$/, when: "after" });
  await assert.rejects(shop.operator.capture(payment.id, 5), {
    status: 500,
    message: /Retry: the provider is checked before any money moves/,
  });
  assert.deepEqual(await shop.ledger.captures(payment.id), []);
  await shop.operator.capture(payment.id, 5);
  assert.deepEqual(paypal.moved(paypalOrder), ["hold 15.00", "capture 5.00"]);
  await shop.assertRecordsEqualLedger(order);
});

test("a refund whose reply was lost is paid once, and recorded once when it is repeated", async () => {
  const { order, payment, paypalOrder } = await shop.capturedOrder();
  paypal.break("reset", { on: /refund$/, when: "after" });
  await assert.rejects(shop.operator.refund(payment.id, 5), {
    status: 500,
    message: /Retry: the provider is checked before any money moves/,
  });
  assert.deepEqual(await shop.ledger.refunds(payment.id), []);
  paypal.pass(STORING_S);
  await shop.operator.refund(payment.id, 5);
  assert.deepEqual(paypal.moved(paypalOrder), ["hold 15.00", "capture 15.00", "refund 5.00"]);
  await shop.assertRecordsEqualLedger(order);
});

test("a store that takes the money at once has it once the order is placed", async () => {
  const { order, payment, paypalOrder } = await shop.placeOrder(AT_ONCE);
  assert.ok(payment.captured_at);
  await shop.operator.refund(payment.id, 5);
  assert.deepEqual(paypal.moved(paypalOrder), ["capture 15.00", "refund 5.00"]);
  await shop.assertRecordsEqualLedger(order);
});

// What each kind of failure is in an answer of Medusa's. Only the message of a `MedusaError` reaches a person.
describe("a failure has the status of its kind, and its reason:", () => {
  const UNAVAILABLE = [503, "before", { status: 500, type: "unexpected_state", message: /SERVICE_UNAVAILABLE/ }];
  const UNKNOWN = ["reset", "after", { status: 500, type: "unexpected_state", message: /not confirmed.*Retry:/s }];
  const REFUSED = [422, "before", { status: 400, type: "not_allowed", message: /refused by PayPal/ }];
  const kinds = { "not available": UNAVAILABLE, "of unknown outcome": UNKNOWN, refused: REFUSED };

  /** Fails as expected, leaves no row, and is done once nothing is broken any more. */
  async function failsAndIsRepeated(on, [how, when, expected], work, rows) {
    paypal.break(how, { on, when });
    await assert.rejects(work(), ({ status, message, body }) => {
      assert.deepEqual([status, body.type], [expected.status, expected.type], message);
      assert.match(message, expected.message);
      return true;
    });
    assert.deepEqual(await rows(), []);
    paypal.pass(STORING_S);
    return work();
  }

  for (const [kind, failure] of Object.entries(kinds)) {
    test(`a session that is ${kind}`, async () => {
      const { id } = await shop.buyer.fillCart();
      const rows = () => shop.ledger.paymentSessions(id);
      await failsAndIsRepeated(/POST .*orders$/, failure, () => shop.buyer.startPayment(id), rows);
      assert.equal((await rows()).length, 1);
    });

    test(`a capture that is ${kind}`, async () => {
      const { order, payment, paypalOrder } = await shop.placeOrder();
      const rows = () => shop.ledger.captures(payment.id);
      await failsAndIsRepeated(/capture$/, failure, () => shop.operator.capture(payment.id), rows);
      assert.deepEqual(paypal.moved(paypalOrder), ["hold 15.00", "capture 15.00"]);
      await shop.assertRecordsEqualLedger(order);
    });

    test(`a refund that is ${kind}`, async () => {
      const { order, payment, paypalOrder } = await shop.capturedOrder();
      const rows = () => shop.ledger.refunds(payment.id);
      await failsAndIsRepeated(/refund$/, failure, () => shop.operator.refund(payment.id, 5), rows);
      assert.deepEqual(paypal.moved(paypalOrder), ["hold 15.00", "capture 15.00", "refund 5.00"]);
      await shop.assertRecordsEqualLedger(order);
    });
  }

  for (const [kind, failure] of [
    ["not available", UNAVAILABLE],
    ["of unknown outcome", UNKNOWN],
  ]) {
    test(`an authorization that is ${kind}`, async () => {
      const { id, paypalOrder } = await shop.approvedCart();
      const rows = () => shop.ordersOf(id);
      const complete = () => shop.buyer.complete(id);
      const { order } = await failsAndIsRepeated(/authorize$/, failure, complete, rows);
      assert.deepEqual(paypal.moved(paypalOrder), ["hold 15.00"]);
      await shop.assertRecordsEqualLedger(order);
    });
  }

  test("an authorization that is refused leaves the cart to the shopper, who is told why", async () => {
    const { id, paypalOrder } = await shop.cartWithSession();
    paypal.approve(paypalOrder, { declines: true });
    const { type, error } = await shop.buyer.complete(id);
    assert.deepEqual([type, error.type], ["cart", "payment_authorization_error"]);
    assert.match(error.message, /INSTRUMENT_DECLINED/);
    assert.deepEqual(await shop.ordersOf(id), []);

    paypal.approve(paypalOrder);
    const { order } = await shop.buyer.complete(id);
    await shop.assertRecordsEqualLedger(order);
  });

  test("a session in a currency that PayPal does not take", async () => {
    const { id } = await shop.buyer.fillCart({ currency: "kwd", shipping: "letter" });
    await assert.rejects(shop.buyer.startPayment(id), ({ status, body, message }) => {
      assert.deepEqual([status, body.type], [400, "invalid_data"], message);
      assert.match(message, /PayPal does not take KWD/);
      return true;
    });
    assert.deepEqual(await shop.ledger.paymentSessions(id), []);
  });

  for (const [kind, [how, when, { message }]] of Object.entries(kinds)) {
    test(`a cancellation that is ${kind} is in the log, because Medusa cancels the order all the same`, async () => {
      const { order, paypalOrder } = await shop.placeOrder();
      const said = new Promise((resolve) => {
        shop.medusa.lines.follow((line) => line.includes(`cancel payment`) && message.test(line) && resolve(line));
      });
      paypal.break(how, { on: /void$/, when });
      await shop.operator.cancelOrder(order.id);
      assert.match(await said, new RegExp(paypalOrder));
      assert.equal((await shop.paymentOf(order)).canceled_at, null);
      if (kind === "refused") return;
      // The class goes on by itself.
      await eventually(() => paypal.moved(paypalOrder).length === 2);
      assert.deepEqual(paypal.moved(paypalOrder), ["hold 15.00", "release 15.00"]);
    });
  }
});
