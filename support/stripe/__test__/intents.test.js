const assert = require("node:assert/strict");
const { test } = require("node:test");
const { PAYMENT, open } = require("./client");

const INTENTS = "/v1/payment_intents";

/** `[status, type, code, param]` of an answer that is an error. */
const errorOf = ({ status, body: { error } }) => [status, error.type, error.code, error.param];
const unexpected = [400, "invalid_request_error", "payment_intent_unexpected_state", undefined];

test("a new intent has every field of the API version", async (t) => {
  const { post, get, stripe } = await open(t, { now: () => 1_700_000_000_500 });
  const { status, body, headers, text } = await post(INTENTS, { ...PAYMENT, metadata: { resource_id: "cart_1" } });
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(body).length, 39);
  assert.match(body.id, /^pi_\w{24}$/);
  assert.match(body.client_secret, new RegExp(`^${body.id}_secret_\\w{25}$`));
  assert.equal(body.created, 1_700_000_000);
  assert.equal(body.status, "requires_payment_method");
  assert.deepEqual(body.payment_method_types, ["card"]);
  assert.deepEqual(body.metadata, { resource_id: "cart_1" });
  assert.equal(body.latest_charge, null);
  assert.ok(!("charges" in body));
  assert.equal(headers.date, "Tue, 14 Nov 2023 22:13:20 GMT");
  assert.match(headers["request-id"], /^req_\w{14}$/);
  assert.equal(headers["stripe-version"], "2022-11-15");
  assert.equal(text.split("\n").length > 39, true);
  assert.deepEqual((await get(`${INTENTS}/${body.id}`)).body, body);
  assert.deepEqual(stripe.ledger.intents({ resource_id: "cart_1" }), [body]);
  assert.deepEqual(stripe.ledger.intents({ resource_id: "cart_2" }), []);
});

test("an intent can be made older than it is", async (t) => {
  const { stripe, post, get } = await open(t);
  const { id, created } = (await post(INTENTS, PAYMENT)).body;
  stripe.backdate(id, 86_400_000);
  assert.equal((await get(`${INTENTS}/${id}`)).body.created, created - 86_400);
});

test("ids are taken percent-encoded", async (t) => {
  const { post, get } = await open(t);
  const { id } = (await post(INTENTS, PAYMENT)).body;
  assert.equal((await get(`${INTENTS}/%70%69${id.slice(2)}`)).body.id, id);
});

test("a manual payment is held, then captured", async (t) => {
  const { stripe, post, pay } = await open(t);
  const held = await pay({ capture_method: "manual" });
  assert.deepEqual([held.status, held.amount_capturable, held.amount_received], ["requires_capture", 1000, 0]);
  const { body } = await post(`${INTENTS}/${held.id}/capture`);
  assert.deepEqual([body.status, body.amount_capturable, body.amount_received], ["succeeded", 0, 1000]);
  assert.deepEqual(errorOf(await post(`${INTENTS}/${held.id}/capture`)), unexpected);
  assert.deepEqual(
    stripe.ledger.moved().map(({ type, amount }) => [type, amount]),
    [
      ["hold", 1000],
      ["capture", 1000],
    ],
  );
});

test("a partial capture releases the rest, which cannot be refunded", async (t) => {
  const { stripe, post, get, pay } = await open(t);
  const { id } = await pay({ capture_method: "manual" });
  assert.deepEqual(errorOf(await post(`${INTENTS}/${id}/capture`, { amount_to_capture: 1001 })), [
    400,
    "invalid_request_error",
    "amount_too_large",
    "amount_to_capture",
  ]);
  const { body } = await post(`${INTENTS}/${id}/capture`, { amount_to_capture: 600 });
  assert.deepEqual([body.amount, body.amount_received, body.amount_capturable], [1000, 600, 0]);
  const charge = (await get(`/v1/charges/${body.latest_charge}`)).body;
  assert.deepEqual([charge.amount, charge.amount_captured, charge.amount_refunded], [1000, 600, 400]);
  assert.match(
    (await post("/v1/refunds", { payment_intent: id, amount: 601 })).body.error.message,
    /^Refund amount \(\$6\.01\) is greater than unrefunded amount on charge \(\$6\.00\)$/,
  );
  const { held, captured, released, refunded, refunds } = stripe.ledger.payment(id);
  assert.deepEqual(
    { held, captured, released, refunded, refunds },
    { held: 0, captured: 600, released: 400, refunded: 0, refunds: [] },
  );
});

test("an automatic payment succeeds at once", async (t) => {
  const { stripe, get, pay } = await open(t);
  const paid = await pay();
  assert.deepEqual([paid.status, paid.amount_received], ["succeeded", 1000]);
  const charge = (await get(`/v1/charges/${paid.latest_charge}`)).body;
  assert.deepEqual([charge.captured, charge.paid, charge.payment_intent], [true, true, paid.id]);
  assert.equal(stripe.ledger.payment(paid.id).captured, 1000);
});

test("a declined card brings the intent back, with the reason", async (t) => {
  const { stripe, pay } = await open(t);
  const intent = await pay({}, "insufficient_funds");
  assert.equal(intent.status, "requires_payment_method");
  const { type, code, decline_code, charge } = intent.last_payment_error;
  assert.deepEqual([type, code, decline_code], ["card_error", "card_declined", "insufficient_funds"]);
  assert.equal(charge, intent.latest_charge);
  assert.deepEqual(stripe.ledger.moved(), []);
  assert.deepEqual(stripe.ledger.payable(), [intent.id]);
  const paid = await stripe.shopper.confirm(intent.client_secret, { card: "ok" });
  assert.deepEqual([paid.status, paid.last_payment_error], ["succeeded", null]);
});

test("a challenge is passed or failed", async (t) => {
  const { stripe, pay } = await open(t);
  const asked = await pay({}, "3ds");
  assert.deepEqual([asked.status, asked.next_action.type], ["requires_action", "use_stripe_sdk"]);
  const failed = await stripe.shopper.authenticate(asked.id, { ok: false });
  assert.deepEqual(
    [failed.status, failed.last_payment_error.code, failed.next_action],
    ["requires_payment_method", "payment_intent_authentication_failure", null],
  );
  await assert.rejects(stripe.shopper.authenticate(asked.id), { code: "payment_intent_unexpected_state" });
  await stripe.shopper.confirm(asked.id, { card: "3ds" });
  assert.equal((await stripe.shopper.authenticate(asked.id)).status, "succeeded");
});

test("a slow payment is processing until it is settled, and cannot be changed or canceled meanwhile", async (t) => {
  const { stripe, post, pay } = await open(t);
  const { id, status } = await pay({}, "processing");
  assert.equal(status, "processing");
  assert.deepEqual(errorOf(await post(`${INTENTS}/${id}/cancel`)), unexpected);
  assert.equal((await post(`${INTENTS}/${id}`, { amount: 2000 })).body.error.param, "amount");
  assert.deepEqual(stripe.ledger.payable(), []);
  assert.equal((await stripe.shopper.settle(id)).status, "succeeded");
  const other = await pay({}, "processing");
  const failed = await stripe.shopper.settle(other.id, { ok: false });
  assert.deepEqual([failed.status, failed.latest_charge], ["requires_payment_method", other.latest_charge]);
});

test("a canceled intent is unpayable and its hold is released", async (t) => {
  const { stripe, post, get, pay } = await open(t);
  const { id, client_secret: secret, latest_charge: charge } = await pay({ capture_method: "manual" });
  const { body } = await post(`${INTENTS}/${id}/cancel`, { cancellation_reason: "abandoned" });
  assert.deepEqual([body.status, body.cancellation_reason, body.amount_capturable], ["canceled", "abandoned", 0]);
  assert.equal(typeof body.canceled_at, "number");
  assert.equal((await get(`/v1/charges/${charge}`)).body.refunded, true);
  assert.deepEqual(errorOf(await post(`${INTENTS}/${id}/cancel`)), unexpected);
  assert.deepEqual(errorOf(await post(`${INTENTS}/${id}/capture`)), unexpected);
  await assert.rejects(stripe.shopper.confirm(secret), { code: "payment_intent_unexpected_state" });
  const { canceled, held, released, captured } = stripe.ledger.payment(id);
  assert.deepEqual({ canceled, held, released, captured }, { canceled: true, held: 0, released: 1000, captured: 0 });
  assert.deepEqual(stripe.ledger.payable(), []);
});

test("what may not change any more is refused together with the intent", async (t) => {
  const { post, pay } = await open(t);
  for (const id of [(await pay()).id, (await pay({ capture_method: "manual" })).id]) {
    for (const change of [{ amount: 2000 }, { currency: "eur" }]) {
      const answer = await post(`${INTENTS}/${id}`, change);
      const [param] = Object.keys(change);
      assert.deepEqual(errorOf(answer), [...unexpected.slice(0, 3), param]);
      assert.equal(answer.body.error.payment_intent.id, id);
    }
    assert.equal((await post(`${INTENTS}/${id}`, { description: "later" })).body.description, "later");
  }
});

test("an open intent can be changed", async (t) => {
  const { stripe, post } = await open(t);
  const { id } = (await post(INTENTS, PAYMENT)).body;
  const { body } = await post(`${INTENTS}/${id}`, { amount: 2500, currency: "EUR", receipt_email: "a@b.example" });
  assert.deepEqual([body.amount, body.currency, body.receipt_email], [2500, "eur", "a@b.example"]);
  assert.equal((await post(`${INTENTS}/${id}`, { receipt_email: "" })).body.receipt_email, null);
  await stripe.shopper.confirm(id, { card: "3ds" });
  const asked = (await post(`${INTENTS}/${id}`, { amount: 2600 })).body;
  assert.deepEqual([asked.status, asked.next_action], ["requires_confirmation", null]);
});

test("metadata is merged, an empty value unsets", async (t) => {
  const { post } = await open(t);
  for (const path of [INTENTS, "/v1/customers"]) {
    const { id } = (await post(path, { ...(path === INTENTS && PAYMENT), metadata: { a: "1", b: "2", 0: "x" } })).body;
    const change = async (metadata) => (await post(`${path}/${id}`, { metadata })).body.metadata;
    assert.deepEqual(await change({ b: "3", c: "4" }), { 0: "x", a: "1", b: "3", c: "4" });
    assert.deepEqual(await change({ a: "" }), { 0: "x", b: "3", c: "4" });
    assert.deepEqual(await change(""), {});
  }
  const long = await post(INTENTS, { ...PAYMENT, metadata: { a: "x".repeat(501) } });
  assert.deepEqual(errorOf(long), [400, "invalid_request_error", undefined, "metadata[a]"]);
  const hostile = (await post(INTENTS, { ...PAYMENT, metadata: JSON.parse('{"__proto__":"x"}') })).body;
  assert.deepEqual(Object.entries(hostile.metadata), [["__proto__", "x"]]);
});

test("the server can confirm with Stripe's test payment methods", async (t) => {
  const { post } = await open(t);
  const paid = (await post(INTENTS, { ...PAYMENT, confirm: true, payment_method: "pm_card_visa" })).body;
  assert.equal(paid.status, "succeeded");
  const { id } = (await post(INTENTS, PAYMENT)).body;
  assert.deepEqual(errorOf(await post(`${INTENTS}/${id}/confirm`)), unexpected);
  const declined = await post(`${INTENTS}/${id}/confirm`, { payment_method: "pm_card_chargeDeclined" });
  assert.deepEqual(errorOf(declined), [402, "card_error", "card_declined", undefined]);
  assert.equal(declined.body.error.decline_code, "generic_decline");
  assert.equal(declined.body.error.payment_intent.id, id);
  const ready = (await post(`${INTENTS}/${id}`, { payment_method: "pm_card_visa" })).body;
  assert.equal(ready.status, "requires_confirmation");
  assert.equal((await post(`${INTENTS}/${id}/confirm`)).body.status, "succeeded");
  assert.deepEqual(errorOf(await post(`${INTENTS}/${id}/confirm`)), unexpected);
});

test("a wrong client secret pays nothing", async (t) => {
  const { stripe, post } = await open(t);
  const { id } = (await post(INTENTS, PAYMENT)).body;
  await assert.rejects(stripe.shopper.confirm(`${id}_secret_wrong`), { code: "resource_missing" });
  assert.deepEqual(stripe.ledger.moved(), []);
});

test("local methods are checked for currency and capture", async (t) => {
  const { post } = await open(t);
  const types = (type) => ({ payment_method_types: [type] });
  for (const [type, currency] of Object.entries({
    bancontact: "eur",
    blik: "pln",
    giropay: "eur",
    ideal: "eur",
    p24: "pln",
  })) {
    const payment = { amount: 1000, currency, ...types(type) };
    assert.deepEqual((await post(INTENTS, payment)).body.payment_method_types, [type]);
    const manual = await post(INTENTS, { ...payment, capture_method: "manual" });
    assert.deepEqual(errorOf(manual), [400, "invalid_request_error", undefined, "capture_method"]);
  }
  assert.equal((await post(INTENTS, { ...PAYMENT, ...types("ideal") })).body.error.param, "currency");
  assert.equal((await post(INTENTS, { ...PAYMENT, ...types("cash") })).body.error.param, "payment_method_types");
  const both = { ...PAYMENT, ...types("card"), automatic_payment_methods: { enabled: true } };
  assert.equal((await post(INTENTS, both)).status, 400);
});

test("automatic payment methods follow the currency and the capture method", async (t) => {
  const { post } = await open(t);
  const create = async (more) =>
    (await post(INTENTS, { amount: 1000, currency: "eur", automatic_payment_methods: { enabled: true }, ...more }))
      .body;
  const intent = await create();
  assert.deepEqual(intent.automatic_payment_methods, { enabled: true });
  assert.deepEqual(intent.payment_method_types, ["card", "bancontact", "giropay", "ideal", "p24"]);
  assert.deepEqual((await create({ capture_method: "manual" })).payment_method_types, ["card"]);
});

test("intents are listed newest first, by customer, page by page", async (t) => {
  const { post, get } = await open(t);
  const customer = (await post("/v1/customers")).body.id;
  const ids = [];
  for (let count = 0; count < 5; count++) ids.unshift((await post(INTENTS, { ...PAYMENT, customer })).body.id);
  await post(INTENTS, PAYMENT);
  const first = (await get(INTENTS, { customer, limit: 2 })).body;
  assert.deepEqual([first.object, first.url, first.has_more], ["list", INTENTS, true]);
  assert.deepEqual(
    first.data.map(({ id }) => id),
    ids.slice(0, 2),
  );
  const last = (await get(INTENTS, { customer, limit: 3, starting_after: ids[1] })).body;
  assert.deepEqual([last.data.map(({ id }) => id), last.has_more], [ids.slice(2), false]);
  const back = (await get(INTENTS, { customer, limit: 2, ending_before: ids[4] })).body;
  assert.deepEqual([back.data.map(({ id }) => id), back.has_more], [ids.slice(2, 4), true]);
  assert.equal((await get(INTENTS, { customer: "cus_other" })).body.data.length, 0);
});

test("intents are listed by the time at which they were made", async (t) => {
  const { stripe, post, get } = await open(t);
  const times = [];
  for (let count = 0; count < 4; count++) {
    times.push((await post(INTENTS, PAYMENT)).body.created);
    stripe.advance(10_000);
  }
  const listed = async (created) => (await get(INTENTS, { created })).body.data.map((intent) => intent.created);
  const [, second, third, fourth] = times;
  assert.deepEqual(await listed({ gte: second, lt: fourth }), [third, second]);
  assert.deepEqual(await listed({ gt: second, lte: fourth }), [fourth, third]);
  assert.deepEqual(await listed(third), [third]);
  assert.equal((await get(INTENTS, { created: { before: third } })).body.error.code, "parameter_unknown");
  assert.equal((await get(INTENTS, { created: "today" })).body.error.code, "parameter_invalid_integer");
});

test("a list shows the refunds of each intent's charge if they are asked for", async (t) => {
  const { post, get, pay } = await open(t);
  const { id } = await pay();
  for (let count = 0; count < 11; count++) await post("/v1/refunds", { payment_intent: id, amount: 10 });
  const { data } = (await get(INTENTS, { expand: ["data.latest_charge.refunds"] })).body;
  const { refunds } = data[0].latest_charge;
  assert.deepEqual([refunds.object, refunds.data.length, refunds.has_more], ["list", 10, true]);
});

test("latest_charge is expanded where that is asked for", async (t) => {
  const { get, pay } = await open(t);
  const { id, latest_charge: charge } = await pay();
  const expanded = (await get(`${INTENTS}/${id}`, { expand: ["latest_charge"] })).body.latest_charge;
  assert.deepEqual([expanded.object, expanded.id], ["charge", charge]);
  const listed = (await get(INTENTS, { expand: ["data.latest_charge"] })).body.data[0].latest_charge;
  assert.deepEqual(listed, expanded);
});

test("an operator acts in the dashboard", async (t) => {
  const { stripe, pay } = await open(t);
  const { id } = await pay({ capture_method: "manual" });
  assert.equal((await stripe.dashboard.capture(id, { amount: 900 })).amount_received, 900);
  const refund = await stripe.dashboard.refund(id, { amount: 100, metadata: { by: "hand" } });
  assert.deepEqual(stripe.ledger.payment(id).refunds, [
    { id: refund.id, amount: 100, status: "succeeded", metadata: { by: "hand" } },
  ]);
  await assert.rejects(stripe.dashboard.cancel(id), { code: "payment_intent_unexpected_state", status: 400 });
  assert.equal(stripe.events.at(-1).request.id, null);
});

test("an intent of the past is there as if it had been made and paid", async (t) => {
  const { stripe, post, get } = await open(t);
  const fields = { amount: 1000, currency: "eur", status: "requires_capture", amount_capturable: 1000, created: 1_000 };
  const { id } = stripe.adopt(fields);
  assert.match(id, /^pi_\w{24}$/);
  const { body } = await get(`${INTENTS}/${id}`, { expand: ["latest_charge.refunds"] });
  assert.deepEqual([body.created, body.latest_charge.amount, body.latest_charge.refunds.data], [1_000, 1_000, []]);
  assert.equal((await post(`${INTENTS}/${id}/capture`)).body.amount_received, 1_000);
});

test("several fakes in one process know nothing of each other", async (t) => {
  const [one, other] = [await open(t), await open(t)];
  const { id } = (await one.post(INTENTS, PAYMENT)).body;
  assert.equal((await other.get(`${INTENTS}/${id}`)).status, 404);
  assert.equal(one.stripe.requests.length + other.stripe.requests.length, 2);
});

test("hundreds of requests in flight are answered", async (t) => {
  const { stripe, post } = await open(t);
  const answers = await Promise.all(Array.from({ length: 400 }, () => post(INTENTS, PAYMENT)));
  assert.ok(answers.every(({ status }) => status === 200));
  assert.equal(new Set(stripe.ledger.payable()).size, 400);
});
