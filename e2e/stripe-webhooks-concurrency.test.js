// Stripe's events, the shopper and a second server at the same time: one order, one payment, one capture.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { setTimeout: pause } = require("node:timers/promises");
const { assertSettled } = require("./stripe/books");
const { AT_ONCE, TAKEN, openWebhookShop } = require("./stripe/webhooks");
const { eventually } = require("./support/eventually");

let shop;
let stripe;
before(async () => {
  shop = await openWebhookShop();
  stripe = shop.stripe;
});
after(() => shop?.close());

const times = (count, work) => Promise.all(Array.from({ length: count }, (_, index) => work(index)));

async function assertAccepted(answers) {
  for (const { status, body } of await answers) assert.equal(status, 200, JSON.stringify(body));
}

test("one event five times at once", async () => {
  for (const provider of ["stripe", AT_ONCE]) {
    const cart = await shop.paidCart({ provider });
    await assertAccepted(times(5, () => shop.deliver(cart.event)));
    assertSettled(await shop.books(cart), { captured: provider === AT_ONCE });
  }
});

test("both events of a payment at once, several times, the later one first", async () => {
  const cart = await shop.paidCart();
  await stripe.dashboard.capture(cart.intent);
  const taken = shop.eventOf(cart.intent, TAKEN);
  await assertAccepted(times(6, (index) => shop.deliver(index % 2 ? cart.event : taken)));
  assertSettled(await shop.books(cart), { captured: true });
});

test("many carts at once, as after an outage, leave the shop room to answer", async () => {
  const carts = [];
  for (let i = 0; i < 12; i++) carts.push(await shop.paidCart({ provider: i % 2 ? AT_ONCE : "stripe" }));
  const slow = stripe.fault({ kind: "slow", ms: 100, method: "GET", times: 200 });
  const answers = Promise.all(carts.map((cart) => shop.deliver(cart.event)));
  const startedAt = performance.now();
  await shop.store("GET", "/store/regions");
  const regions = performance.now() - startedAt;
  await assertAccepted(answers);
  await slow.remove();
  assert.ok(regions < 2_000, `the regions took ${regions} ms`);
  for (const [index, cart] of carts.entries()) assertSettled(await shop.books(cart), { captured: index % 2 === 1 });
});

/** At Stripe's own pace, so that the two overlap. */
const atStripesPace = () => stripe.fault({ kind: "slow", ms: 30, method: "GET", times: 1_000 });

for (const [title, headStart] of [
  ["the shopper completes the cart first", (ms) => [0, ms]],
  ["Stripe's event comes first", (ms) => [ms, 0]],
]) {
  test(`${title}, and the other one while it is under way`, async () => {
    const pace = atStripesPace();
    let done = 0;
    for (const ms of [0, 10, 25, 50, 75, 100, 150, 200, 300]) {
      const cart = await shop.paidCart({ provider: done % 2 ? AT_ONCE : "stripe" });
      const [shopperAfter, eventAfter] = headStart(ms);
      const [shopper, event] = await Promise.all([
        pause(shopperAfter).then(() => shop.buyer.complete(cart.id)),
        pause(eventAfter).then(() => shop.deliver(cart.event)),
      ]);
      assert.equal(event.status, 200, JSON.stringify(event.body));
      assertSettled(await shop.books(cart), { captured: done % 2 === 1 });
      assert.equal(shopper.type, "order", "the shopper sees the order, and no error");
      done += 1;
    }
    await pace.remove();
  });
}

test("two servers on one database get the same events at once", async () => {
  const second = await shop.startServer();
  const urls = [shop.url, second.url];
  try {
    for (const provider of ["stripe", AT_ONCE, "stripe", AT_ONCE]) {
      const cart = await shop.paidCart({ provider });
      await assertAccepted(times(6, (index) => shop.deliver(cart.event, { url: urls[index % 2] })));
      assertSettled(await shop.books(cart), { captured: provider === AT_ONCE });
    }

    const cart = await shop.paidCart();
    const { data: order } = await shop.buyer.complete(cart.id);
    await stripe.dashboard.capture(cart.intent);
    const taken = shop.eventOf(cart.intent, TAKEN);
    const lines = [];
    for (const server of [shop.medusa, second]) server.lines.follow((line) => lines.push(line));
    await assertAccepted(times(6, (index) => shop.deliver(taken, { url: urls[index % 2] })));
    assertSettled(await shop.books(cart), { captured: true });

    // A server writes in order: once the line about a later event is there, none about the earlier ones is missing.
    const { intent } = await shop.cartToPay();
    await stripe.shopper.confirm(intent, { card: "declined" });
    const failed = shop.eventOf(intent, "payment_intent.payment_failed");
    await assertAccepted(Promise.all(urls.map((url) => shop.deliver(failed, { url }))));
    const has = (text) => lines.filter((line) => line.includes(text)).length;
    await eventually(() => has(`${intent} failed`) === urls.length);
    assert.equal(has(`capture ${cart.id}: ok`), 1, `times that ${order.id} was captured`);
  } finally {
    await second.stop();
  }
});
