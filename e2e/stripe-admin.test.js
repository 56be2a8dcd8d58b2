// The admin's list of the Stripe payments behind an order.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { AT_ONCE, openWebhookShop } = require("./stripe/webhooks");

const ADMIN = "http://localhost:7001"; // `admin_cors` of the store

let shop;
before(async () => (shop = await openWebhookShop()));
after(() => shop?.close());

async function order(provider) {
  const cart = await shop.paidCart({ provider });
  return { ...cart, order: (await shop.buyer.complete(cart.id)).data };
}
const pathOf = (orderId) => `/admin/orders/stripe-payments/${orderId}`;

test("an order's intents are listed as the JavaScript plugin lists them, with Stripe's risk", async () => {
  const { order: placed, intent } = await order();
  const { payments } = await shop.admin("GET", pathOf(placed.id));
  assert.equal(payments.length, 1);
  const [{ region, created, ...payment }] = payments;
  assert.deepEqual(payment, { id: intent, amount: 1500, risk_score: 10, risk_level: "normal", type: "order" });
  assert.equal(region.id, shop.catalog.region.id);
  assert.equal(region.currency_code, "eur");
  assert.ok(Number.isInteger(created));

  const [payment_] = await shop.ledger.payments(placed.id);
  assert.match(payment_.data.latest_charge, /^ch_/, "what Medusa has stored stays as it was");
});

test("the local methods are listed, too", async () => {
  const { order: placed, intent } = await order(AT_ONCE);
  const { payments } = await shop.admin("GET", pathOf(placed.id));
  assert.deepEqual(
    payments.map(({ id, type }) => [id, type]),
    [[intent, "order"]],
  );
});

test("it is not shown without a login", async () => {
  const { order: placed } = await order();
  await assert.rejects(shop.store("GET", pathOf(placed.id)), { status: 401 });
  const headers = { "x-medusa-access-token": "wrong" };
  await assert.rejects(shop.store("GET", pathOf(placed.id), undefined, headers), { status: 401 });
});

test("an order that is not there is not found", async () => {
  await assert.rejects(shop.admin("GET", pathOf("order_none")), { status: 404 });
});

test("what Stripe does not tell is an error that says so", async () => {
  const { order: placed, intent } = await order();
  const fault = shop.stripe.fault({ kind: "status", status: 403, path: `/v1/payment_intents/${intent}`, times: 9 });
  await assert.rejects(shop.admin("GET", pathOf(placed.id)), { status: 500, message: /retrieve_payment of pi_/ });
  await fault.remove();
});

test("the admin's origin may ask, and no other", async () => {
  const { order: placed } = await order();
  const ask = async (method, origin, headers = {}) =>
    (await fetch(shop.url + pathOf(placed.id), { method, headers: { origin, ...headers } })).headers;
  const allowed = async (...args) => (await ask(...args)).get("access-control-allow-origin");
  const preflight = {
    "access-control-request-method": "GET",
    "access-control-request-headers": "x-medusa-access-token",
  };
  for (const [method, headers] of [
    ["OPTIONS", preflight],
    ["GET", {}],
  ]) {
    assert.equal(await allowed(method, ADMIN, headers), ADMIN);
    assert.equal((await ask(method, ADMIN, headers)).get("access-control-allow-credentials"), "true");
    assert.equal(await allowed(method, "http://evil.example.com", headers), null);
  }
});
