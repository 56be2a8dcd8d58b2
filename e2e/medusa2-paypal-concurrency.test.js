// What is done twice at the same time in Medusa 2, on one server and on two, moves money once, and Medusa's records equal
// PayPal's ledger.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { openPayPalShop, STORING_S } = require("./paypal/medusa2");
const { eventually } = require("./support/eventually");

let shop;
const places = {};

before(async () => {
  shop = await openPayPalShop();
  const here = { buyer: shop.buyer, operator: shop.operator };
  places["one server"] = [here, here];
  places["two servers"] = [here, await shop.alongside()];
});
after(() => shop?.close());

/** Several at once, while PayPal takes its time for what they ask: none is stored when the others begin. */
async function atOnce(where, ...moves) {
  shop.paypal.break({ delay: 150 }, { on: /POST .*(authorize|capture|refund|void)$/, times: Infinity });
  try {
    return await Promise.allSettled(moves.map((move, index) => move(places[where][index % 2])));
  } finally {
    shop.paypal.mend();
  }
}

/** Medusa refuses to note the second of two refunds in the order, once both are paid and recorded. */
const MEDUSAS_OWN = /already has an existing active order change/;

const succeeded = (results) => results.filter(({ status }) => status === "fulfilled").length;
const refusals = (results) => results.flatMap(({ reason }) => reason ?? []);
const movedFor = ({ paypalOrder }) => shop.paypal.moved(paypalOrder);
const times = (count, move) => Array.from({ length: count }, () => move);

for (const where of ["one server", "two servers"]) {
  test(`a payment that is captured several times at once on ${where} is captured once`, async () => {
    const made = await shop.placeOrder();
    const results = await atOnce(where, ...times(4, ({ operator }) => operator.capture(made.payment.id)));
    assert.equal(succeeded(results), 1);
    for (const { status } of refusals(results)) assert.equal(status, 400);
    assert.deepEqual(movedFor(made), ["hold 15.00", "capture 15.00"]);
    await shop.assertRecordsEqualLedger(made.order);
  });

  for (const amounts of [
    [5, 5],
    [5, 10],
  ]) {
    test(`parts of ${amounts.join(" and ")} that are captured at once on ${where} are recorded as they were taken`, async () => {
      const made = await shop.placeOrder();
      const part = (amount) => (place) => place.operator.capture(made.payment.id, amount);
      const results = await atOnce(where, ...amounts.map(part));
      assert.ok(succeeded(results) >= 1);
      for (const { status, message } of refusals(results)) {
        assert.equal(status, 500, message);
        assert.match(message, /has to wait/);
      }
      await shop.assertRowsEqualLedger(made.order);

      // The operator who was asked to wait, and still wants the other one.
      await shop.ageCaptures(made.payment);
      for (const [index, { status }] of results.entries()) {
        if (status === "rejected") await shop.operator.capture(made.payment.id, amounts[index]);
      }
      const taken = amounts.map((amount) => `capture ${amount}.00`);
      assert.deepEqual(movedFor(made).slice(1).toSorted(), taken.toSorted());
      await shop.assertRowsEqualLedger(made.order);
    });
  }

  test(`two refunds of everything at once on ${where} pay once`, async () => {
    const made = await shop.capturedOrder();
    const results = await atOnce(where, ...times(2, ({ operator }) => operator.refund(made.payment.id)));
    assert.equal(succeeded(results), 1);
    assert.deepEqual(movedFor(made), ["hold 15.00", "capture 15.00", "refund 15.00"]);
    await shop.assertRecordsEqualLedger(made.order);
  });

  for (const amounts of [
    [5, 5],
    [5, 3],
  ]) {
    test(`refunds of ${amounts.join(" and ")} at once on ${where} are recorded as they were paid`, async () => {
      const made = await shop.capturedOrder();
      const refunds = amounts.map((amount) => (place) => place.operator.refund(made.payment.id, amount));
      const results = await atOnce(where, ...refunds);
      assert.ok(succeeded(results) >= 1);
      const isMedusas = ({ message }) => MEDUSAS_OWN.test(message);
      for (const { status, message } of refusals(results).filter((refusal) => !isMedusas(refusal))) {
        assert.equal(status, 500, message);
        assert.match(message, /has to wait/);
      }
      await shop.assertRowsEqualLedger(made.order);

      // The operator who was asked to wait, and still wants the other one.
      shop.paypal.pass(STORING_S);
      for (const [index, { reason }] of results.entries()) {
        if (reason && !isMedusas(reason)) await shop.operator.refund(made.payment.id, amounts[index]);
      }
      const paid = amounts.map((amount) => `refund ${amount}.00`);
      assert.deepEqual(movedFor(made).slice(2).toSorted(), paid.toSorted());
      await shop.assertRowsEqualLedger(made.order);
    });
  }

  test(`an order that is captured and canceled at once on ${where} is one or the other at PayPal, and the same in the records`, async () => {
    const made = await shop.placeOrder();
    const [capture] = await atOnce(
      where,
      ({ operator }) => operator.capture(made.payment.id),
      ({ operator }) => operator.cancelOrder(made.order.id),
    );
    const [, moved, ...others] = movedFor(made);
    assert.equal(moved, capture.status === "fulfilled" ? "capture 15.00" : "release 15.00");
    assert.ok(
      others.every((other) => other === "refund 15.00"),
      String(others),
    );
    await shop.assertRowsEqualLedger(made.order);
  });
}

test("a cart that is completed several times at once becomes one order with one payment", async () => {
  const made = await shop.approvedCart();
  const results = await atOnce("one server", ...times(4, ({ buyer }) => buyer.complete(made.id)));
  assert.ok(succeeded(results) >= 1);
  const [order, ...others] = await shop.ordersOf(made.id);
  assert.deepEqual(others, []);
  assert.deepEqual(movedFor(made), ["hold 15.00"]);
  await shop.assertRecordsEqualLedger(order);
});

test("a cart that is completed on two servers at once is paid once", async () => {
  const made = await shop.approvedCart();
  const results = await atOnce("two servers", ...times(2, ({ buyer }) => buyer.complete(made.id)));
  assert.ok(succeeded(results) >= 1);
  const [order, ...others] = await shop.ordersOf(made.id);
  assert.deepEqual(others, []);
  assert.deepEqual(movedFor(made), ["hold 15.00"]);
  await shop.assertRecordsEqualLedger(order);
});

// Medusa's locks are in a server's memory, unless a store has configured others.
test("a payment that two servers authorize at once keeps its money, although one of them cannot store it", async () => {
  const made = await shop.approvedCart();
  const second = places["two servers"][1];
  const refused = new Promise((resolve) => {
    const heard = (line) => /authorize payment session .*already exists/.test(line) && resolve();
    for (const { lines } of [shop.medusa, second.medusa]) lines.follow(heard);
  });
  // Both have PayPal's answer before either has stored the payment.
  const release = await shop.postgres.holdWrites("payment");
  let completed;
  try {
    const reads = () => shop.paypal.sent("GET", new RegExp(`/orders/${made.paypalOrder}$`)).length;
    await shop.processor.take();
    completed = shop.buyer.complete(made.id).catch(({ status }) => assert.equal(status, 400));
    await shop.processor.take(["authorize_payment"]);
    const before = reads();
    const { headers, body } = shop.authorizedEvent(shop.paypal.account.find("orders", made.paypalOrder));
    await second.service.webhook("paypal_paypal", body, headers);
    // One to read the event, one to authorize.
    await eventually(() => reads() >= before + 2);
  } finally {
    await release();
  }
  await Promise.all([completed, refused]);
  const { order } = await shop.buyer.complete(made.id);
  assert.deepEqual(movedFor(made), ["hold 15.00"]);
  await shop.assertRecordsEqualLedger(order);
  await shop.operator.capture((await shop.paymentOf(order)).id);
  await shop.assertRecordsEqualLedger(order);
});
