// What Stripe's events do to a store, one at a time.

const assert = require("node:assert/strict");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { assertNothingBooked, assertSettled } = require("./stripe/books");
const { AT_ONCE, HELD, TAKEN, openWebhookShop } = require("./stripe/webhooks");

let shop;
let stripe;
before(async () => {
  shop = await openWebhookShop({ plugins: [{ resolve: path.join(__dirname, "stripe/emitter") }] });
  stripe = shop.stripe;
});
after(() => shop?.close());

async function accepted(event, how) {
  const answer = await shop.deliver(event, how);
  assert.equal(answer.status, 200, answer.body);
  assert.deepEqual(answer.body, { received: true });
}

const linesDuring = (work, pattern) => shop.linesDuring(work, pattern);

/** An intent that was made beside Medusa's, as medusa-payment-stripe leaves behind the ones that it replaces. */
async function strayIntent(metadata, { amount = 1500, capture_method = "manual" } = {}) {
  const form = new URLSearchParams({ amount, currency: "eur", capture_method });
  for (const [key, value] of Object.entries(metadata)) form.set(`metadata[${key}]`, value);
  const headers = { authorization: `Bearer ${stripe.apiKey}` };
  const response = await fetch(`${stripe.url}/v1/payment_intents`, { method: "POST", headers, body: form });
  return (await response.json()).id;
}

test("a cart whose shopper has closed the window becomes an order once the money is held", async () => {
  const cart = await shop.paidCart();
  await accepted(cart.event);
  assertSettled(await shop.books(cart), { captured: false });

  const { type, data } = await shop.buyer.complete(cart.id);
  assert.equal(type, "order", "a shopper who comes back gets the order");
  assert.equal(data.cart_id, cart.id);
});

test("money that was taken at once is recorded as captured", async () => {
  const cart = await shop.paidCart({ provider: AT_ONCE });
  await accepted(cart.event);
  assertSettled(await shop.books(cart), { captured: true });
});

test("the total includes the taxes that completing a cart adds", async () => {
  const { region } = shop.catalog;
  await shop.admin("POST", `/admin/regions/${region.id}`, { tax_rate: 19 });
  try {
    const cart = await shop.paidCart();
    assert.equal(cart.amount, 1785);
    await accepted(cart.event);
    assertSettled(await shop.books(cart), { captured: false });
  } finally {
    await shop.admin("POST", `/admin/regions/${region.id}`, { tax_rate: 0 });
  }
});

test("a capture in Stripe's dashboard is recorded on the order", async () => {
  const cart = await shop.paidCart();
  await shop.buyer.complete(cart.id);
  await stripe.dashboard.capture(cart.intent);
  await accepted(shop.eventOf(cart.intent, TAKEN));
  assertSettled(await shop.books(cart), { captured: true });
});

test("a capture that Medusa has made itself changes nothing", async () => {
  const cart = await shop.paidCart();
  const { data: order } = await shop.buyer.complete(cart.id);
  await shop.operator.capture(order.id);
  const before = await shop.books(cart);
  await accepted(shop.eventOf(cart.intent, TAKEN));
  assert.deepEqual(await shop.books(cart), before);
  assertSettled(before, { captured: true });
});

test("events may come in the wrong order, late and several times", async () => {
  const cart = await shop.paidCart();
  await stripe.dashboard.capture(cart.intent);
  await accepted(shop.eventOf(cart.intent, TAKEN), { times: 2 });
  assertSettled(await shop.books(cart), { captured: true });
  const before = await shop.books(cart);
  await accepted(cart.event, { times: 3 });
  assert.deepEqual(await shop.books(cart), before);
});

test("a declined card is logged, and the shopper can pay afterwards", async () => {
  const cart = await shop.cartToPay();
  await stripe.shopper.confirm(cart.intent, { card: "declined" });
  const failed = shop.eventOf(cart.intent, "payment_intent.payment_failed");
  const lines = await linesDuring(() => accepted(failed), /attempt to pay/);
  assert.match(lines[0], new RegExp(`${cart.intent} failed: .*declined`));
  assertNothingBooked(await shop.books(cart));

  await stripe.shopper.confirm(cart.intent);
  await accepted(shop.eventOf(cart.intent, HELD));
  assertSettled(await shop.books(cart), { captured: false });
});

test("an event that is out of date by the time it comes completes nothing", async () => {
  const cart = await shop.paidCart();
  await stripe.dashboard.cancel(cart.intent);
  await accepted(cart.event);
  assertNothingBooked(await shop.books(cart));
});

test("events of other types are answered and ignored", async () => {
  const cart = await shop.cartToPay();
  for (const type of ["payment_intent.created", "charge.captured", "customer.updated", "invoice.paid"]) {
    await accepted(stripe.event(type, { id: cart.intent, metadata: { resource_id: cart.id } }));
  }
  assertNothingBooked(await shop.books(cart));
});

test("an event about something that this store does not have is answered, and logged", async () => {
  for (const resource of ["cart_of_another_store", "paycol_of_another_store"]) {
    const intent = await strayIntent({ resource_id: resource });
    await stripe.shopper.confirm(intent);
    const event = shop.eventOf(intent, HELD);
    const lines = await linesDuring(() => accepted(event), new RegExp(`no ${resource}`));
    assert.match(lines[0], /warn/);
  }
  const unknown = stripe.event(HELD, { id: "pi_of_another_account", metadata: { resource_id: "cart_1" } });
  const lines = await linesDuring(() => accepted(unknown), /no pi_of_another_account/);
  assert.match(lines[0], /warn/);
});

test("a payment that was not made for a cart is answered and ignored", async () => {
  const intent = await strayIntent({ invoice: "7" });
  await stripe.shopper.confirm(intent);
  await accepted(shop.eventOf(intent, HELD));
});

test("the cart of an intent of an old version of the JavaScript plugin is found", async () => {
  const cart = await shop.cartToPay();
  const intent = await strayIntent({ cart_id: cart.id, resource_id: "something else" });
  await shop.postgres.query(
    "UPDATE payment_session SET data = jsonb_set(data, '{id}', to_jsonb($1::text)) WHERE cart_id = $2 AND is_selected",
    [intent, cart.id],
  );
  await stripe.shopper.confirm(intent);
  await accepted(shop.eventOf(intent, HELD));
  assertSettled(await shop.books({ ...cart, intent }), { captured: false });
});

test("an intent that no session has any more completes nothing, and the log says what to do", async () => {
  for (const [method, type, advice] of [
    ["manual", HELD, "cancel"],
    ["automatic", TAKEN, "refund"],
  ]) {
    const cart = await shop.cartToPay();
    const intent = await strayIntent({ resource_id: cart.id }, { capture_method: method });
    await stripe.shopper.confirm(intent);
    const lines = await linesDuring(() => accepted(shop.eventOf(intent, type)), new RegExp(intent));
    assert.match(lines.find((line) => /error/.test(line)) ?? "", new RegExp(`1500.*: ${advice} it in its dashboard`));
    assertNothingBooked(await shop.books(cart));

    // The shopper's own payment is not disturbed, and afterwards the stray one is still pointed out.
    await stripe.shopper.confirm(cart.intent);
    await accepted(shop.eventOf(cart.intent, HELD));
    assertSettled(await shop.books(cart), { captured: false });
    const again = await linesDuring(() => accepted(shop.eventOf(intent, type)), /another payment than/);
    assert.match(again[0], /error/);
    assertSettled(await shop.books(cart), { captured: false });
  }
});

test("a payment of another amount than the cart's completes nothing until one of the two is changed", async () => {
  const cart = await shop.paidCart();
  const setPrice = (price) =>
    shop.postgres.query("UPDATE line_item SET unit_price = $1 WHERE cart_id = $2", [price, cart.id]);
  await setPrice(999);
  const answer = await shop.deliver(cart.event);
  assert.equal(answer.status, 500);
  assert.match(answer.body, /a payment of 1500 and cart_\w+ asks for 1499/);
  assertNothingBooked(await shop.books(cart));

  await setPrice(1_000);
  await accepted(cart.event);
  assertSettled(await shop.books(cart), { captured: false });
});

async function soldOut(work) {
  const { variant } = shop.catalog;
  const setStock = (quantity) =>
    shop.postgres.query("UPDATE product_variant SET inventory_quantity = $1 WHERE id = $2", [quantity, variant.id]);
  await setStock(0);
  try {
    return await work();
  } finally {
    await setStock(1_000_000);
  }
}

test("a cart that is sold out when the money is held is given up, and the money released", async () => {
  const cart = await shop.paidCart();
  await soldOut(() => accepted(cart.event));
  const { orders, payments, stripe: intent } = await shop.books(cart);
  assert.deepEqual(orders, []);
  assert.ok(payments.every((payment) => payment.canceled_at));
  assert.equal(intent.released, 1500);
});

test("a cart that is sold out when the money is taken waits for a refund, or for new stock", async () => {
  const [refunded, restocked] = [
    await shop.paidCart({ provider: AT_ONCE }),
    await shop.paidCart({ provider: AT_ONCE }),
  ];
  for (const cart of [refunded, restocked]) {
    const answer = await soldOut(() => shop.deliver(cart.event));
    assert.equal(answer.status, 500, "Stripe's dashboard lists it among the failed ones");
    const { orders, stripe: intent } = await shop.books(cart);
    assert.deepEqual([orders, intent.captured, intent.refunded], [[], 1500, 0]);
  }

  await stripe.dashboard.refund(refunded.intent);
  await accepted(refunded.event);
  await assert.rejects(shop.buyer.complete(refunded.id), /was refunded/);
  const { orders } = await shop.books(refunded);
  assert.deepEqual(orders, [], "nothing is sent to a shopper who has the money back");

  await accepted(restocked.event);
  assertSettled(await shop.books(restocked), { captured: true });
});

test("a row of the idempotency key that an earlier delivery has left behind is no obstacle", async () => {
  const cart = await shop.paidCart();
  await shop.postgres.query(
    `INSERT INTO idempotency_key (id, idempotency_key, request_path, recovery_point, response_code, response_body)
     VALUES ($1, $2, '/stripe/hooks', 'finished', 409, '{"message":"sold out"}')`,
    [`ikey_${cart.event.id}`, cart.event.id],
  );
  await accepted(cart.event);
  assertSettled(await shop.books(cart), { captured: false });
  const rows = await shop.postgres.query("SELECT * FROM idempotency_key WHERE idempotency_key = $1", [cart.event.id]);
  assert.deepEqual(
    rows.map((row) => [row.request_path, row.recovery_point, row.response_code]),
    [["/stripe/hooks", "finished", 200]],
  );
});

test("events that the JavaScript plugin has queued are handled by the subscriber", async () => {
  const cart = await shop.paidCart({ provider: AT_ONCE });
  const emit = (data) => shop.store("POST", "/test/emit", { name: "medusa.stripe_payment_intent_update", data });
  await linesDuring(() => emit(cart.event), /capture cart_\w+: ok/);
  assertSettled(await shop.books(cart), { captured: true });

  // It fails for the bus, too, where it fails: that is what makes a bus repeat.
  const later = await shop.paidCart();
  const fault = stripe.fault({ kind: "status", status: 403, path: "/v1/payment_intents", times: 100 });
  const lines = await linesDuring(() => emit(later.event), /An error occurred while processing/);
  assert.equal(lines.length, 1);
  await fault.remove();
  assertNothingBooked(await shop.books(later));
});
