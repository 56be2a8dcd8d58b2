// What is paid after an order, for an order edit (a payment collection) or for a swap (a cart of its own), is recorded when
// Stripe's events come.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { setTimeout: pause } = require("node:timers/promises");
const { eventually } = require("./support/eventually");
const { httpClient } = require("./support/http");
const { CARD, HELD, TAKEN, openWebhookShop } = require("./stripe/webhooks");

let shop;
let stripe;
/** Another server on the same database: in one process the calls about a payment wait for each other. */
let second;
before(async () => {
  // Replies of Stripe's are held back here until another request is done: that must not look like a lost one.
  shop = await openWebhookShop({ options: { timeout_ms: 20_000, deadline_ms: 40_000 } });
  stripe = shop.stripe;
  second = await shop.startServer();
});
after(async () => {
  await second?.stop();
  await shop?.close();
});

/** A collection whose shopper has paid. */
async function paidCollection() {
  const first = await shop.paidCart();
  const { data: order } = await shop.buyer.complete(first.id);
  const { payment_collection_id: id } = await shop.operator.requestOrderEdit(order.id);
  const { payment_sessions: sessions } = await shop.buyer.managePaymentSession(id, CARD);
  const [{ id: session, data }] = sessions;
  assert.equal(data.metadata.resource_id, id);
  await stripe.shopper.confirm(data.id);
  return { id, session, intent: data.id, event: shop.eventOf(data.id, HELD) };
}

async function books({ id, intent }) {
  const [collection] = await shop.postgres.query("SELECT * FROM payment_collection WHERE id = $1", [id]);
  const payments = await shop.postgres.query("SELECT * FROM payment WHERE data->>'id' = $1", [intent]);
  return { collection, payments, stripe: stripe.ledger.payment(intent) };
}

function assertBooked({ collection, payments, stripe: intent }, { captured }) {
  assert.equal(collection.status, "authorized");
  assert.equal(collection.authorized_amount, 1_000);
  assert.equal(payments.length, 1, "payments");
  assert.equal(payments[0].amount, 1_000);
  assert.equal(Boolean(payments[0].captured_at), captured);
  assert.equal(intent.captured, captured ? 1_000 : 0);
}

test("a paid collection is authorized, and captured once the money is taken", async () => {
  const collection = await paidCollection();
  assert.equal((await shop.deliver(collection.event)).status, 200);
  assertBooked(await books(collection), { captured: false });

  await stripe.dashboard.capture(collection.intent);
  assert.equal((await shop.deliver(shop.eventOf(collection.intent, TAKEN), { times: 2 })).status, 200);
  assertBooked(await books(collection), { captured: true });
});

test("the money of a collection is taken before it was authorized", async () => {
  const collection = await paidCollection();
  await stripe.dashboard.capture(collection.intent);
  const events = [shop.eventOf(collection.intent, TAKEN), collection.event];
  const answers = await Promise.all([...events, ...events].map((event) => shop.deliver(event)));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  assertBooked(await books(collection), { captured: true });
});

test("the shopper's own request comes first", async () => {
  const pace = stripe.fault({ kind: "slow", ms: 50, method: "GET", times: 1_000 });
  for (const ms of [0, 20, 60, 120, 500]) {
    const collection = await paidCollection();
    const delivered = shop.deliver(collection.event);
    await pause(ms);
    const session = await shop.buyer.authorizePaymentSession(collection.id, collection.session);
    assert.equal(session.status, "authorized");
    assert.equal((await delivered).status, 200);
    assertBooked(await books(collection), { captured: false });
  }
  await pace.remove();
});

/** Holds back the reply to the shopper's request number `count` about the intent, until `release()`. */
function holdBack({ intent }, count) {
  let seen = 0;
  let release;
  const until = new Promise((resolve) => {
    release = resolve;
  });
  const isIt = () => ++seen === count;
  const fault = stripe.fault({
    kind: "slow",
    until,
    method: "GET",
    path: `/v1/payment_intents/${intent}`,
    where: isIt,
  });
  return { release, isReached: () => eventually(() => fault.hits === 1) };
}

const isALockWaitedFor = async () => (await shop.postgres.query("SELECT 1 FROM pg_locks WHERE NOT granted")).length > 0;

/** The shopper's request, on any server: `{ status, body }`. */
const authorize = ({ id, session }, url = shop.url) =>
  httpClient(url)("POST", `/store/payment-collections/${id}/sessions/${session}/authorize`).then(
    (body) => ({ status: 200, body }),
    ({ status, body }) => ({ status, body }),
  );

// Medusa's table of payments has no unique index but for carts, and the shopper's request has looked at the collection
// before Stripe's event is handled.
test("Stripe's event records a collection's payment while the shopper's request is on its way", async () => {
  const collection = await paidCollection();
  const reply = holdBack(collection, 1);
  const shopper = authorize(collection, second.url);
  await reply.isReached();
  assert.equal((await shop.deliver(collection.event)).status, 200);
  reply.release();
  const { status, body } = await shopper;
  assertBooked(await books(collection), { captured: false });
  assert.equal(status, 400);
  assert.equal(body.code, "already_recorded");
  assert.match(body.message, new RegExp(`${collection.intent}.*${collection.id}.*again`, "s"));

  const again = await authorize(collection);
  assert.equal(again.status, 200);
  assert.equal(again.body.payment_session.status, "authorized");
  assertBooked(await books(collection), { captured: false });
});

test("the shopper's request records a collection's payment while Stripe's event is handled", async () => {
  const collection = await paidCollection();
  const reply = holdBack(collection, 2);
  const shopper = authorize(collection);
  await reply.isReached();
  const delivered = shop.deliver(collection.event);
  await eventually(isALockWaitedFor);
  reply.release();
  assert.equal((await shopper).status, 200);
  assert.equal((await delivered).status, 200);
  assertBooked(await books(collection), { captured: false });
});

test("a collection that is authorized twice at once, on two servers, is recorded once", async () => {
  const collection = await paidCollection();
  const reply = holdBack(collection, 2);
  const first = authorize(collection);
  await reply.isReached();
  const other = authorize(collection, second.url);
  await eventually(isALockWaitedFor);
  reply.release();
  assert.deepEqual([(await first).status, (await other).status], [200, 400]);
  assert.equal((await authorize(collection, second.url)).status, 200);
  assertBooked(await books(collection), { captured: false });
});

test("two servers get the event of a collection at once", async () => {
  const collection = await paidCollection();
  const urls = [shop.url, second.url, shop.url, second.url];
  const answers = await Promise.all(urls.map((url) => shop.deliver(collection.event, { url })));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  assertBooked(await books(collection), { captured: false });
});

test("a collection whose session was refreshed is not paid with the old intent", async () => {
  const collection = await paidCollection();
  await shop.postgres.query('UPDATE payment_session SET data = \'{"id":"pi_new"}\' WHERE id = $1', [
    collection.session,
  ]);
  assert.equal((await shop.deliver(collection.event)).status, 200);
  const { collection: row, payments } = await books(collection);
  assert.deepEqual([row.status, payments], ["not_paid", []]);
});

test("the difference of a swap is confirmed and captured", async () => {
  const first = await shop.paidCart();
  const { data: order } = await shop.buyer.complete(first.id);
  await shop.operator.capture(order.id);
  const item = { item_id: order.items[0].id, quantity: 1 };
  await shop.admin("POST", `/admin/orders/${order.id}/fulfillment`, { items: [item] });
  const { order: swapped } = await shop.admin("POST", `/admin/orders/${order.id}/swaps`, {
    return_items: [item],
    additional_items: [{ variant_id: shop.catalog.variant.id, quantity: 2 }],
  });
  const { cart_id: id } = swapped.swaps[0];
  await shop.buyer.addShipping(id);
  await shop.buyer.createPaymentSessions(id);
  const { data } = (await shop.buyer.selectSession(id, CARD)).payment_session;
  const swap = async () =>
    (
      await shop.postgres.query(
        "SELECT swap.*, payment.data AS payment, payment.captured_at FROM swap JOIN payment ON payment.swap_id = swap.id WHERE swap.cart_id = $1",
        [id],
      )
    )[0];

  await stripe.shopper.confirm(data.id);
  assert.equal((await shop.deliver(shop.eventOf(data.id, HELD), { times: 2 })).status, 200);
  const confirmed = await swap();
  assert.ok(confirmed.confirmed_at);
  assert.equal(confirmed.payment_status, "awaiting");
  assert.equal(confirmed.payment.id, data.id);

  await stripe.dashboard.capture(data.id);
  assert.equal((await shop.deliver(shop.eventOf(data.id, TAKEN), { times: 2 })).status, 200);
  const paid = await swap();
  assert.equal(paid.payment_status, "captured");
  assert.ok(paid.captured_at);

  const { payments } = await shop.admin("GET", `/admin/orders/stripe-payments/${order.id}`);
  assert.deepEqual(
    payments.map(({ id: intent, type }) => [intent, type]),
    [
      [first.intent, "order"],
      [data.id, "swap"],
    ],
  );
});
