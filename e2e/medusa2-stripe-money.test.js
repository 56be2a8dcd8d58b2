// What Stripe tells a Medusa 2 store of money after it was taken or held, and money that is taken without an event: Medusa's
// records follow if they can; else the log says which payment, what happened and what to do.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { checkout } = require("./stripe/medusa2/checkout");
const { openStripeShop } = require("./stripe/medusa2/shop");
const { SUBJECTS } = require("./stripe/medusa2/subjects");
const { eventually } = require("./support/eventually");

let shop;
let stripe;
let steps;
const errors = [];
before(async () => {
  shop = await openStripeShop({ subject: SUBJECTS.ours, options: { capture: true } });
  stripe = shop.stripe;
  steps = checkout({ shop });
  shop.medusa.lines.follow((line) => {
    if (/error/.test(line) && /medusa-payment-rs: \S+ \(evt_/.test(line)) errors.push(line);
  });
});
after(() => shop?.close());

const HELD_FIRST = { capture_method: "manual" };

/** The errors about the payment, once there are `count`. */
async function errorsAbout({ intent }, count = 1) {
  const about = () => errors.filter((line) => line.includes(intent));
  await eventually(() => about().length >= count);
  return about();
}

/** Medusa looks at one event after the other: once the log has the dispute of another payment, it is through. */
async function isThrough() {
  const other = await steps.heldOrder();
  await stripe.bank.dispute(other.intent);
  await steps.deliver(other, "charge.dispute.created");
  await errorsAbout(other);
}

function assertSays(line, ...parts) {
  for (const part of parts) assert.ok(line.includes(part), `${part}: ${line}`);
}

const paymentOf = async ({ order }) => (await shop.ledger.payments(order))[0];

test("an order whose money is taken at once is captured without an event", async () => {
  const payment = await steps.heldOrder();
  const row = await paymentOf(payment);
  assert.ok(row.captured_at);
  assert.deepEqual(
    (await shop.ledger.captures(row.id)).map(({ amount }) => Number(amount)),
    [15],
  );
  assert.deepEqual(
    [stripe.ledger.payment(payment.intent).captured, stripe.ledger.payment(payment.intent).held],
    [1500, 0],
  );
});

test("a hold that is gone at Stripe is gone in Medusa, and the log names the payment", async () => {
  const payment = await steps.heldOrder(HELD_FIRST);
  await stripe.dashboard.cancel(payment.intent);
  await steps.deliver(payment, "payment_intent.canceled");
  const [line] = await errorsAbout(payment);
  const row = await paymentOf(payment);
  assertSays(line, row.id, row.payment_collection_id, "of 1500", "have the shopper pay anew");
  assert.ok(row.canceled_at);
  await steps.deliver(payment, "payment_intent.canceled");
  await isThrough();
  assert.equal((await errorsAbout(payment)).length, 1, "it is said once");
});

test("what Medusa has done itself is nothing new", async () => {
  const canceled = await steps.heldOrder(HELD_FIRST);
  await steps.cancel(canceled);
  const refunded = await steps.heldOrder();
  await steps.refund(refunded, 5.5);
  await steps.deliver(canceled, "payment_intent.canceled");
  for (const type of ["charge.refunded", "refund.created"]) await steps.deliver(refunded, type);
  await isThrough();
  assert.deepEqual(await errorsAbout(canceled, 0), []);
  assert.deepEqual(await errorsAbout(refunded, 0), []);
});

test("a refund made in the dashboard is pointed out, with what is left to pay, and Medusa records nothing by itself", async () => {
  const payment = await steps.heldOrder();
  const { id: refund } = await stripe.dashboard.refund(payment.intent, { amount: 300 });
  await steps.deliver(payment, "refund.created");
  const [line] = await errorsAbout(payment);
  assertSays(line, payment.row, `the refund ${refund} of 300`, "1200 are left");
  await stripe.dashboard.refund(payment.intent);
  await steps.deliver(payment, "charge.refunded");
  const [, whole] = await errorsAbout(payment, 2);
  assertSays(whole, payment.row, "given back 1500", `POST /admin/payments/${payment.row}/refund`);
  assert.deepEqual(await shop.ledger.refunds(payment.row), []);
});

test("a refund that fails after Medusa has recorded it is pointed out", async () => {
  const payment = await steps.heldOrder();
  stripe.bank.nextRefund("pending");
  await steps.refund(payment, 5.5);
  const [{ id: refund }] = stripe.ledger.payment(payment.intent).refunds;
  stripe.bank.settleRefund(refund, "failed", { reason: "expired_or_canceled_card" });
  await steps.deliver(payment, "refund.failed");
  const [line] = await errorsAbout(payment);
  assertSays(line, payment.row, `${refund} failed (expired_or_canceled_card)`, "Refund 550 again");
});

test("a dispute is pointed out", async () => {
  const payment = await steps.heldOrder();
  const { id } = await stripe.bank.dispute(payment.intent, { reason: "fraudulent" });
  await steps.deliver(payment, "charge.dispute.created");
  assertSays((await errorsAbout(payment))[0], payment.row, "1500", `(fraudulent), dispute ${id}`);
});

test("signed events that are not this store's are no errors", async () => {
  const form = new URLSearchParams({ amount: 900, currency: "eur", "metadata[invoice]": "7" });
  const headers = { authorization: `Bearer ${stripe.apiKey}` };
  const made = await fetch(`${stripe.url}/v1/payment_intents`, { method: "POST", headers, body: form });
  const { id: intent } = await made.json();
  await stripe.shopper.confirm(intent);
  await stripe.dashboard.refund(intent, { amount: 100 });
  const lines = [];
  const stop = shop.medusa.lines.follow((line) => lines.push(line));
  await steps.deliver({ intent }, "charge.refunded");
  await steps.deliver({ intent }, "refund.created");
  const thin = { id: "evt_test_65", object: "v2.core.event", type: "v1.billing.meter.no_meter_found" };
  await steps.send({ ...thin, created: "2026-09-17T06:20:52.246Z", related_object: null });
  const another = {
    id: "re_of_another_account",
    amount: 1,
    status: "succeeded",
    payment_intent: "pi_of_another_account",
  };
  await steps.send(stripe.event("refund.created", another, { account: "acct_connected" }));
  await isThrough();
  stop();
  assert.deepEqual(
    lines.filter((line) => /evt_test_65|pi_of_another_account/.test(line) && /error/.test(line)),
    [],
  );
  assert.deepEqual(await errorsAbout({ intent }, 0), []);
});

test("a forged event of a dispute says nothing", async () => {
  const payment = await steps.heldOrder();
  await stripe.bank.dispute(payment.intent);
  await steps.deliver(payment, "charge.dispute.created", { secret: "whsec_other" });
  await isThrough();
  assert.deepEqual(await errorsAbout(payment, 0), []);
});
