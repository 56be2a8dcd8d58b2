// A store has services of its own on top of ours, as README.md and docs/stripe.md write them.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { after, afterEach, before, describe, test } = require("node:test");
const { codeIn } = require("../support/pages");
const { checkout, PRICE } = require("./stripe/checkout");
const { openStripeShop, optionsFor, ours } = require("./stripe/shop");
const { WEBHOOK_SECRET, HELD, TAKEN } = require("./stripe/webhooks");
const { startFakeStripe } = require("../support/stripe");
const { openShop } = require("./support");
const { eventually } = require("./support/eventually");
const { MEDUSA_1, ROOT } = require("../support/paths");

/** Where a store's build puts what it compiles from `src`, and where Medusa loads it from. */
const BUILT = path.join(MEDUSA_1.store, "dist");

/** Puts code into the store, as its build does; CommonJS stays as it is. Its first line says where it belongs. */
function build(code) {
  const [, file] = code.match(/^\/\/ src\/(services\/[\w-]+\.js) in the store\n/);
  fs.mkdirSync(path.join(BUILT, path.dirname(file)), { recursive: true });
  fs.writeFileSync(path.join(BUILT, file), code);
}

const serviceIn = (page, file = "") =>
  codeIn(path.join(ROOT, page), "js").find((code) => code.startsWith(`// src/services/${file}`));

/** Where Medusa looks for a store's local plugins. */
const LOCAL = path.join(MEDUSA_1.store, "plugins");

/** Writes what a page puts into a local plugin, and what Medusa needs beside it. */
function writePlugin(page, name) {
  for (const code of codeIn(path.join(ROOT, page), "js")) {
    const [, file] = code.match(/^\/\/ plugins\/([\w/-]+\.js) in the store\n/) ?? [];
    if (!file) continue;
    fs.mkdirSync(path.join(LOCAL, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(LOCAL, file), code);
  }
  fs.writeFileSync(path.join(LOCAL, name, "package.json"), JSON.stringify({ name, version: "1.0.0" }));
}

/** Stripe's last event of the type about an intent. */
const eventOf = (stripe, type, intent) =>
  stripe.events.findLast((event) => event.type === type && event.data.object.id === intent);

const logs = (shop, text) => eventually(() => shop.medusa.output.some((line) => line.includes(text)));

describe("README.md's invoice", () => {
  let shop;
  before(async () => {
    build(serviceIn("README.md"));
    shop = await openShop({ packages: [ROOT], plugins: [] });
  });
  after(async () => {
    await shop?.close();
    fs.rmSync(BUILT, { recursive: true, force: true });
  });

  test("boots in a store that never had its identifier, and takes an order", async () => {
    const { id } = await shop.buyer.placeOrder();
    await shop.operator.capture(id);
    await shop.operator.refund(id, 300);
    const [payment] = await shop.ledger.payments(id);
    assert.equal(payment.provider_id, "manual");
    assert.ok(payment.captured_at);
    assert.equal(payment.amount_refunded, 300);
    await logs(shop, "an invoice was paid");
  });
});

describe("a class on top of Stripe's", () => {
  let shop;
  let steps;
  before(async () => {
    shop = await openStripeShop();
    steps = checkout({ shop });
  });
  afterEach(() => fs.rmSync(BUILT, { recursive: true, force: true }));
  after(() => shop?.close());

  test("stands beside the plugin, as docs/stripe.md writes it, and has its options", async () => {
    build(serviceIn("docs/stripe.md"));
    await shop.reboot({ plugins: [ours(optionsFor(shop.stripe))] });
    const payment = await steps.paidOrder();
    await shop.operator.refund(payment.order, 300);
    const { captured, refunded } = shop.stripe.ledger.payment(payment.intent);
    assert.deepEqual([captured, refunded], [PRICE, 300]);
    await logs(shop, `a refund of 300 for ${payment.intent}`);
  });

  test("needs no plugin if it has options of its own", async () => {
    build(`// src/services/stripe-provider.js in the store
      const { AbstractPaymentProcessor } = require("medusa-payment-rs");
      exports.default = class extends AbstractPaymentProcessor {
        static identifier = "stripe";
        constructor(container) {
          super(container, JSON.parse(process.env.STRIPE_OPTIONS));
        }
      };`);
    const env = { STRIPE_OPTIONS: JSON.stringify(optionsFor(shop.stripe)) };
    await shop.reboot({ plugins: [], env });
    const payment = await steps.paidOrder();
    assert.equal(shop.stripe.ledger.payment(payment.intent).captured, PRICE);
  });

  test("without options, the boot stops and says which one is missing", async () => {
    build(`// src/services/stripe-provider.js in the store
      const { AbstractPaymentProcessor } = require("medusa-payment-rs");
      exports.default = class extends AbstractPaymentProcessor {
        static identifier = "stripe";
      };`);
    await assert.rejects(shop.reboot({ plugins: [] }), /options of "stripe".*api_key/);
  });
});

describe("another way to pay, as docs/stripe.md writes it", () => {
  let shop;
  before(async () => {
    build(serviceIn("docs/stripe.md", "stripe-klarna.js"));
    shop = await openStripeShop({
      providers: ["stripe", "stripe-klarna"],
      options: { webhook_secret: WEBHOOK_SECRET, automatic_payment_methods: true },
    });
  });
  after(async () => {
    await shop?.close();
    fs.rmSync(BUILT, { recursive: true, force: true });
  });

  const orderOf = async (cart) => (await shop.postgres.query(`SELECT * FROM "order" WHERE cart_id = $1`, [cart]))[0];

  /** A cart whose shopper has chosen a way to pay: Medusa starts no payment before that, if there are several. */
  async function cartWith(provider) {
    const { id } = await shop.buyer.fillCart();
    await shop.buyer.createPaymentSessions(id);
    const { payment_session: session } = await shop.buyer.selectSession(id, provider);
    return { id, intent: session.data };
  }

  test("takes an order by webhook, captures by webhook, and refunds", async () => {
    const { intent: any } = await cartWith("stripe");
    assert.equal(any.capture_method, "manual");
    const cart = await cartWith("stripe-klarna");
    assert.deepEqual([cart.intent.payment_method_types, cart.intent.capture_method], [["klarna"], "automatic"]);

    await shop.stripe.shopper.confirm(cart.intent.client_secret);
    const event = eventOf(shop.stripe, TAKEN, cart.intent.id);
    const { status, body } = await shop.stripe.deliver(event, `${shop.url}/stripe/hooks`);
    assert.equal(status, 200, body);

    const order = await orderOf(cart.id);
    const [payment] = await shop.ledger.payments(order.id);
    assert.equal(payment.provider_id, "stripe-klarna");
    assert.ok(payment.captured_at);
    await shop.operator.refund(order.id, 300);
    const { captured, refunded } = shop.stripe.ledger.payment(cart.intent.id);
    assert.deepEqual([captured, refunded], [payment.amount, 300]);
    const { payments } = await shop.admin("GET", `/admin/orders/stripe-payments/${order.id}`);
    assert.deepEqual(
      payments.map(({ id }) => id),
      [cart.intent.id],
    );
    await logs(shop, "stripe-klarna.refund_payment");
  });

  test("is completed by the shopper, and what the cart moves away from is canceled", async () => {
    const cart = await cartWith("stripe-klarna");
    await shop.stripe.shopper.confirm(cart.intent.client_secret);
    const { type } = await shop.buyer.complete(cart.id);
    assert.equal(type, "order");

    const moved = await cartWith("stripe-klarna");
    const { region } = await shop.admin("POST", "/admin/regions", {
      name: "Elsewhere",
      currency_code: "eur",
      tax_rate: 0,
      payment_providers: ["stripe"],
      fulfillment_providers: ["manual"],
      countries: ["fr"],
    });
    await shop.buyer.updateCart(moved.id, { region_id: region.id });
    await eventually(() => shop.stripe.ledger.payment(moved.intent.id).canceled);
  });
});

describe("two accounts in one store, as docs/stripe.md writes them", () => {
  const US_SECRET = "whsec_us";
  let us;
  let shop;
  before(async () => {
    us = await startFakeStripe({ apiKey: "sk_test_us", webhookSecret: US_SECRET });
    us.apiKey = "sk_test_us";
    writePlugin("docs/stripe.md", "stripe-us");
    shop = await openStripeShop({
      providers: ["stripe", "stripe-us"],
      options: { webhook_secret: WEBHOOK_SECRET },
      plugins: (options) => [
        ours(options),
        { resolve: "stripe-us", options: optionsFor(us, { webhook_secret: US_SECRET }) },
      ],
    });
  });
  after(async () => {
    await shop?.close();
    await us?.close();
    fs.rmSync(LOCAL, { recursive: true, force: true });
  });

  test("never mix: each takes its own payments, and hears its own events", async () => {
    const { id: cart } = await shop.buyer.fillCart();
    await shop.buyer.createPaymentSessions(cart);
    await shop.buyer.selectSession(cart, "stripe");
    const { data } = (await shop.buyer.selectSession(cart, "stripe-us")).payment_session;
    await us.shopper.confirm(data.client_secret);
    const event = eventOf(us, HELD, data.id);
    const orders = () => shop.postgres.query(`SELECT * FROM "order" WHERE cart_id = $1`, [cart]);

    const forged = await us.deliver(event, `${shop.url}/stripe/hooks`);
    assert.equal(forged.status, 400);
    const misled = await shop.stripe.deliver(event, `${shop.url}/stripe/hooks`);
    assert.equal(misled.status, 200);
    assert.deepEqual(await orders(), []);

    const told = await us.deliver(event, `${shop.url}/stripe-us/hooks`);
    assert.equal(told.status, 200, told.body);
    const [order] = await orders();
    await shop.operator.capture(order.id);
    await shop.operator.refund(order.id, 200);
    const { captured, refunded } = us.ledger.payment(data.id);
    assert.deepEqual([captured, refunded], [order.id && data.amount, 200]);
    assert.deepEqual(shop.stripe.ledger.moved(), []);
    const { payments } = await shop.admin("GET", `/admin/orders/stripe-payments/${order.id}`);
    assert.deepEqual(
      payments.map(({ id }) => id),
      [data.id],
    );

    const [{ metadata }] = await shop.postgres.query(
      "SELECT customer.metadata FROM customer JOIN cart ON cart.customer_id = customer.id WHERE cart.id = $1",
      [cart],
    );
    const known = (stripe) => stripe.ledger.customers().map(({ id }) => id);
    assert.ok(known(us).includes(metadata["stripe_id_stripe-us"]));
    assert.ok(known(shop.stripe).includes(metadata.stripe_id));
  });
});
