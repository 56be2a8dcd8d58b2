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

test("an order's intents are listed as the JavaScript plugin lists them, with Stripe's risk, and with more", async () => {
  const { order: placed, intent } = await order();
  const { payments, findings } = await shop.admin("GET", pathOf(placed.id));
  assert.deepEqual(findings, []);
  assert.equal(payments.length, 1);
  const [{ region, created, ...payment }] = payments;
  const [recorded] = await shop.ledger.payments(placed.id);
  const asInThePlugin = { id: intent, amount: 1500, risk_score: 10, risk_level: "normal", type: "order" };
  const more = {
    payment: recorded.id,
    status: "requires_capture",
    currency_code: "eur",
    decimals: 2,
    captured: 0,
    refunded: 0,
    refunds: [],
    dashboard_url: `https://dashboard.stripe.com/test/payments/${intent}`,
    findings: [],
  };
  assert.deepEqual(payment, { ...asInThePlugin, ...more });
  assert.equal(region.id, shop.catalog.region.id);
  assert.equal(region.currency_code, "eur");
  assert.ok(Number.isInteger(created));
  assert.match(recorded.data.latest_charge, /^ch_/, "what Medusa has stored stays as it was");
});

test("a refund is listed with its payment", async () => {
  const { order: placed } = await order();
  await shop.operator.capture(placed.id);
  await shop.operator.refund(placed.id, 400);
  const [payment] = (await shop.admin("GET", pathOf(placed.id))).payments;
  assert.deepEqual([payment.captured, payment.refunded], [1500, 400]);
  assert.deepEqual(
    payment.refunds.map(({ amount, status }) => [amount, status]),
    [[400, "succeeded"]],
  );
});

test("the payment of a swap, and that of an order edit, are listed as such", async () => {
  const { order: placed } = await order();
  const others = { swap: await order(), edit: await order() };
  const query = shop.postgres.query;
  await query(
    "INSERT INTO swap (id, order_id, fulfillment_status, payment_status) VALUES ('swap_1', $1, 'not_fulfilled', 'captured')",
    [placed.id],
  );
  await query("UPDATE payment SET order_id = NULL, swap_id = 'swap_1' WHERE order_id = $1", [others.swap.order.id]);
  await query(
    `INSERT INTO payment_collection (id, type, status, amount, region_id, currency_code, created_by)
     VALUES ('paycol_1', 'order_edit', 'authorized', 1500, $1, 'eur', 'usr_operator')`,
    [shop.catalog.region.id],
  );
  await query(
    "INSERT INTO order_edit (id, order_id, payment_collection_id, created_by) VALUES ('oe_1', $1, 'paycol_1', 'usr_operator')",
    [placed.id],
  );
  await query(
    "INSERT INTO payment_collection_payments (payment_collection_id, payment_id) SELECT 'paycol_1', id FROM payment WHERE order_id = $1",
    [others.edit.order.id],
  );
  await query("UPDATE payment SET order_id = NULL WHERE order_id = $1", [others.edit.order.id]);
  const { payments } = await shop.admin("GET", pathOf(placed.id));
  assert.deepEqual(Object.fromEntries(payments.map(({ type, id }) => [type, id])), {
    order: (await shop.ledger.payments(placed.id))[0].data.id,
    swap: others.swap.intent,
    edit: others.edit.intent,
  });
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
  await assert.rejects(shop.admin("GET", pathOf(placed.id)), { status: 500, message: /Stripe does not allow this/ });
  await fault.remove();
});

test("a key that Stripe does not accept is an error that says where it is", async () => {
  const { order: placed } = await order();
  const fault = shop.stripe.fault({ kind: "status", status: 401, path: "/v1/payment_intents", times: 9 });
  await assert.rejects(shop.admin("GET", pathOf(placed.id)), { status: 500, message: /see the option api_key/ });
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
