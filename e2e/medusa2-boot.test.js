// The Medusa 2 store of these tests, tried with Medusa's own provider, which moves no money: what fails in another file
// and not here is ours.

const assert = require("node:assert/strict");
const { after, before, describe, test } = require("node:test");
const { openShop } = require("./support/medusa2");

let shop;
before(async () => (shop = await openShop({ packages: [], providers: [], provider: "pp_system_default" })));
after(() => shop?.close());

const amounts = (rows) => rows.map((row) => row.amount);

async function recorded(order) {
  const [payment, ...others] = await shop.ledger.payments(order.id);
  assert.deepEqual(others, []);
  return {
    payment,
    captures: amounts(await shop.ledger.captures(payment.id)),
    refunds: amounts(await shop.ledger.refunds(payment.id)),
    transactions: amounts(await shop.ledger.transactions(order.id)),
  };
}

test("an order is captured in two parts and partly refunded", async () => {
  const cart = await shop.buyer.fillCart();
  const session = await shop.buyer.startPayment(cart.id);
  assert.equal(session.amount, 15);
  assert.deepEqual(amounts(await shop.ledger.paymentSessions(cart.id)), ["15"]);
  const { type, order } = await shop.buyer.complete(cart.id);
  assert.equal(type, "order");
  const [{ id }] = await shop.operator.payments(order.id);
  assert.equal((await recorded(order)).payment.id, id);

  await shop.operator.capture(id, 5);
  const partly = await recorded(order);
  assert.deepEqual(partly.captures, ["5"]);
  assert.equal(partly.payment.captured_at, null);

  await shop.operator.capture(id, 10);
  await shop.operator.refund(id, 2.35);
  const { payment, ...rows } = await recorded(order);
  assert.ok(payment.captured_at);
  assert.deepEqual(rows, { captures: ["5", "10"], refunds: ["2.35"], transactions: ["5", "10", "-2.35"] });
});

test("an order that is canceled has a canceled payment", async () => {
  const order = await shop.buyer.placeOrder();
  assert.equal((await shop.operator.cancelOrder(order.id)).status, "canceled");
  const { payment, captures } = await recorded(order);
  assert.ok(payment.canceled_at);
  assert.deepEqual(captures, []);
  assert.equal((await shop.ledger.order(order.id)).status, "canceled");
});

describe("a price that a test has set is what the cart costs:", () => {
  const rows = [
    ["usd", 13.065],
    ["eur", 99999999.99],
    ["jpy", 1500.4],
    ["krw", 1],
    ["kwd", 1.234],
  ];
  const usual = Object.fromEntries(rows.map(([currency]) => [currency, 10]));
  after(() => shop.operator.setPrice(usual));

  for (const [currency, price] of rows) {
    test(`${price} ${currency}`, async () => {
      await shop.operator.setPrice({ [currency]: price });
      const order = await shop.buyer.placeOrder({ currency, shipping: "letter" });
      const { payment } = await recorded(order);
      assert.equal(payment.amount, String(price));
      assert.equal(payment.currency_code, currency);
    });
  }

  test("in other currencies it stays what it was", async () => {
    await shop.operator.setPrice({ usd: 20 });
    assert.equal((await shop.buyer.fillCart({ currency: "krw", shipping: "letter" })).total, 1);
  });
});

test("what is captured beyond the payment is refused with Medusa's message", async () => {
  const order = await shop.buyer.placeOrder();
  const { payment } = await recorded(order);
  await assert.rejects(shop.operator.capture(payment.id, 16), { status: 400, message: /cannot capture more/i });
});

test("a webhook is looked at without a delay, and one of an unknown provider is in the log", {
  timeout: 4_000,
}, async () => {
  const heard = new Promise((resolve) => {
    shop.medusa.lines.follow((line) => /pp_nobody_nobody/.test(line) && resolve());
  });
  await shop.service.webhook("nobody_nobody", '{ "spaces":  "stay" }');
  await heard;
});

test("another server on the same database sells as well", async () => {
  const { buyer } = await shop.alongside();
  assert.equal((await recorded(await buyer.placeOrder({ quantity: 2 }))).payment.amount, "25");
});
