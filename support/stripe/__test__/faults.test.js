const assert = require("node:assert/strict");
const net = require("node:net");
const { test } = require("node:test");
const { startFakeStripe } = require("..");
const { API_KEY, PAYMENT, open } = require("./client");

const INTENTS = "/v1/payment_intents";
const made = (stripe) => stripe.ledger.intents().length;

/** Sends one request over a socket of its own and resolves with all that came back, and how it ended. */
function raw({ stripe, text = "amount=1000&currency=usd", limitMs }) {
  return new Promise((resolve) => {
    const socket = net.connect(stripe.port, "127.0.0.1");
    let received = "";
    let how = "open";
    const headers = `Authorization: Bearer ${API_KEY}\r\nContent-Type: application/x-www-form-urlencoded`;
    socket.write(`POST ${INTENTS} HTTP/1.1\r\nHost: x\r\n${headers}\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
    socket.on("data", (chunk) => (received += chunk));
    socket.on("end", () => (how = "end"));
    socket.on("error", (error) => (how = error.code));
    socket.on("close", () => resolve({ received, how }));
    if (limitMs) {
      setTimeout(() => {
        resolve({ received, how });
        socket.destroy();
      }, limitMs);
    }
  });
}

function bodyAndLength(received) {
  const [head, body] = received.split("\r\n\r\n");
  return [body.length, Number(/content-length: (\d+)/i.exec(head)[1])];
}

test("a status before: nothing is done, the next request goes through", async (t) => {
  const { stripe, post } = await open(t);
  const fault = stripe.fault({ kind: "status", status: 500, method: "POST", path: INTENTS });
  const { status, body, headers } = await post(INTENTS, PAYMENT, { key: "k" });
  assert.deepEqual([status, body.error.type, made(stripe), fault.hits], [500, "api_error", 0, 1]);
  assert.match(headers["request-id"], /^req_/);
  assert.equal((await post(INTENTS, PAYMENT, { key: "k" })).status, 200);
  assert.deepEqual(
    stripe.requests.map(({ status, fault }) => [status, fault]),
    [
      [500, "status"],
      [200, null],
    ],
  );
});

test("a status after: it is done, and the key replays what really happened", async (t) => {
  const { stripe, post } = await open(t);
  stripe.fault({ kind: "status", status: 503, when: "after" });
  assert.equal((await post(INTENTS, PAYMENT, { key: "k" })).status, 503);
  assert.equal(made(stripe), 1);
  const again = await post(INTENTS, PAYMENT, { key: "k" });
  assert.deepEqual([again.status, again.headers["idempotent-replayed"], made(stripe)], [200, "true", 1]);
});

test("a stored status is what the key replays, done or not", async (t) => {
  const { stripe, post } = await open(t);
  for (const [when, count] of [
    ["before", 0],
    ["after", 1],
  ]) {
    stripe.fault({ kind: "status", status: 500, when, stored: true });
    const key = `k-${when}`;
    const first = await post(INTENTS, PAYMENT, { key });
    const again = await post(INTENTS, PAYMENT, { key });
    assert.deepEqual([again.status, again.text, again.headers["idempotent-replayed"]], [500, first.text, "true"]);
    assert.equal(made(stripe), count);
  }
  assert.equal((await post(INTENTS, PAYMENT, { key: "another" })).status, 200);
});

test("the body of a status is Stripe's, none, html, without an error, or the test's", async (t) => {
  const { stripe, post } = await open(t);
  const answer = async (more) => {
    stripe.fault({ kind: "status", ...more });
    return post(INTENTS, PAYMENT);
  };
  for (const [status, type, code] of [
    [402, "card_error", "card_declined"],
    [409, "invalid_request_error", "idempotency_key_in_use"],
    [429, "invalid_request_error", "rate_limit"],
    [503, "api_error", undefined],
  ]) {
    const { body } = await answer({ status });
    assert.deepEqual([body.error.type, body.error.code], [type, code]);
  }
  const none = await answer({ status: 502, body: "none" });
  assert.deepEqual([none.status, none.text, none.headers["request-id"]], [502, "", undefined]);
  const html = await answer({ status: 502, body: "html" });
  assert.deepEqual([html.headers["content-type"], html.text.startsWith("<html>")], ["text/html", true]);
  const json = await answer({ status: 400, body: "json" });
  assert.deepEqual([json.status, "error" in json.body], [400, false]);
  assert.equal((await answer({ status: 500, body: "{" })).text, "{");
  assert.deepEqual((await answer({ status: 500, body: { error: null } })).body, { error: null });
  const limited = await answer({ status: 429, headers: { "Retry-After": "2", "Stripe-Should-Retry": "false" } });
  assert.deepEqual([limited.headers["retry-after"], limited.headers["stripe-should-retry"]], ["2", "false"]);
  assert.equal(made(stripe), 0);
});

test("a fault is for some requests, for some times, until it is removed", async (t) => {
  const { stripe, post, get } = await open(t);
  const twice = stripe.fault({ kind: "status", status: 500, path: /\/cancel$/, times: 2 });
  const always = stripe.fault({ kind: "status", status: 502, method: "GET", times: Infinity });
  const { id } = (await post(INTENTS, PAYMENT)).body;
  const cancel = async () => (await post(`${INTENTS}/${id}/cancel`)).status;
  assert.deepEqual([await cancel(), await cancel(), await cancel()], [500, 500, 200]);
  assert.equal(twice.hits, 2);
  for (let count = 0; count < 5; count++) assert.equal((await get(`${INTENTS}/${id}`)).status, 502);
  assert.equal(always.hits, 5);
  await always.remove();
  assert.equal((await get(`${INTENTS}/${id}`)).status, 200);
  stripe.fault({ kind: "empty", times: Infinity });
  await stripe.clearFaults();
  assert.equal((await get(`${INTENTS}/${id}`)).body.id, id);
});

test("a fault is for the requests that a function picks", async (t) => {
  const { stripe, post } = await open(t);
  const ofOneCart = ({ params }) => params.metadata?.resource_id === "cart_1";
  const fault = stripe.fault({ kind: "status", status: 500, path: INTENTS, where: ofOneCart, times: Infinity });
  const create = async (cart) => (await post(INTENTS, { ...PAYMENT, metadata: { resource_id: cart } })).status;
  assert.deepEqual([await create("cart_1"), await create("cart_2"), await create("cart_1")], [500, 200, 500]);
  assert.equal(fault.hits, 2);
});

test("a fault that is misspelt is refused", async (t) => {
  const { stripe } = await open(t);
  assert.throws(() => stripe.fault({ kind: "crash" }), /status, html, empty/);
  assert.throws(() => stripe.fault({ kind: "hang", ms: 5 }), /no option ms/);
  assert.throws(() => stripe.fault({ kind: "status" }), /needs a status/);
  assert.throws(() => stripe.fault({ kind: "slow" }), /needs ms/);
  assert.throws(() => stripe.fault({ kind: "reset", when: "during" }), /"before" or "after"/);
});

for (const [when, count] of Object.entries({ before: 0, after: 1 })) {
  test(`html and nothing at all with a 200, ${when}`, async (t) => {
    const { stripe, post } = await open(t);
    stripe.fault({ kind: "html", when });
    const html = await post(INTENTS, PAYMENT);
    assert.deepEqual([html.status, html.body, html.text.startsWith("<html>")], [200, undefined, true]);
    stripe.fault({ kind: "empty", when });
    const empty = await post(INTENTS, PAYMENT);
    assert.deepEqual([empty.status, empty.text], [200, ""]);
    assert.equal(made(stripe), 2 * count);
  });

  test(`a reset connection, ${when}`, async (t) => {
    const { stripe } = await open(t);
    stripe.fault({ kind: "reset", when });
    assert.deepEqual(await raw({ stripe }), { received: "", how: "ECONNRESET" });
    assert.equal(made(stripe), count);
    assert.equal(stripe.requests[0].status, null);
    stripe.fault({ kind: "reset", when, partial: "headers" });
    const headers = await raw({ stripe });
    assert.deepEqual(headers, { received: "HTTP/1.1 200 OK\r\nContent-Type: appl", how: "ECONNRESET" });
    stripe.fault({ kind: "reset", when, partial: "body" });
    const { received, how } = await raw({ stripe });
    const [sent, promised] = bodyAndLength(received);
    assert.deepEqual([how, sent > 0 && sent < promised], ["ECONNRESET", true]);
    assert.equal(made(stripe), 3 * count);
  });

  test(`a truncated body, ${when}`, async (t) => {
    const { stripe } = await open(t);
    stripe.fault({ kind: "truncate", when });
    const { received, how } = await raw({ stripe });
    const [sent, promised] = bodyAndLength(received);
    assert.equal(how, "end");
    assert.ok(sent > 0 && sent < promised, `${sent} of ${promised}`);
    assert.equal(made(stripe), count);
  });

  test(`no answer, and half of one, ${when}`, async (t) => {
    const { stripe } = await open(t);
    stripe.fault({ kind: "hang", when });
    stripe.fault({ kind: "hang-body", when });
    assert.deepEqual(await raw({ stripe, limitMs: 100 }), { received: "", how: "open" });
    const { received, how } = await raw({ stripe, limitMs: 100 });
    const [sent, promised] = bodyAndLength(received);
    assert.equal(how, "open");
    assert.ok(sent > 0 && sent < promised, `${sent} of ${promised}`);
    assert.equal(made(stripe), 2 * count);
    assert.deepEqual(
      stripe.requests.map(({ status }) => status),
      [null, 200],
    );
  });
}

test("a lost answer comes again under the same key", async (t) => {
  const { stripe, post } = await open(t);
  stripe.fault({ kind: "reset", when: "after" });
  await assert.rejects(post(INTENTS, PAYMENT, { key: "k" }), { code: "ECONNRESET" });
  const again = await post(INTENTS, PAYMENT, { key: "k" });
  assert.deepEqual([again.status, again.headers["idempotent-replayed"], made(stripe)], [200, "true", 1]);
});

test("a slow answer takes its time", async (t) => {
  const { stripe, post, get } = await open(t);
  for (const call of [() => post(INTENTS, PAYMENT), () => get("/v1/nothing")]) {
    stripe.fault({ kind: "slow", ms: 60 });
    const startedAt = performance.now();
    await call();
    assert.ok(performance.now() - startedAt >= 55);
  }
  assert.equal(made(stripe), 1);
});

test("connections are refused, and taken again on the same port", async (t) => {
  const { stripe, post } = await open(t);
  await post(INTENTS, PAYMENT); // leaves an idle connection behind
  const { port } = stripe;
  const fault = stripe.fault({ kind: "refuse" });
  const other = stripe.fault({ kind: "refuse" });
  await assert.rejects(post(INTENTS, PAYMENT), { code: /ECONNREFUSED|ECONNRESET/ });
  await assert.rejects(post(INTENTS, PAYMENT), { code: "ECONNREFUSED" });
  await fault.remove();
  await assert.rejects(post(INTENTS, PAYMENT), { code: "ECONNREFUSED" });
  await Promise.all([other.remove(), fault.remove()]);
  assert.equal((await post(INTENTS, PAYMENT)).status, 200);
  assert.equal(stripe.port, port);
  assert.equal(made(stripe), 2);
});

test("what is in flight is answered although connections are refused", async (t) => {
  const { stripe, post } = await open(t);
  let release;
  const slow = stripe.fault({ kind: "slow", until: new Promise((resolve) => (release = resolve)) });
  const answer = post(INTENTS, PAYMENT);
  while (slow.hits === 0) await new Promise(setImmediate);
  stripe.fault({ kind: "refuse" });
  release();
  assert.equal((await answer).status, 200);
  await assert.rejects(post(INTENTS, PAYMENT), { code: "ECONNREFUSED" });
});

test("closing ends whatever is open", async () => {
  const stripe = await startFakeStripe({ apiKey: API_KEY });
  for (const kind of ["hang", "hang-body"]) stripe.fault({ kind });
  stripe.fault({ kind: "slow", ms: 60_000 });
  stripe.fault({ kind: "slow", until: new Promise(() => {}) });
  const open_ = Array.from({ length: 4 }, () => raw({ stripe }));
  const idle = net.connect(stripe.port, "127.0.0.1").on("error", () => {});
  const idleClosed = new Promise((resolve) => idle.once("close", resolve));
  while (stripe.requests.length < 4) await new Promise(setImmediate);
  const refusal = stripe.fault({ kind: "refuse" });
  await stripe.close();
  await Promise.all([...open_, idleClosed]);
  await refusal.remove(); // must not open the port again
  const left = process.getActiveResourcesInfo().filter((kind) => /TCP|Timeout/.test(kind));
  assert.deepEqual(left, []);
});
