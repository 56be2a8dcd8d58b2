// What fails is delivered again, and then done once: Stripe down, Medusa killed, a shopper's request that died half-way.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { setTimeout: pause } = require("node:timers/promises");
const { assertNothingBooked, assertSettled } = require("./stripe/books");
const { AT_ONCE, CARD, TAKEN, openWebhookShop } = require("./stripe/webhooks");

let shop;
let stripe;
before(async () => {
  shop = await openWebhookShop({ options: { timeout_ms: 2_000, deadline_ms: 4_000 } });
  stripe = shop.stripe;
});
after(() => shop?.close());

/** Lets this many requests about the intent through, and stops the next one. */
function stopAt(count, intent) {
  const path = `/v1/payment_intents/${intent}`;
  if (count > 0) stripe.fault({ kind: "slow", ms: 0, path, times: count });
  return stripe.fault({ kind: "hang", path });
}

async function killDuring(request, stop) {
  const lost = request.catch((error) => error);
  while (stop.hits === 0) await pause(5);
  process.kill(shop.medusa.pid, "SIGKILL");
  assert.ok((await lost) instanceof Error, "there was no answer");
  await shop.medusa.exited;
  await stripe.clearFaults();
  await shop.reboot();
}

/** As Stripe does, for days; here for half a minute. */
async function deliverUntilAccepted(event) {
  const answers = [];
  for (const startedAt = Date.now(); Date.now() - startedAt < 30_000; await pause(500)) {
    const { status, body } = await shop.deliver(event);
    answers.push(status);
    if (status === 200) return answers;
    assert.equal(status, 500, JSON.stringify(body));
  }
  return assert.fail(`never accepted: ${answers}`);
}

test("while Stripe does not answer the event is refused with 500, and its next delivery settles it", async () => {
  for (const [count, provider] of [
    [0, CARD],
    [1, CARD],
    [2, AT_ONCE],
  ]) {
    const cart = await shop.paidCart({ provider });
    const path = `/v1/payment_intents/${cart.intent}`;
    if (count > 0) stripe.fault({ kind: "slow", ms: 0, path, times: count });
    stripe.fault({ kind: "status", status: 403, path, times: 1_000 });
    const { status, body } = await shop.deliver(cart.event);
    assert.equal(status, 500);
    assert.match(body, /^evt_\w+ was not handled: /);
    await stripe.clearFaults();
    assertNothingBooked(await shop.books(cart));

    assert.equal((await shop.deliver(cart.event)).status, 200);
    assertSettled(await shop.books(cart), { captured: provider === AT_ONCE });
  }
});

test("what passes within the tries is not delivered again", async () => {
  const cart = await shop.paidCart();
  const fault = stripe.fault({ kind: "status", status: 403, path: `/v1/payment_intents/${cart.intent}`, times: 2 });
  assert.equal((await shop.deliver(cart.event)).status, 200);
  assert.equal(fault.hits, 2);
  assertSettled(await shop.books(cart), { captured: false });
});

test("a capture that cannot be recorded yet leaves the order, and is recorded later", async () => {
  const cart = await shop.paidCart();
  await stripe.dashboard.capture(cart.intent);
  stripe.fault({ kind: "status", status: 403, method: "POST", path: /capture$/, times: 100 });
  const taken = shop.eventOf(cart.intent, TAKEN);
  assert.equal((await shop.deliver(taken)).status, 500);
  const { orders, payments } = await shop.books(cart);
  assert.deepEqual([orders.length, orders[0].payment_status, payments[0].captured_at], [1, "awaiting", null]);
  await stripe.clearFaults();

  assert.equal((await shop.deliver(taken)).status, 200);
  assertSettled(await shop.books(cart), { captured: true });
});

test("a part that was captured in Stripe's dashboard is not recorded as all of it", async () => {
  const cart = await shop.paidCart();
  await shop.buyer.complete(cart.id);
  await stripe.dashboard.capture(cart.intent, { amount: 700 });
  const { status, body } = await shop.deliver(shop.eventOf(cart.intent, TAKEN));
  assert.equal(status, 500, body);
  assert.equal((await shop.books(cart)).payments[0].captured_at, null);
});

for (const requests of [0, 1, 2, 3]) {
  test(`Medusa is killed after ${requests} requests to Stripe, and the next delivery settles it`, async () => {
    const cart = await shop.paidCart();
    await killDuring(shop.deliver(cart.event), stopAt(requests, cart.intent));
    assertNothingBooked(await shop.books(cart));

    assert.equal((await shop.deliver(cart.event)).status, 200);
    assertSettled(await shop.books(cart), { captured: false });
  });
}

test("Medusa is killed while it records the capture, and the next delivery settles it", async () => {
  const cart = await shop.paidCart({ provider: AT_ONCE });
  await killDuring(shop.deliver(cart.event), stopAt(5, cart.intent));
  assert.equal((await shop.books(cart)).orders.length, 1);

  assert.equal((await shop.deliver(cart.event)).status, 200);
  assertSettled(await shop.books(cart), { captured: true });
});

for (const requests of [0, 1, 2]) {
  test(`Medusa is killed after ${requests} requests of a shopper's own completion, and the event settles it`, async () => {
    const cart = await shop.paidCart();
    await killDuring(shop.buyer.complete(cart.id), stopAt(requests, cart.intent));
    const { orders, payments } = await shop.books(cart);
    // After two, the payment is recorded and the order is not: from here on Medusa lets no shopper complete the cart.
    assert.deepEqual([orders.length, payments.length], [0, requests === 2 ? 1 : 0]);
    if (requests === 2) await assert.rejects(shop.buyer.complete(cart.id), { status: 422 });

    await deliverUntilAccepted(cart.event);
    assertSettled(await shop.books(cart), { captured: false });
    assert.equal((await shop.buyer.complete(cart.id)).type, "order");
  });
}
