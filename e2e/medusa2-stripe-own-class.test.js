// A Medusa 2 store with a way to pay of its own on top of Stripe, as docs/stripe-medusa-2.md writes it, and with two accounts
// at Stripe.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { after, before, test } = require("node:test");
const ts = require("typescript");
const { codeIn } = require("../support/pages");
const { MEDUSA_2, ROOT } = require("../support/paths");
const { startFakeStripe } = require("../support/stripe");
const { eventually } = require("./support/eventually");
const { openShop } = require("./support/medusa2");

const KLARNA = "pp_stripe-klarna_stripe";
const EU = "pp_stripe_stripe";
const US = "pp_stripe_us";
const TAKEN = "payment_intent.succeeded";
const HELD = "payment_intent.amount_capturable_updated";

const MODULES = path.join(MEDUSA_2.store, "src/modules");

/** Writes the module of the page as a store's build does. */
function build(page) {
  const line = /^\/\/ src\/modules\/(stripe-klarna)\/index\.ts\n/;
  const code = codeIn(path.join(ROOT, page), "ts").find((block) => line.test(block));
  const folder = path.join(MODULES, code.match(line)[1]);
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "index.js"), ts.transpileModule(code, { compilerOptions }).outputText);
}

let eu;
let us;
let shop;
before(async () => {
  eu = await startFakeStripe({ apiKey: "sk_test_eu", webhookSecret: "whsec_eu" });
  us = await startFakeStripe({ apiKey: "sk_test_us", webhookSecret: "whsec_us" });
  build("docs/stripe-medusa-2.md");
  const options = (stripe, apiKey) => ({ apiKey, webhookSecret: stripe.webhookSecret, api_base: stripe.url });
  shop = await openShop({
    packages: [ROOT],
    provider: EU,
    providers: [
      { resolve: "medusa-payment-rs/v2/stripe", id: "stripe", options: options(eu, "sk_test_eu") },
      { resolve: "./src/modules/stripe-klarna", id: "stripe", options: options(eu, "sk_test_eu") },
      { resolve: "medusa-payment-rs/v2/stripe", id: "us", options: options(us, "sk_test_us") },
    ],
  });
});
after(async () => {
  await shop?.close();
  await eu?.close();
  await us?.close();
  fs.rmSync(MODULES, { recursive: true, force: true });
});

/** A cart with a session of the provider: `{ cart, data }`. */
async function begin(provider) {
  const { id } = await shop.buyer.fillCart();
  const { data } = await shop.buyer.startPayment(id, { provider });
  return { cart: id, data };
}

/** Sends Stripe's last event of the type about the intent to an endpoint. */
function deliver(stripe, type, { data }, endpoint) {
  const event = stripe.events.findLast((one) => one.type === type && one.data.object.id === data.id);
  const payload = JSON.stringify(event);
  return shop.service.webhook(endpoint, payload, { "stripe-signature": stripe.sign(payload) });
}

const orderOf = async ({ cart }) =>
  (await shop.postgres.query("SELECT order_id FROM order_cart WHERE cart_id = $1 AND deleted_at IS NULL", [cart]))[0]
    ?.order_id;

async function paymentOf(payment) {
  await eventually(() => orderOf(payment));
  const order = await orderOf(payment);
  await eventually(async () => (await shop.ledger.payments(order)).length === 1);
  return (await shop.ledger.payments(order))[0];
}

test("another way to pay takes an order by the account's one webhook, captured, and refunds", async () => {
  const payment = await begin(KLARNA);
  assert.deepEqual(payment.data.payment_method_types, ["klarna"]);
  assert.equal(payment.data.capture_method, "automatic");
  await eu.shopper.confirm(payment.data.client_secret);
  await deliver(eu, TAKEN, payment, "stripe_stripe");
  const row = await paymentOf(payment);
  assert.equal(row.provider_id, KLARNA);
  await eventually(async () => (await shop.ledger.captures(row.id)).length === 1);
  await shop.operator.refund(row.id, 3);
  const { captured, refunded } = eu.ledger.payment(payment.data.id);
  assert.deepEqual([captured, refunded], [1500, 300]);
  await eventually(() => shop.medusa.output.some((line) => line.includes("stripe-klarna.refund_payment")));
});

test("another way to pay is completed by the shopper", async () => {
  const payment = await begin(KLARNA);
  await eu.shopper.confirm(payment.data.client_secret);
  const { type } = await shop.buyer.complete(payment.cart);
  assert.equal(type, "order");
});

test("two accounts never mix: each takes its own payments, and hears its own events", async () => {
  const payment = await begin(US);
  await us.shopper.confirm(payment.data.client_secret);
  await deliver(us, HELD, payment, "stripe_stripe");
  await eventually(() => shop.medusa.output.some((line) => /signature/i.test(line)));
  assert.equal(await orderOf(payment), undefined);
  const moved = eu.ledger.moved().length;
  await deliver(us, HELD, payment, "stripe_us");
  const row = await paymentOf(payment);
  assert.equal(row.provider_id, US);
  await shop.operator.capture(row.id);
  await shop.operator.refund(row.id, 2);
  const { captured, refunded } = us.ledger.payment(payment.data.id);
  assert.deepEqual([captured, refunded], [1500, 200]);
  assert.equal(eu.ledger.moved().length, moved);
});
