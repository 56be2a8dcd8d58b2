// Money that is taken when the shopper pays is recorded as captured, although no event of Stripe's ever comes.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { assertSettled } = require("./stripe/books");
const { AT_ONCE, CARD, TAKEN, openWebhookShop } = require("./stripe/webhooks");
const { eventually } = require("./support/eventually");

let shop;
let stripe;
before(async () => {
  shop = await openWebhookShop();
  stripe = shop.stripe;
});
after(() => shop?.close());

/** An order that the shopper has placed; Stripe's event is not delivered. */
async function placedOrder({ provider = AT_ONCE } = {}) {
  const cart = await shop.paidCart({ provider });
  const { type, data } = await shop.buyer.complete(cart.id);
  assert.equal(type, "order");
  return { ...cart, order: data };
}

const captured = async (cart) => Boolean((await shop.books(cart)).payments[0]?.captured_at);

async function assertCapturedOnce(cart) {
  await eventually(() => captured(cart));
  assertSettled(await shop.books(cart), { captured: true });
}

test("an order whose money was taken is captured without an event, and the event that comes late changes nothing", async () => {
  const cart = await placedOrder();
  await assertCapturedOnce(cart);
  const before = await shop.books(cart);
  const { status } = await shop.deliver(shop.eventOf(cart.intent, TAKEN), { times: 2 });
  assert.equal(status, 200);
  assert.deepEqual(await shop.books(cart), before);
});

test("an order whose money is held stays as it is, and Stripe is not asked again", async () => {
  const held = await placedOrder({ provider: CARD });
  // With the charge: Medusa itself may update the session once more, which reads the intent alone.
  const asked = () => stripe.requests.filter(({ path, params }) => path.includes(held.intent) && params.expand).length;
  const before = asked();
  // Medusa's events come in their order.
  await assertCapturedOnce(await placedOrder());
  assert.equal(asked(), before);
  assertSettled(await shop.books(held), { captured: false });
});

test("the event, the shopper and two servers at once record one capture", async () => {
  const second = await shop.startServer();
  try {
    for (let round = 0; round < 3; round++) {
      const cart = await shop.paidCart({ provider: AT_ONCE });
      const [placed, ...answers] = await Promise.all([
        shop.buyer.complete(cart.id),
        shop.deliver(cart.event),
        shop.deliver(cart.event, { url: second.url }),
      ]);
      assert.equal(placed.type, "order");
      for (const { status, body } of answers) assert.equal(status, 200, JSON.stringify(body));
      await assertCapturedOnce(cart);
    }
  } finally {
    await second.stop();
  }
});

test("the payment of an order edit is captured without an event", async () => {
  const first = await placedOrder({ provider: CARD });
  const { payment_collection_id: id } = await shop.operator.requestOrderEdit(first.order.id);
  const { payment_sessions: sessions } = await shop.buyer.managePaymentSession(id, AT_ONCE);
  const [{ id: session, data }] = sessions;
  await stripe.shopper.confirm(data.id);
  await shop.buyer.authorizePaymentSession(id, session);
  const payment = async () => (await shop.postgres.query("SELECT * FROM payment WHERE data->>'id' = $1", [data.id]))[0];
  await eventually(async () => (await payment()).captured_at);
  assert.equal(stripe.ledger.payment(data.id).captured, 1_000);
  assert.equal((await shop.books(first)).payments[0].captured_at, null, "the order's own payment is only held");
});

test("the difference of a swap is captured without an event", async () => {
  const first = await placedOrder();
  await assertCapturedOnce(first);
  const item = { item_id: first.order.items[0].id, quantity: 1 };
  await shop.admin("POST", `/admin/orders/${first.order.id}/fulfillment`, { items: [item] });
  const { order: swapped } = await shop.admin("POST", `/admin/orders/${first.order.id}/swaps`, {
    return_items: [item],
    additional_items: [{ variant_id: shop.catalog.variant.id, quantity: 2 }],
  });
  const { cart_id: id } = swapped.swaps[0];
  await shop.buyer.addShipping(id);
  await shop.buyer.createPaymentSessions(id);
  const { data } = (await shop.buyer.selectSession(id, AT_ONCE)).payment_session;
  await stripe.shopper.confirm(data.id);
  await shop.buyer.complete(id);
  const swap = async () => (await shop.postgres.query("SELECT payment_status FROM swap WHERE cart_id = $1", [id]))[0];
  await eventually(async () => (await swap()).payment_status === "captured");
});

/** What Medusa has told its bus about the order is lost with the process, as with a bus in memory. */
async function dieWithTheEvents() {
  process.kill(shop.medusa.pid, "SIGKILL");
  await shop.medusa.exited;
  await shop.postgres.query("DELETE FROM staged_job");
}

test("a server that dies between the order and its capture captures it when it is back", async () => {
  const fault = stripe.fault({ kind: "hang", method: "POST", path: /capture$/, times: 1 });
  const cart = await placedOrder();
  await eventually(() => fault.hits === 1);
  await dieWithTheEvents();
  await stripe.clearFaults();
  assert.equal(await captured(cart), false);
  await shop.reboot();
  await assertCapturedOnce(cart);
});

test("a server that dies before its order is made makes it when it is back, and captures it", async () => {
  const cart = await shop.paidCart({ provider: AT_ONCE });
  const path = `/v1/payment_intents/${cart.intent}`;
  stripe.fault({ kind: "slow", ms: 0, path, times: 2 });
  const stop = stripe.fault({ kind: "hang", path });
  const lost = shop.buyer.complete(cart.id).catch((error) => error);
  await eventually(() => stop.hits === 1);
  await dieWithTheEvents();
  assert.ok((await lost) instanceof Error);
  await stripe.clearFaults();
  const { orders, payments } = await shop.books(cart);
  assert.deepEqual([orders.length, payments.length], [0, 1]);
  // By then no request can be on its way any more.
  await shop.postgres.query("UPDATE payment SET created_at = now() - interval '2 minutes' WHERE cart_id = $1", [
    cart.id,
  ]);
  await shop.reboot();
  await assertCapturedOnce(cart);
});

test("while Stripe does not answer the order stays as it is, and a server that starts later captures it", async () => {
  stripe.fault({ kind: "status", status: 403, method: "POST", path: /capture$/, times: 100 });
  const cart = await shop.paidCart({ provider: AT_ONCE });
  // The reason has several lines.
  await shop.linesDuring(() => shop.buyer.complete(cart.id), /tried again within ten minutes/);
  const { orders, payments } = await shop.books(cart);
  assert.deepEqual([orders[0].payment_status, payments[0].captured_at], ["awaiting", null]);
  await stripe.clearFaults();
  await shop.reboot();
  await assertCapturedOnce(cart);
});
