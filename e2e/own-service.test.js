// A store has services of its own on top of ours, as README.md and docs/stripe.md write them.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { after, afterEach, before, describe, test } = require("node:test");
const { codeIn } = require("../support/pages");
const { checkout, PRICE } = require("./stripe/checkout");
const { openStripeShop, optionsFor, ours } = require("./stripe/shop");
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

const serviceIn = (page) => codeIn(path.join(ROOT, page), "js").find((code) => code.startsWith("// src/services/"));

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
