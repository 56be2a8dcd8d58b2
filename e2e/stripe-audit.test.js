// The audit in a Medusa 1 store: on what ours has recorded it finds nothing. Then the JavaScript plugin makes each
// mistake, and the audit finds each, and nothing else.

const assert = require("node:assert/strict");
const { after, before, describe, test } = require("node:test");
const { MEDUSA_1 } = require("../support/paths");
const { startFakeStripe } = require("../support/stripe");
const { auditOf, expectedOf, found } = require("./stripe/audit");
const { checkout, PRICE } = require("./stripe/checkout");
const { envForPlugin } = require("./stripe/plugin-env");
const { openStripeShop } = require("./stripe/shop");
const { eventually } = require("./support/eventually");
const { contentsOf } = require("./support/contents");

const PLUGIN = "medusa-payment-stripe";
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
  shop = await openStripeShop({ options: { timeout_ms: 5_000, deadline_ms: 12_000 } });
  elsewhere = await startFakeStripe({ apiKey: shop.stripe.apiKey });
  steps = checkout({ shop });
  const { apiKey, url: apiBase } = shop.stripe;
  audit = auditOf({ store: MEDUSA_1.store, databaseUrl: shop.postgres.url, apiKey, apiBase });
});
after(async () => {
  await shop?.close();
  await elsewhere?.close();
});

/** The shopper logs in as another customer, and pays what they are shown then. */
async function customerChanged() {
  const payment = await steps.sessionOfAnother();
  await shop.buyer.createPaymentSessions(payment.cart);
  const { data } = await steps.sessionOf(payment.cart);
  await shop.stripe.shopper.confirm(data.id, { card: "ok" });
  const { type } = await shop.buyer.complete(payment.cart);
  assert.equal(type, "order");
  return payment;
}

test("on what ours has recorded it finds nothing", async () => {
  const { stripe, operator, buyer } = shop;
  await steps.openSession();
  await steps.heldOrder();
  const refunded = await steps.paidOrder();
  await operator.refund(refunded.order, 300);
  await operator.refund(refunded.order, 300);
  await operator.refund(refunded.order, PRICE - 600);
  const lost = await steps.paidOrder();
  // Neither the refund's reply nor a look at it comes through.
  const fault = stripe.fault({ kind: "reset", when: "after", times: 99, path: "/v1/refunds" });
  await assert.rejects(operator.refund(lost.order, 400));
  await fault.remove();
  // As long as it may be another server's, the operator is told to wait.
  await eventually(() => succeeds(operator.refund(lost.order, 400)));
  const declined = await steps.paidOrder();
  const refusal = stripe.fault({ kind: "status", status: 402, where: isPost("/v1/refunds") });
  await assert.rejects(operator.refund(declined.order, 400));
  await refusal.remove();
  const unwanted = await steps.heldOrder();
  await operator.cancelOrder(unwanted.order);
  const givenUp = await steps.openSession();
  await buyer.deleteSession(givenUp.cart, "stripe");
  await customerChanged();

  const { code, report, kinds } = await found(audit);
  assert.deepEqual(kinds, {});
  assert.deepEqual([code, report.summary.count, report.audit.medusa], [0, 0, "medusa1"]);
  assert.ok(report.audit.payments >= 6);
});

describe("with the JavaScript plugin", () => {
  const planted = {};
  const bootWith = (stripe) =>
    shop.reboot({
      plugins: [{ resolve: PLUGIN, options: { api_key: shop.stripe.apiKey } }],
      env: envForPlugin(PLUGIN, stripe),
    });
  /** What Stripe, or a proxy before it, answers once. */
  const answered = (status, body, path) => shop.stripe.fault({ kind: "status", status, body, where: isPost(path) });

  const plants = {
    async refund_not_paid() {
      const payment = await steps.paidOrder();
      answered(402, "stripe", "/v1/refunds");
      await shop.operator.refund(payment.order, 300);
      return payment;
    },
    async refund_failed() {
      const payment = await steps.paidOrder();
      shop.stripe.bank.nextRefund("pending");
      await shop.operator.refund(payment.order, 300);
      const [{ id }] = shop.stripe.ledger.payment(payment.intent).refunds;
      shop.stripe.bank.settleRefund(id, "failed", { reason: "expired_or_canceled_card" });
      return payment;
    },
    async refund_not_recorded() {
      const payment = await steps.paidOrder();
      await shop.stripe.dashboard.refund(payment.intent, { amount: 200 });
      return payment;
    },
    async refund_paid_twice() {
      const payment = await steps.paidOrder();
      shop.stripe.fault({ kind: "reset", when: "after", where: isPost("/v1/refunds") });
      await shop.operator.refund(payment.order, 300);
      assert.equal(shop.stripe.ledger.payment(payment.intent).refunds.length, 2);
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
    async amount_differs() {
      const payment = await steps.heldOrder();
      await shop.stripe.dashboard.capture(payment.intent, { amount: 900 });
      await steps.capture(payment);
      return payment;
    },
    async canceled_money_held() {
      const payment = await steps.heldOrder();
      answered(402, "stripe", `/v1/payment_intents/${payment.intent}/cancel`);
      await shop.operator.cancelOrder(payment.order);
      return payment;
    },
    async canceled_money_taken() {
      const payment = await steps.heldOrder();
      await shop.stripe.dashboard.capture(payment.intent);
      await shop.operator.cancelOrder(payment.order);
      return payment;
    },
    money_without_order: () => steps.paidSession(),
    live_intent: customerChanged,
  };

  before(async () => {
    await shop.stripe.clearFaults();
    await bootWith(shop.stripe);
    for (const [kind, plant] of Object.entries(plants)) {
      planted[kind] = await plant();
      await shop.stripe.clearFaults();
    }
    // Right ones among them.
    const refunded = await steps.paidOrder();
    await shop.operator.refund(refunded.order, 300);
    await steps.openSession();
    const unwanted = await steps.heldOrder();
    await shop.operator.cancelOrder(unwanted.order);

    // The same key names another account.
    await bootWith(elsewhere);
    const away = checkout({ shop: { ...shop, stripe: elsewhere } });
    planted.unknown_payment = await away.heldOrder();
  });

  test("it finds each mistake, and nothing else", async () => {
    const { code, report, kinds } = await found(audit);
    assert.deepEqual(kinds, expectedOf(planted));
    assert.equal(code, 1);
    const { length } = Object.keys(planted);
    assert.deepEqual(
      [report.findings.length, report.summary.count, report.summary.kinds.length],
      [length, length, length],
    );
  });

  test("what it says names the order, the money, both sides, the fault and the cure", async () => {
    const { report } = await found(audit);
    const finding = report.findings.find(({ kind }) => kind === "refund_not_paid");
    const { order, payment, amount, currency, money, medusa, stripe, since, fault, advice } = finding;
    assert.equal(order, planted.refund_not_paid.order);
    assert.match(payment, /^pay_/);
    assert.deepEqual([amount, currency, money], [300, "eur", "3.00 EUR"]);
    assert.equal(medusa, "A payment of 10.00 EUR: 10.00 EUR captured, 3.00 EUR refunded.");
    assert.equal(stripe, "The payment of 10.00 EUR is succeeded, 10.00 EUR captured.");
    assert.ok(Math.abs(Date.parse(since) - Date.now()) < 600_000);
    assert.match(fault, /medusa-payment-stripe/);
    assert.match(advice, /Stripe's dashboard/);
  });

  test("one order is asked for by its id or its number", async () => {
    const { order } = planted.refund_paid_twice;
    const [{ display_id: number }] = await shop.postgres.query(`SELECT display_id FROM "order" WHERE id = $1`, [order]);
    for (const name of [order, String(number), `#${number}`]) {
      const { kinds } = await found(audit, "--order", name);
      assert.deepEqual(kinds, { [planted.refund_paid_twice.intent]: ["refund_paid_twice"] });
    }
    const changed = await found(audit, "--order", (await steps.orderOf(planted.live_intent)).id);
    assert.deepEqual(changed.kinds, {}, "only the whole store's audit lists what no session names any more");
  });

  test("a time in which nothing was paid has no findings", async () => {
    assert.deepEqual((await found(audit, "--until", "2020-01-01")).kinds, {});
    assert.deepEqual((await found(audit, "--since", "2020-01-01")).kinds, expectedOf(planted));
  });

  test("it has only read, and shows no secret", async () => {
    shop.stripe.requests.clear();
    const contents = () => contentsOf(shop.postgres, ["payment", "refund", "payment_session", "order", "cart"]);
    const before = await contents();
    for (const format of [[], ["--json"], ["--csv"]]) {
      const { stdout, stderr } = await audit(...format);
      for (const secret of [shop.stripe.apiKey, new URL(shop.postgres.url).password, "_secret_"]) {
        assert.ok(!`${stdout}${stderr}`.includes(secret));
      }
    }
    assert.ok(shop.stripe.requests.length > 0);
    assert.ok(shop.stripe.requests.every(({ method }) => method === "GET"));
    assert.deepEqual(await contents(), before);
  });

  test("people read it as text, and spreadsheets as CSV", async () => {
    const text = (await audit()).stdout;
    assert.match(text, /^Money for which there is no order: 10\.00 EUR, since \d{4}-/m);
    assert.match(text, new RegExp(`${Object.keys(planted).length} findings\n`));
    const [header, ...lines] = (await audit("--csv")).stdout.trim().split("\r\n");
    assert.match(header, /^kind,order,display_id,payment,/);
    assert.equal(lines.length, Object.keys(planted).length);
  });
});
