// The audit in a Medusa 2 store, as in Medusa 1: nothing on what ours has recorded, and each mistake of the JavaScript
// plugin, and nothing else.

const assert = require("node:assert/strict");
const { after, before, describe, test } = require("node:test");
const { MEDUSA_2 } = require("../support/paths");
const { startFakeStripe } = require("../support/stripe");
const { auditOf, expectedOf, found } = require("./stripe/audit");
const { checkout } = require("./stripe/medusa2/checkout");
const { openStripeShop, PRICE } = require("./stripe/medusa2/shop");
const { SUBJECTS } = require("./stripe/medusa2/subjects");
const { contentsOf } = require("./support/contents");
const { eventually } = require("./support/eventually");

const FOREVER = Number.POSITIVE_INFINITY;
const { ours, javascript } = SUBJECTS;
const isPost = (path) => (request) => request.method === "POST" && request.path === path;

const succeeds = (promise) =>
  promise.then(
    () => true,
    () => false,
  );

let shop;
let steps;
let audit;
let elsewhere;
before(async () => {
  // What is slow is not the matter here.
  shop = await openStripeShop({ subject: ours, options: { timeout_ms: 5_000, deadline_ms: 12_000 } });
  elsewhere = await startFakeStripe({ apiKey: shop.stripe.apiKey });
  steps = checkout({ shop });
  const { apiKey, url: apiBase } = shop.stripe;
  audit = auditOf({ store: MEDUSA_2.store, databaseUrl: shop.postgres.url, apiKey, apiBase });
});
after(async () => {
  await shop?.close();
  await elsewhere?.close();
});

test("on what ours has recorded it finds nothing", async () => {
  const { stripe } = shop;
  await steps.openSession();
  await steps.heldOrder();
  const refunded = await steps.paidOrder();
  for (const amount of [3, 3, PRICE - 6]) await steps.refund(refunded, amount);
  await steps.partlyPaidOrder();
  const lost = await steps.paidOrder();
  // Neither the refund's reply nor a look at it comes through.
  const fault = stripe.fault({ kind: "reset", when: "after", times: FOREVER, path: "/v1/refunds" });
  await assert.rejects(steps.refund(lost, 4));
  await fault.remove();
  // As long as it may be another server's, the operator is told to wait.
  await eventually(() => succeeds(steps.refund(lost, 4)));
  const declined = await steps.paidOrder();
  const refusal = stripe.fault({ kind: "status", status: 402, where: isPost("/v1/refunds") });
  await assert.rejects(steps.refund(declined, 4));
  await refusal.remove();
  await steps.cancel(await steps.heldOrder());
  await steps.cancel(await steps.paidOrder());
  const replaced = await steps.paidSession();
  await steps.start(replaced);
  await steps.heldOrder({ capture_method: "automatic" });
  // What is canceled in the background.
  await eventually(() => stripe.ledger.payment([...replaced.known][0]).canceled);

  const { code, report, kinds } = await found(audit);
  assert.deepEqual(kinds, {});
  assert.deepEqual([code, report.summary.count, report.audit.medusa], [0, 0, "medusa2"]);
  assert.ok(report.audit.payments >= 7);
});

describe("with the JavaScript plugin", () => {
  const planted = {};
  const answered = (status, body, path, more) =>
    shop.stripe.fault({ kind: "status", status, body, where: isPost(path), ...more });

  const plants = {
    async refund_not_paid() {
      const payment = await steps.paidOrder();
      answered(403, "json", "/v1/refunds");
      await steps.refund(payment, 3);
      return payment;
    },
    async refund_failed() {
      const payment = await steps.paidOrder();
      shop.stripe.bank.nextRefund("failed");
      await steps.refund(payment, 3);
      return payment;
    },
    async refund_not_recorded() {
      const payment = await steps.paidOrder();
      await shop.stripe.dashboard.refund(payment.intent, { amount: 200 });
      return payment;
    },
    async refund_paid_twice() {
      const payment = await steps.paidOrder();
      const fault = shop.stripe.fault({ kind: "reset", when: "after", times: FOREVER, where: isPost("/v1/refunds") });
      await assert.rejects(steps.refund(payment, 3));
      await fault.remove();
      await steps.refund(payment, 3);
      return payment;
    },
    async capture_not_recorded() {
      const payment = await steps.heldOrder();
      await shop.stripe.dashboard.capture(payment.intent);
      return payment;
    },
    async capture_not_made() {
      const payment = await steps.heldOrder();
      answered(403, "json", `/v1/payment_intents/${payment.intent}/capture`);
      await steps.capture(payment);
      return payment;
    },
    async authorization_lost() {
      const payment = await steps.heldOrder();
      await shop.stripe.dashboard.cancel(payment.intent);
      return payment;
    },
    amount_differs: () => steps.partlyPaidOrder(),
    async canceled_money_held() {
      const payment = await steps.heldOrder();
      answered(402, "stripe", `/v1/payment_intents/${payment.intent}/cancel`, { times: FOREVER });
      await steps.cancel(payment);
      return payment;
    },
    async canceled_money_taken() {
      const payment = await steps.heldOrder();
      await shop.stripe.dashboard.capture(payment.intent);
      await steps.cancel(payment);
      return payment;
    },
    money_without_order: () => steps.paidSession(),
    /** An intent whose creation was never answered, and the cart is paid with another one. */
    async live_intent() {
      const payment = await steps.filledCart();
      const fault = shop.stripe.fault({
        kind: "reset",
        when: "after",
        times: FOREVER,
        where: isPost("/v1/payment_intents"),
      });
      await steps.start(payment).catch(() => {});
      await fault.remove();
      const [left] = steps.intentsOf(payment);
      await steps.buy(payment);
      return { ...payment, intent: left.id };
    },
  };

  before(async () => {
    await shop.stripe.clearFaults();
    await shop.reboot(shop.settingsFor(javascript));
    steps = checkout({ shop });
    for (const [kind, plant] of Object.entries(plants)) {
      planted[kind] = await plant();
      await shop.stripe.clearFaults();
    }
    // Right ones among them.
    const refunded = await steps.paidOrder();
    await steps.refund(refunded, 3);
    await steps.openSession();
    await steps.cancel(await steps.heldOrder());

    // The same key names another account.
    await shop.reboot({ ...shop.settingsFor(javascript), env: javascript.env(elsewhere) });
    planted.unknown_payment = await checkout({ shop: { ...shop, stripe: elsewhere } }).heldOrder();
  });

  test("it finds each mistake, and nothing else", async () => {
    const { code, report, kinds } = await found(audit);
    assert.deepEqual(kinds, expectedOf(planted));
    assert.equal(code, 1);
    assert.equal(report.findings.length, Object.keys(planted).length);
    const twice = report.findings.find(({ kind }) => kind === "refund_paid_twice");
    assert.deepEqual(
      [twice.amount, twice.order, twice.payment],
      [300, planted.refund_paid_twice.order, planted.refund_paid_twice.row],
    );
    const differs = report.findings.find(({ kind }) => kind === "amount_differs");
    assert.equal(differs.money, "9.50 EUR");
  });

  test("one order is asked for by its id", async () => {
    for (const kind of ["refund_paid_twice", "canceled_money_held"]) {
      const { kinds } = await found(audit, "--order", planted[kind].order);
      assert.deepEqual(kinds, { [planted[kind].intent]: [kind] });
    }
  });

  test("it has only read", async () => {
    shop.stripe.requests.clear();
    const contents = () =>
      contentsOf(shop.postgres, ["payment", "capture", "refund", "payment_session", "payment_collection"]);
    const before = await contents();
    await audit();
    assert.ok(shop.stripe.requests.length > 0);
    assert.ok(shop.stripe.requests.every(({ method }) => method === "GET"));
    assert.deepEqual(await contents(), before);
  });
});
