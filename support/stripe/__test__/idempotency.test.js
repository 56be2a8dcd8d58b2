const assert = require("node:assert/strict");
const { test } = require("node:test");
const { PAYMENT, open } = require("./client");

const INTENTS = "/v1/payment_intents";
const DAY_MS = 24 * 60 * 60 * 1000;

test("the same key and parameters give the first answer again", async (t) => {
  const { stripe, post } = await open(t, { now: () => 1_700_000_000_000 });
  const first = await post(INTENTS, { amount: 1000, currency: "usd" }, { key: "k" });
  assert.deepEqual([first.headers["idempotency-key"], first.headers["idempotent-replayed"]], ["k", undefined]);
  stripe.advance(DAY_MS - 1);
  const again = await post(INTENTS, { currency: "usd", amount: 1000 }, { key: "k" }); // the order does not matter
  assert.deepEqual([again.status, again.text], [200, first.text]);
  assert.equal(again.headers["idempotent-replayed"], "true");
  assert.notEqual(again.headers["request-id"], first.headers["request-id"]);
  assert.equal(again.headers["original-request"], first.headers["request-id"]);
  assert.equal(stripe.ledger.intents().length, 1);
  assert.deepEqual(
    stripe.requests.map(({ replayed }) => replayed),
    [false, true],
  );
});

test("after a day the key is new", async (t) => {
  const { stripe, post } = await open(t, { now: () => 1_700_000_000_000 });
  const first = await post(INTENTS, PAYMENT, { key: "k" });
  stripe.advance(DAY_MS);
  const second = await post(INTENTS, { ...PAYMENT, amount: 2000 }, { key: "k" });
  assert.equal(second.status, 200);
  assert.notEqual(second.body.id, first.body.id);
  assert.equal(second.body.created - first.body.created, DAY_MS / 1000);
});

test("the same key with other parameters or another path is refused", async (t) => {
  const { stripe, post } = await open(t);
  await post(INTENTS, PAYMENT, { key: "k" });
  for (const [path, params] of [
    [INTENTS, { ...PAYMENT, amount: 2000 }],
    ["/v1/customers", PAYMENT],
  ]) {
    const { status, body } = await post(path, params, { key: "k" });
    assert.deepEqual([status, body.error.type], [400, "idempotency_error"]);
  }
  assert.equal(stripe.ledger.intents().length, 1);
  assert.equal((await post(INTENTS, PAYMENT, { key: "k" })).headers["idempotent-replayed"], "true");
});

test("a key is in use until its first request is answered, also when the client has gone", async (t) => {
  const { stripe, post } = await open(t);
  for (const when of ["before", "after"]) {
    const key = `k-${when}`;
    let release;
    const fault = stripe.fault({ kind: "slow", when, until: new Promise((resolve) => (release = resolve)) });
    const first = post(INTENTS, PAYMENT, { key });
    while (fault.hits === 0) await new Promise(setImmediate);
    const conflict = await post(INTENTS, PAYMENT, { key });
    assert.deepEqual([conflict.status, conflict.body.error.code], [409, "idempotency_key_in_use"]);
    assert.equal(conflict.headers["stripe-should-retry"], "true");
    release();
    const { body } = await first;
    assert.equal((await post(INTENTS, PAYMENT, { key })).body.id, body.id); // the conflict was not saved
  }
  assert.equal(stripe.ledger.intents().length, 2);
});

test("a refusal that comes from executing is saved", async (t) => {
  const { stripe, post, pay } = await open(t);
  const { id } = await pay({ capture_method: "manual" });
  const refund = () => post("/v1/refunds", { payment_intent: id }, { key: "k" });
  const first = await refund();
  assert.equal(first.status, 400);
  await stripe.dashboard.capture(id);
  const again = await refund();
  assert.deepEqual([again.status, again.text, again.headers["idempotent-replayed"]], [400, first.text, "true"]);
  assert.equal(stripe.ledger.payment(id).refunded, 0);
});

test("a declined card is saved", async (t) => {
  const { post } = await open(t);
  const { id } = (await post(INTENTS, PAYMENT)).body;
  const confirm = () => post(`${INTENTS}/${id}/confirm`, { payment_method: "pm_card_chargeDeclined" }, { key: "k" });
  const first = await confirm();
  const again = await confirm();
  assert.deepEqual([again.status, again.text], [402, first.text]);
});

test("what does not pass validation or authentication is not saved", async (t) => {
  const { stripe, post } = await open(t);
  for (const params of [{ ...PAYMENT, amount: "ten" }, { ...PAYMENT, colour: "red" }, { currency: "usd" }]) {
    assert.equal((await post(INTENTS, params, { key: "k" })).status, 400);
  }
  assert.equal((await post(INTENTS, PAYMENT, { key: "k", apiKey: "sk_test_wrong" })).status, 401);
  const right = await post(INTENTS, PAYMENT, { key: "k" });
  assert.deepEqual([right.status, right.headers["idempotent-replayed"]], [200, undefined]);
  assert.equal(stripe.ledger.intents().length, 1);
});

test("without a key every request counts, and a GET has no use for one", async (t) => {
  const { stripe, post, get } = await open(t);
  await post(INTENTS, PAYMENT);
  await post(INTENTS, PAYMENT);
  assert.equal(stripe.ledger.intents().length, 2);
  const list = await get(INTENTS, {}, { key: "k" });
  assert.equal(list.headers["idempotency-key"], undefined);
  assert.equal((await post(INTENTS, PAYMENT, { key: "k" })).status, 200);
});

test("a key has at most 255 characters", async (t) => {
  const { post } = await open(t);
  assert.equal((await post(INTENTS, PAYMENT, { key: "k".repeat(256) })).status, 400);
  assert.equal((await post(INTENTS, PAYMENT, { key: "k".repeat(255) })).status, 200);
});

test("a stored 500 comes again for a day, whatever has become of the payment", async (t) => {
  const { stripe, post, pay } = await open(t, { now: () => 1_700_000_000_000 });
  const { id } = await pay({ capture_method: "manual" });
  const capture = () => post(`${INTENTS}/${id}/capture`, {}, { key: "k" });
  stripe.fault({ kind: "status", status: 500, stored: true, when: "after" });
  const first = await capture();
  assert.equal(first.status, 500);
  const again = await capture();
  assert.deepEqual([again.status, again.text, again.headers["idempotent-replayed"]], [500, first.text, "true"]);
  assert.equal(stripe.ledger.payment(id).captured, 1000);
  stripe.advance(DAY_MS);
  assert.equal((await capture()).body.error.code, "payment_intent_unexpected_state");
});

test("a customer that was made is replayed even when it has been deleted since", async (t) => {
  const { call, post, get } = await open(t);
  const create = (email) => post("/v1/customers", { email }, { key: "cus" });
  const { id } = (await create("ada@example.com")).body;
  await call("DELETE", `/v1/customers/${id}`);
  assert.equal((await create("ada@example.com")).body.id, id);
  assert.equal((await get(`/v1/customers/${id}`)).body.deleted, true);
  assert.equal((await create("another@example.com")).body.error.type, "idempotency_error");
});
