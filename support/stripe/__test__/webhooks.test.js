const assert = require("node:assert/strict");
const crypto = require("node:crypto");
const http = require("node:http");
const { test } = require("node:test");
const { PAYMENT, open } = require("./client");

const typesOf = (stripe) => stripe.events.map(({ type }) => type);

/** A store's webhook endpoint that answers with the statuses one after the other, then with 200. */
async function startStore(t, ...statuses) {
  const received = [];
  const server = http.createServer(async (req, res) => {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    received.push({ text: Buffer.concat(chunks).toString(), headers: req.headers });
    res.writeHead(statuses.shift() ?? 200).end('{"received":true}');
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => new Promise((resolve) => server.close(resolve)));
  return { url: `http://127.0.0.1:${server.address().port}/stripe/hooks`, received };
}

test("a signature is the one of a known vector", async (t) => {
  const { stripe } = await open(t);
  const header = stripe.sign('{"id":"evt_1"}', { secret: "whsec_test", timestamp: 1_700_000_000 });
  // printf '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test
  const mac = "c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925";
  assert.equal(header, `t=1700000000,v1=${mac}`);
  const own = crypto.createHmac("sha256", stripe.webhookSecret).update(`${Math.floor(stripe.now() / 1000)}.{}`);
  assert.ok(stripe.sign("{}").endsWith(own.digest("hex")));
});

test("a payment that is held, captured and refunded tells of each step", async (t) => {
  const { stripe, post, pay } = await open(t);
  const { id } = await pay({ capture_method: "manual" });
  await post(`/v1/payment_intents/${id}/capture`);
  await post("/v1/refunds", { payment_intent: id, amount: 100 }, { key: "k" });
  assert.deepEqual(typesOf(stripe), [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.amount_capturable_updated",
    "charge.captured",
    "payment_intent.succeeded",
    "refund.created",
    "charge.refunded",
  ]);
  const [created, , held] = stripe.events;
  assert.equal(created.data.object.status, "requires_payment_method"); // a snapshot
  assert.equal(held.data.object.amount_capturable, 1000);
  assert.match(created.id, /^evt_/);
  assert.deepEqual([created.object, created.api_version, created.livemode], ["event", "2022-11-15", false]);
  assert.equal(created.request.id, stripe.requests[0].id);
  assert.deepEqual(held.request, { id: null, idempotency_key: null });
  assert.equal(stripe.events.at(-1).request.idempotency_key, "k");
  created.data.object.metadata.mine = "yes"; // a test may do what it likes with an event
  assert.deepEqual(stripe.ledger.intents()[0].metadata, {});
  stripe.events.clear();
  assert.equal(stripe.events.length, 0);
});

test("declines, challenges, processing and cancellation are told", async (t) => {
  const { stripe, pay } = await open(t);
  const tell = async (work) => {
    stripe.events.clear();
    await work();
    return typesOf(stripe).filter((type) => type.startsWith("payment_intent.") && !type.endsWith(".created"));
  };
  assert.deepEqual(await tell(() => pay({}, "declined")), ["payment_intent.payment_failed"]);
  assert.deepEqual(await tell(() => pay({}, "3ds")), ["payment_intent.requires_action"]);
  assert.deepEqual(await tell(() => pay({}, "processing")), ["payment_intent.processing"]);
  const { id } = await pay({ capture_method: "manual" });
  assert.deepEqual(await tell(() => stripe.dashboard.cancel(id)), ["payment_intent.canceled"]);
  const paid = await pay();
  stripe.bank.nextRefund("pending");
  const refund = await stripe.dashboard.refund(paid.id);
  stripe.events.clear();
  stripe.bank.settleRefund(refund.id, "failed");
  assert.deepEqual(typesOf(stripe), ["charge.refund.updated", "refund.updated", "refund.failed"]);
});

test("an event is delivered signed, as often as wanted", async (t) => {
  const { stripe, post } = await open(t);
  const store = await startStore(t, 500, 409);
  const intent = (await post("/v1/payment_intents", PAYMENT)).body;
  const event = stripe.event("payment_intent.succeeded", intent, { id: "evt_mine", account: "acct_x" });
  const answer = await stripe.deliver(event, store.url, { times: 3 });
  assert.deepEqual([answer.status, answer.body], [200, { received: true }]);
  assert.deepEqual(
    answer.all.map(({ status }) => status),
    [500, 409, 200],
  );
  const [{ text, headers }] = store.received;
  assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(event)));
  const [, timestamp] = /^t=(\d+),v1=[0-9a-f]{64}$/.exec(headers["stripe-signature"]);
  assert.equal(headers["stripe-signature"], stripe.sign(text, { timestamp }));
  await stripe.deliver(event, store.url, { signature: "t=1,v1=bad" });
  assert.equal(store.received.at(-1).headers["stripe-signature"], "t=1,v1=bad");
  await assert.rejects(stripe.deliver(event, "http://127.0.0.1:1/"), { code: "ECONNREFUSED" });
});

test("an endpoint gets events as they come, and again when the test says so", async (t) => {
  const { stripe, pay } = await open(t);
  const store = await startStore(t, 500, 500);
  const endpoint = stripe.webhook(store.url, { types: ["payment_intent.succeeded"], attempts: 3 });
  await pay();
  await endpoint.settled();
  assert.deepEqual([endpoint.deliveries.length, endpoint.pending.length], [1, 1]);
  await endpoint.retry();
  assert.equal(endpoint.pending.length, 1);
  await endpoint.retry();
  assert.deepEqual(endpoint.pending, []);
  assert.deepEqual(
    endpoint.deliveries.map(({ attempt, status }) => [attempt, status]),
    [
      [1, 500],
      [2, 500],
      [3, 200],
    ],
  );
  assert.equal(new Set(store.received.map(({ text }) => JSON.parse(text).id)).size, 1);
  endpoint.remove();
  await pay();
  await endpoint.settled();
  assert.equal(store.received.length, 3);
});

test("retries are bounded", async (t) => {
  const { stripe, pay } = await open(t);
  const endpoint = stripe.webhook("http://127.0.0.1:1/", { types: ["payment_intent.succeeded"], attempts: 2 });
  await pay();
  await endpoint.settled();
  await endpoint.retry();
  await endpoint.retry();
  assert.deepEqual(
    endpoint.deliveries.map(({ status }) => status),
    [0, 0],
  );
});
