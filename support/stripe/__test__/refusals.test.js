const assert = require("node:assert/strict");
const { test } = require("node:test");
const { API_KEY, PAYMENT, open } = require("./client");

const INTENTS = "/v1/payment_intents";
const INVALID = "invalid_request_error";
const errorOf = ({ status, body: { error } }) => [status, error.type, error.code, error.param];

const CASES = {
  "no amount": [{ currency: "usd" }, "parameter_missing", "amount"],
  "no currency": [{ amount: 1000 }, "parameter_missing", "currency"],
  "an unknown parameter": [{ ...PAYMENT, colour: "red" }, "parameter_unknown", "colour"],
  "an unknown parameter further down": [
    { ...PAYMENT, automatic_payment_methods: { enabled: true, colour: "red" } },
    "parameter_unknown",
    "automatic_payment_methods[colour]",
  ],
  "an amount in letters": [{ ...PAYMENT, amount: "ten" }, "parameter_invalid_integer", "amount"],
  "a fraction": [{ ...PAYMENT, amount: 10.5 }, "parameter_invalid_integer", "amount"],
  nothing: [{ ...PAYMENT, amount: 0 }, "parameter_invalid_integer", "amount"],
  "less than nothing": [{ ...PAYMENT, amount: -100 }, "parameter_invalid_integer", "amount"],
  "an empty amount": [{ ...PAYMENT, amount: "" }, "parameter_invalid_empty", "amount"],
  "too little": [{ ...PAYMENT, amount: 49 }, "amount_too_small", "amount"],
  "too much": [{ ...PAYMENT, amount: 100_000_000 }, "amount_too_large", "amount"],
  "a third decimal": [{ amount: 10_005, currency: "kwd" }, "parameter_invalid_integer", "amount"],
  "an unknown currency": [{ ...PAYMENT, currency: "xyz" }, undefined, "currency"],
  "an unknown customer": [{ ...PAYMENT, customer: "cus_none" }, "resource_missing", "customer"],
  "an unknown payment method": [{ ...PAYMENT, payment_method: "pm_none" }, "resource_missing", "payment_method"],
};

for (const [name, [params, code, param]] of Object.entries(CASES)) {
  test(`${name} is refused`, async (t) => {
    const { stripe, post } = await open(t);
    assert.deepEqual(errorOf(await post(INTENTS, params)), [400, INVALID, code, param]);
    assert.deepEqual(stripe.ledger.intents(), []);
    assert.deepEqual([...stripe.events], []);
  });
}

test("the limits themselves are taken", async (t) => {
  const { post } = await open(t);
  for (const params of [
    { amount: 50, currency: "usd" },
    { amount: 99_999_999, currency: "usd" },
    { amount: 10_000, currency: "kwd" },
  ]) {
    assert.equal((await post(INTENTS, params)).status, 200);
  }
});

test("an error tells where to read on", async (t) => {
  const { post } = await open(t, { now: () => 1_700_000_000_000 });
  const { body, headers } = await post(INTENTS, { currency: "usd" });
  assert.deepEqual(body, {
    error: {
      code: "parameter_missing",
      doc_url: "https://stripe.com/docs/error-codes/parameter-missing",
      message: "Missing required param: amount.",
      param: "amount",
      request_log_url: `https://dashboard.stripe.com/test/logs/${headers["request-id"]}?t=1700000000`,
      type: INVALID,
    },
  });
});

test("what does not exist is a 404", async (t) => {
  const { get, post } = await open(t);
  assert.deepEqual(errorOf(await get(`${INTENTS}/pi_none`)), [404, INVALID, "resource_missing", "intent"]);
  for (const action of ["", "/confirm", "/capture", "/cancel"]) {
    assert.deepEqual(errorOf(await post(`${INTENTS}/pi_none${action}`)), [404, INVALID, "resource_missing", "intent"]);
  }
  assert.deepEqual(errorOf(await get("/v1/customers/cus_none")), [404, INVALID, "resource_missing", "id"]);
  assert.equal((await get("/v1/refunds/re_none")).status, 404);
  assert.equal((await get("/v1/charges/ch_none")).status, 404);
  const refund = await post("/v1/refunds", { payment_intent: "pi_none" });
  assert.deepEqual(errorOf(refund), [404, INVALID, "resource_missing", "payment_intent"]);
});

test("other paths and methods are unrecognized", async (t) => {
  const { call } = await open(t);
  for (const [method, path] of [
    ["GET", "/v1/balance"],
    ["DELETE", `${INTENTS}/pi_1`],
    ["GET", `${INTENTS}/`],
    ["GET", `${INTENTS}/%zz`],
  ]) {
    const { status, body } = await call(method, path);
    assert.equal(status, 404);
    assert.ok(body.error.message.startsWith(`Unrecognized request URL (${method}: ${path}).`), body.error.message);
  }
});

test("without the right key nothing happens, and the wrong one is not repeated", async (t) => {
  const { stripe, post } = await open(t);
  const wrong = await post(INTENTS, PAYMENT, { apiKey: "sk_test_51AnotherSecretABCD" });
  assert.equal(wrong.status, 401);
  assert.equal(wrong.body.error.type, INVALID);
  assert.equal(wrong.body.error.message, `Invalid API Key provided: sk_test_${"*".repeat(15)}ABCD`);
  assert.ok(wrong.headers["www-authenticate"]);
  const none = await post(INTENTS, PAYMENT, { headers: { authorization: "" } });
  assert.deepEqual([none.status, /did not provide an API key/.test(none.body.error.message)], [401, true]);
  assert.deepEqual(stripe.ledger.intents(), []);
  const basic = `Basic ${Buffer.from(`${API_KEY}:`).toString("base64")}`;
  assert.equal((await post(INTENTS, PAYMENT, { headers: { authorization: basic } })).status, 200);
});

test("another account is forbidden, the own one is echoed", async (t) => {
  const { stripe, post } = await open(t, { account: "acct_1FakeStripeTest" });
  assert.equal(stripe.account, "acct_1FakeStripeTest");
  const other = await post(INTENTS, PAYMENT, { headers: { "stripe-account": "acct_other" } });
  assert.deepEqual([other.status, other.body.error.code], [403, "account_invalid"]);
  const own = await post(INTENTS, PAYMENT, { headers: { "stripe-account": stripe.account } });
  assert.deepEqual([own.status, own.headers["stripe-account"]], [200, stripe.account]);
});

test("a body that is not a form, and a version that does not exist, are refused", async (t) => {
  const { post } = await open(t);
  const json = await post(INTENTS, PAYMENT, { headers: { "content-type": "application/json" } });
  assert.deepEqual([json.status, /content type/.test(json.body.error.message)], [400, true]);
  const version = await post(INTENTS, PAYMENT, { headers: { "stripe-version": "latest" } });
  assert.deepEqual([version.status, /API version/.test(version.body.error.message)], [400, true]);
});

test("limits and cursors of lists are checked", async (t) => {
  const { get } = await open(t);
  assert.equal((await get(INTENTS, { limit: 101 })).body.error.code, "parameter_invalid_integer");
  assert.equal((await get(INTENTS, { limit: 0 })).body.error.code, "parameter_invalid_integer");
  assert.deepEqual(errorOf(await get(INTENTS, { starting_after: "pi_none" })), [
    400,
    INVALID,
    "resource_missing",
    "starting_after",
  ]);
});

test("the log has each request, and what was answered", async (t) => {
  const { stripe, post, get } = await open(t);
  await post(INTENTS, { ...PAYMENT, metadata: { a: "1" } }, { key: "key-1" });
  await get(INTENTS, { limit: 1 });
  const [first, second] = stripe.requests.map(({ method, path, params, idempotencyKey, status, replayed, fault }) => {
    return { method, path, params, idempotencyKey, status, replayed, fault };
  });
  const params = { amount: "1000", currency: "usd", metadata: { a: "1" } };
  const common = { replayed: false, fault: null, status: 200, path: INTENTS };
  assert.deepEqual(first, { ...common, method: "POST", params, idempotencyKey: "key-1" });
  assert.deepEqual(second, { ...common, method: "GET", params: { limit: "1" }, idempotencyKey: null });
  assert.ok(!JSON.stringify(stripe.requests).includes(API_KEY));
  stripe.requests.clear();
  assert.equal(stripe.requests.length, 0);
});
