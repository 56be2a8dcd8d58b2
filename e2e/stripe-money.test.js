// What Stripe tells of money after it was taken or held: a hold that is gone, refunds made in the dashboard, refunds that fail,
// disputes. Medusa's records follow if they can; else the log says which order, what happened and what to do.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { assertNothingBooked, assertSettled } = require("./stripe/books");
const { AT_ONCE, TAKEN, openWebhookShop } = require("./stripe/webhooks");
const { eventually } = require("./support/eventually");

let shop;
let stripe;
before(async () => {
  shop = await openWebhookShop();
  stripe = shop.stripe;
});
after(() => shop?.close());

async function placedOrder() {
  const cart = await shop.paidCart();
  const { data } = await shop.buyer.complete(cart.id);
  return { ...cart, order: data };
}

async function capturedOrder() {
  const cart = await placedOrder();
  await shop.operator.capture(cart.order.id);
  return cart;
}

const refundsOf = (cart) => shop.ledger.refunds(cart.order.id);

/** Stripe's last event of the type about something else of the intent's. */
const eventAbout = (cart, type) =>
  stripe.events.findLast(({ type: own, data }) => own === type && data.object.payment_intent === cart.intent);

/** The errors that the server writes while it handles an event, which is answered with `status`. */
async function errorsDuring(event, { status = 200, ...how } = {}) {
  const lines = [];
  const stop = shop.medusa.lines.follow((line) => lines.push(line));
  const { all } = await shop.deliver(event, how);
  // What is written comes in its order, and later than the answer.
  const last = stripe.event("payment_intent.payment_failed", { id: "pi_that_comes_after" });
  await shop.deliver(last);
  await eventually(() => lines.some((line) => line.includes(last.id)));
  stop();
  for (const answer of all) assert.equal(answer.status, status, JSON.stringify(answer.body));
  return lines.filter((line) => /^\W*(\[\d+m)?error/.test(line) && line.includes("medusa-payment-rs"));
}

function assertSays([line, ...others], ...parts) {
  assert.deepEqual(others, [], "one line");
  for (const part of parts) assert.ok(line?.includes(part), `${part}: ${line}`);
}

const named = ({ order }) => `the order ${order.id} (#${order.display_id})`;

test("a hold that is gone at Stripe is gone in Medusa, and the log says what to do about the order", async () => {
  const cart = await placedOrder();
  await stripe.dashboard.cancel(cart.intent);
  const event = shop.eventOf(cart.intent, "payment_intent.canceled");
  assertSays(await errorsDuring(event), named(cart), cart.intent, "of 1500", "have the shopper pay anew");
  const { orders, payments } = await shop.books(cart);
  assert.ok(payments[0].canceled_at);
  assert.deepEqual([orders[0].canceled_at, payments[0].captured_at], [null, null]);

  assert.deepEqual(await errorsDuring(event, { times: 2 }), [], "it is said once");
  const order = await shop.operator.cancelOrder(cart.order.id);
  assert.equal(order.status, "canceled");
});

test("a payment that Medusa has canceled itself is nothing new", async () => {
  const cart = await placedOrder();
  await shop.operator.cancelOrder(cart.order.id);
  assert.deepEqual(await errorsDuring(shop.eventOf(cart.intent, "payment_intent.canceled")), []);
  assert.deepEqual(await errorsDuring(eventAbout(cart, "charge.refunded")), [], "Stripe calls it a refund, too");
});

test("an intent that is canceled before there is an order is nothing new", async () => {
  const cart = await shop.paidCart();
  await stripe.dashboard.cancel(cart.intent);
  assert.deepEqual(await errorsDuring(shop.eventOf(cart.intent, "payment_intent.canceled")), []);
  assertNothingBooked(await shop.books(cart));
});

test("a refund that Medusa has made itself is nothing new, whatever Stripe says of it, and in whichever order", async () => {
  const cart = await capturedOrder();
  await shop.operator.refund(cart.order.id, 300);
  const events = ["charge.refunded", "refund.created"].map((type) => eventAbout(cart, type));
  for (const event of [...events, ...events.reverse()]) assert.deepEqual(await errorsDuring(event), []);
  assert.equal((await refundsOf(cart)).length, 1);
});

test("a refund made in the dashboard is pointed out, with what is left to pay, and Medusa records nothing by itself", async () => {
  const cart = await capturedOrder();
  const { id: refund } = await stripe.dashboard.refund(cart.intent, { amount: 300 });
  const created = eventAbout(cart, "refund.created");
  for (const event of [created, created, eventAbout(cart, "charge.refunded")]) {
    assertSays(await errorsDuring(event), named(cart), "given back 300", "1200 are left");
  }
  assertSays(await errorsDuring(created), `the refund ${refund} of 300`);

  const { id: rest } = await stripe.dashboard.refund(cart.intent, { amount: 1000 });
  const said = await errorsDuring(eventAbout(cart, "refund.created"));
  assertSays(
    said,
    `the refund ${rest} of 1000`,
    "To record it, refund 1000",
    `POST /admin/orders/${cart.order.id}/refund`,
  );
  assert.deepEqual(await refundsOf(cart), []);
  assert.equal((await shop.books(cart)).payments[0].amount_refunded, 0);
});

test("a refund whose reply was lost is pointed out once it cannot be on its way any more", async () => {
  const cart = await capturedOrder();
  stripe.fault({ kind: "reset", when: "after", method: "POST", path: "/v1/refunds", times: 100 });
  stripe.fault({ kind: "status", status: 403, method: "GET", path: "/v1/refunds", times: 100 });
  await assert.rejects(shop.operator.refund(cart.order.id, 300));
  await stripe.clearFaults();
  const event = eventAbout(cart, "refund.created");
  assertSays(await errorsDuring(event, { status: 500 }), "still recording the refund");

  const old = { ...event, created: event.created - 3_600 };
  assertSays(await errorsDuring(old), named(cart), "its reply was lost", `/admin/orders/${cart.order.id}/refund`);
  stripe.advance(60_000);
  await shop.operator.refund(cart.order.id, 300);
  assert.equal(stripe.ledger.payment(cart.intent).refunded, 300, "found, and not paid again");
  assert.deepEqual(await errorsDuring(old), []);
});

test("a refund that fails after Medusa has recorded it is pointed out, until the money is given back", async () => {
  const cart = await capturedOrder();
  stripe.bank.nextRefund("pending");
  await shop.operator.refund(cart.order.id, 300);
  const [refund] = stripe.ledger.payment(cart.intent).refunds;
  stripe.bank.settleRefund(refund.id ?? refund, "failed", { reason: "expired_or_canceled_card" });
  for (const type of ["refund.failed", "charge.refund.updated", "refund.updated"]) {
    const failed = await errorsDuring(eventAbout(cart, type));
    assertSays(failed, named(cart), "expired_or_canceled_card", "Refund 300 again in Stripe's dashboard");
  }

  await stripe.dashboard.refund(cart.intent, { amount: 300 });
  for (const type of ["refund.created", "charge.refunded", "refund.failed"]) {
    assert.deepEqual(await errorsDuring(eventAbout(cart, type)), []);
  }
});

test("a dispute is pointed out, however often it is told", async () => {
  const cart = await capturedOrder();
  const { id } = await stripe.bank.dispute(cart.intent, { reason: "fraudulent" });
  const event = eventAbout(cart, "charge.dispute.created");
  for (const said of [await errorsDuring(event), await errorsDuring(event)]) {
    assertSays(said, named(cart), "1500", `(fraudulent), dispute ${id}`, "dashboard");
  }
});

test("the payment of an order edit leads to its collection", async () => {
  const first = await placedOrder();
  const { payment_collection_id: id } = await shop.operator.requestOrderEdit(first.order.id);
  const [{ id: session, data }] = (await shop.buyer.managePaymentSession(id, AT_ONCE)).payment_sessions;
  await stripe.shopper.confirm(data.id);
  await shop.buyer.authorizePaymentSession(id, session);
  await shop.deliver(shop.eventOf(data.id, TAKEN));
  await stripe.dashboard.refund(data.id, { amount: 300 });
  const [payment] = await shop.postgres.query("SELECT id FROM payment WHERE data->>'id' = $1", [data.id]);
  const said = await errorsDuring(eventAbout({ intent: data.id }, "refund.created"));
  assertSays(said, `the payment collection ${id}`, "700 are left");
  await stripe.dashboard.refund(data.id);
  const whole = await errorsDuring(eventAbout({ intent: data.id }, "refund.created"));
  assertSays(whole, `POST /admin/payments/${payment.id}/refund`);
});

test("money that comes back before the capture is recorded: the capture comes first", async () => {
  const cart = await placedOrder();
  await stripe.dashboard.capture(cart.intent);
  await stripe.dashboard.refund(cart.intent, { amount: 300 });
  assertSays(await errorsDuring(eventAbout(cart, "charge.refunded")), named(cart), "given back 300");
  assertSettled(await shop.books(cart), { captured: true });
});

test("a refund before there is an order is nothing new", async () => {
  const cart = await shop.paidCart({ provider: AT_ONCE });
  await stripe.dashboard.refund(cart.intent);
  assert.deepEqual(await errorsDuring(eventAbout(cart, "charge.refunded")), []);
  assertNothingBooked(await shop.books(cart));
});

test("signed events that are not this store's are answered with 200, and are no errors", async () => {
  const thin = {
    id: "evt_test_65SJx7",
    object: "v2.core.event",
    type: "v1.billing.meter.error_report_triggered",
    livemode: false,
    created: "2026-09-17T06:20:52.246Z",
    related_object: { id: "mtr_1", type: "billing.meter", url: "/v1/billing/meters/mtr_1" },
  };
  const form = new URLSearchParams({ amount: 900, currency: "eur", "metadata[invoice]": "7" });
  const headers = { authorization: `Bearer ${stripe.apiKey}` };
  const made = await fetch(`${stripe.url}/v1/payment_intents`, { method: "POST", headers, body: form });
  const { id: intent } = await made.json();
  await stripe.shopper.confirm(intent);
  await stripe.dashboard.refund(intent, { amount: 100 });
  await stripe.bank.dispute(intent);
  const another = {
    id: "re_of_another_account",
    amount: 1,
    status: "succeeded",
    payment_intent: "pi_of_another_account",
  };
  for (const event of [
    thin,
    ...["charge.refunded", "refund.created", "charge.dispute.created"].map((type) => eventAbout({ intent }, type)),
    stripe.event("refund.created", another, { account: "acct_connected" }),
    stripe.event("charge.refunded", { id: "ch_1", object: "charge", payment_intent: null }),
  ]) {
    assert.deepEqual(await errorsDuring(event), []);
  }
});

test("a forged event of a dispute is refused", async () => {
  const cart = await capturedOrder();
  await stripe.bank.dispute(cart.intent);
  const event = eventAbout(cart, "charge.dispute.created");
  assert.deepEqual(await errorsDuring(event, { status: 400, secret: "whsec_other" }), []);
});
