// What a browser posts to its payment session, which may be anything, never breaks the cart and never makes money.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { openShop } = require("./support");

let shop;
before(async () => (shop = await openShop()));
after(() => shop?.close());

const nested = (levels) => JSON.parse(`${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`);

const POSTS = {
  "a NUL character": { note: "a\u0000b" },
  "a NUL character in a key": { "a\u0000b": "note" },
  "half of a surrogate pair": { note: "\ud800" },
  "an error of its own": { error: "made up", code: "made_up", detail: "made up" },
  "an empty error": { error: "" },
  "a thousand levels": nested(1_000),
  "a key that is a prototype": JSON.parse('{"__proto__": {"captured": 1500}}'),
  nothing: {},
};

for (const [what, data] of Object.entries(POSTS)) {
  test(`${what} is stored or refused, and the cart is completed`, async () => {
    const cart = await cartWithSession();
    await post(cart, data);
    const { type, data: order } = await shop.buyer.complete(cart.id);
    assert.equal(type, "order");
    await shop.operator.capture(order.id);
    const [payment] = await shop.ledger.payments(order.id);
    assert.equal(payment.data.captured, payment.amount);
  });
}

test("books that the shopper writes are not believed", async () => {
  const cart = await cartWithSession();
  await post(cart, { status: "captured", amount: 1, captured: 1_500, refunded: -5_000 });
  const { data: order } = await shop.buyer.complete(cart.id);

  const [payment] = await shop.ledger.payments(order.id);
  assert.equal(payment.amount, 1_500);
  assert.equal(payment.captured_at, null);
  assert.equal(payment.data.captured ?? 0, 0);
  await assert.rejects(shop.operator.refund(order.id, 100), { status: 400 });

  await shop.operator.capture(order.id);
  assert.equal((await shop.ledger.payments(order.id))[0].data.captured, 1_500);
});

async function cartWithSession() {
  const cart = await shop.buyer.fillCart();
  return shop.buyer.createPaymentSessions(cart.id);
}

/** A refusal is an answer too; a server error is not. */
async function post(cart, data) {
  await shop.buyer
    .updateSession(cart.id, "manual", data)
    .catch((error) => assert.equal(error.status, 400, error.message));
}
