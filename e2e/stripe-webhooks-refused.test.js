// Requests to the webhook that are not Stripe's: 400, nothing done, nothing told.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { setTimeout: pause } = require("node:timers/promises");
const { assertNothingBooked, assertSettled } = require("./stripe/books");
const { HELD, WEBHOOK_SECRET, openWebhookShop } = require("./stripe/webhooks");

let shop;
let stripe;
before(async () => {
  shop = await openWebhookShop();
  stripe = shop.stripe;
});
after(() => shop?.close());

const JSON_TYPE = { "content-type": "application/json" };
const SECONDS = () => Math.floor(Date.now() / 1000);

async function post(body, { headers = {}, type = JSON_TYPE, signature, url = shop.url } = {}) {
  const signed = signature === undefined ? stripe.sign(body) : signature;
  const response = await fetch(`${url}/stripe/hooks`, {
    method: "POST",
    headers: { ...type, ...headers, ...(signed && { "stripe-signature": signed }) },
    body,
  });
  return { status: response.status, body: await response.text() };
}

/** Is refused for the reason, and neither Stripe nor the database has noticed anything. */
async function assertRefused(answer, reason, cart, calls) {
  assert.equal(answer.status, 400, answer.body);
  assert.match(answer.body, reason);
  assert.ok(answer.body.length < 300, "short");
  for (const secret of [WEBHOOK_SECRET, /[0-9a-f]{64}/, /\n\s+at /, /node_modules/]) {
    assert.doesNotMatch(answer.body, new RegExp(secret));
  }
  assert.equal(stripe.requests.length, calls, "requests to Stripe");
  assertNothingBooked(await shop.books(cart));
  const keys = await shop.postgres.query("SELECT 1 FROM idempotency_key WHERE idempotency_key = $1", [cart.event.id]);
  assert.deepEqual(keys, []);
}

/** Each makes a request about a paid cart's event, spelled as `payload`. */
const ROWS = {
  "without a signature": [(payload) => post(payload, { signature: null }), /missing or malformed/],
  "with a malformed signature": [(payload) => post(payload, { signature: "t=1,v1=" }), /does not match|malformed/],
  "signed with another secret": [
    (payload) => post(payload, { signature: stripe.sign(payload, { secret: "whsec_other" }) }),
    /does not match/,
  ],
  "whose body was changed on the way": [
    (payload) => post(payload.replace("1500", "1501"), { signature: stripe.sign(payload) }),
    /does not match/,
  ],
  "that is five minutes old": [
    (payload) => post(payload, { signature: stripe.sign(payload, { timestamp: SECONDS() - 302 }) }),
    /more than 300 s away/,
  ],
  "from the future": [
    (payload) => post(payload, { signature: stripe.sign(payload, { timestamp: SECONDS() + 305 }) }),
    /more than 300 s away/,
  ],
  "without a body": [() => post(""), /not an event/],
  "of another content type": [
    (payload) => post(payload, { type: { "content-type": "text/plain" } }),
    /application\/json/,
  ],
  "without a content type": [(payload) => post(Buffer.from(payload), { type: {} }), /application\/json/],
  "of more than a megabyte": [
    (payload) => post(payload + " ".repeat((1 << 20) - payload.length + 1)),
    /larger than 1048576 bytes/,
  ],
  "in an unknown encoding": [(payload) => post(payload, { headers: { "content-encoding": "x-secret" } }), /encoding/],
  "that claims to be compressed": [(payload) => post(payload, { headers: { "content-encoding": "gzip" } }), /refused/],
  "that is signed and not JSON": [() => post("<html>"), /not an event/],
  "that is signed and not an event": [() => post('{"id":"evt_1","object":"event"}'), /not an event/],
  "that is signed and not an object": [() => post("[1]"), /not an event/],
};

for (const [title, [request, reason]] of Object.entries(ROWS)) {
  test(`a request ${title} is refused`, async () => {
    const cart = await shop.paidCart();
    const calls = stripe.requests.length;
    const answer = await request(JSON.stringify(cart.event));
    await assertRefused(answer, reason, cart, calls);
  });
}

test("a body of exactly a megabyte is taken", async () => {
  const cart = await shop.paidCart();
  const payload = JSON.stringify(cart.event);
  const { status } = await post(payload + " ".repeat((1 << 20) - payload.length));
  assert.equal(status, 200);
  assertSettled(await shop.books(cart), { captured: false });
});

test("any of several signatures may match, as after the secret was rolled", async () => {
  const cart = await shop.paidCart();
  const payload = JSON.stringify(cart.event);
  const signature = `${stripe.sign(payload)},v1=${"0".repeat(64)},v0=${"1".repeat(64)}`;
  assert.equal((await post(payload, { signature })).status, 200);
});

test("other methods have no webhook", async () => {
  assert.equal((await fetch(`${shop.url}/stripe/hooks`)).status, 404);
});

test("a store without the secret refuses everything, and says which option is missing", async () => {
  const cart = await shop.paidCart();
  const server = await shop.startServer({ webhook_secret: undefined });
  try {
    for (const secret of [WEBHOOK_SECRET, "", "undefined"]) {
      const payload = JSON.stringify(cart.event);
      const calls = stripe.requests.length;
      const answer = await post(payload, { url: server.url, signature: stripe.sign(payload, { secret }) });
      await assertRefused(answer, /`webhook_secret` is not set/, cart, calls);
    }
  } finally {
    await server.stop();
  }
});

test("the delay that the store asks for is kept", async () => {
  const cart = await shop.paidCart();
  const server = await shop.startServer({ webhook_delay: 1_500 });
  try {
    const startedAt = performance.now();
    const answer = await shop.deliver(cart.event, { url: server.url });
    assert.equal(answer.status, 200);
    assert.ok(performance.now() - startedAt >= 1_500);
    assertSettled(await shop.books(cart), { captured: false });

    // A request that waits keeps no server from shutting down: Stripe delivers again.
    const late = await shop.paidCart();
    const lost = shop.deliver(late.event, { url: server.url }).catch((error) => error);
    await pause(200);
    await server.stop();
    assert.ok((await lost) instanceof Error);
    assert.equal((await shop.deliver(shop.eventOf(late.intent, HELD))).status, 200);
    assertSettled(await shop.books(late), { captured: false });
  } finally {
    await server.stop();
  }
});
