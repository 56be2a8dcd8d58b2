const assert = require("node:assert/strict");
const { test } = require("node:test");
const { PAYMENT, open } = require("./client");

const CUSTOMERS = "/v1/customers";
const INTENTS = "/v1/payment_intents";
const METHODS = "/v1/payment_methods";
const SETUPS = "/v1/setup_intents";

const errorOf = ({ status, body: { error } }) => [status, error.type, error.code, error.param];

/** A client for one customer, `{ …, id }`. */
async function withCustomer(t) {
  const fake = await open(t);
  const { id } = (await fake.post(CUSTOMERS, { email: "ada@example.com" })).body;
  const methods = async (params) => (await fake.get(`${CUSTOMERS}/${id}/payment_methods`, params)).body;
  const saved = async (card = "ok") => {
    const setup = (await fake.post(SETUPS, { customer: id })).body;
    return (await fake.stripe.shopper.setup(setup.client_secret, { card })).payment_method;
  };
  return { ...fake, id, methods, saved };
}

test("a customer has a name, a phone, an address and metadata", async (t) => {
  const { post } = await open(t);
  const address = { city: "London", country: "gb", line1: "1 St James's Square", line2: "" };
  const params = { email: "ada@example.com", name: "Ada", phone: "+44 20 7946 0000", address, metadata: { a: "1" } };
  const { body } = await post(CUSTOMERS, params);
  assert.deepEqual([body.name, body.phone, body.metadata], ["Ada", "+44 20 7946 0000", { a: "1" }]);
  assert.deepEqual(body.address, { ...address, line2: null, postal_code: null, state: null });
  const changed = (await post(`${CUSTOMERS}/${body.id}`, { phone: "", metadata: { b: "2" } })).body;
  assert.deepEqual([changed.name, changed.phone, changed.metadata], ["Ada", null, { a: "1", b: "2" }]);
});

test("what is no address or too long is refused", async (t) => {
  const { stripe, post } = await open(t);
  const wrong = await post(CUSTOMERS, { address: { street: "x" } });
  assert.deepEqual(errorOf(wrong).slice(2), ["parameter_unknown", "address[street]"]);
  const long = await post(CUSTOMERS, { phone: "0".repeat(21) });
  assert.deepEqual([long.status, long.body.error.param], [400, "phone"]);
  assert.match(long.body.error.message, /must be at most 20 characters/);
  assert.deepEqual(stripe.ledger.customers(), []);
});

test("a customer that was deleted can be read as deleted, and not be used", async (t) => {
  const { stripe, call, post, get, id, methods, saved } = await withCustomer(t);
  const method = await saved();
  const deleted = { id, object: "customer", deleted: true };
  assert.deepEqual((await call("DELETE", `${CUSTOMERS}/${id}`)).body, deleted);
  assert.equal(stripe.events.at(-1).type, "customer.deleted");
  assert.deepEqual((await get(`${CUSTOMERS}/${id}`)).body, deleted);
  const missing = [404, "invalid_request_error", "resource_missing", "id"];
  assert.deepEqual(errorOf(await post(`${CUSTOMERS}/${id}`, { name: "Ada" })), missing);
  assert.deepEqual(errorOf(await call("DELETE", `${CUSTOMERS}/${id}`)), missing);
  for (const path of [INTENTS, SETUPS]) {
    const used = await post(path, { ...(path === INTENTS && PAYMENT), customer: id });
    assert.deepEqual(errorOf(used), [400, "invalid_request_error", "resource_missing", "customer"]);
  }
  assert.equal((await methods()).error.code, "resource_missing");
  assert.equal((await get(`${METHODS}/${method}`)).body.customer, null);
  assert.deepEqual((await get(CUSTOMERS)).body.data, []);
  assert.deepEqual(stripe.ledger.customers(), []);
});

test("a setup keeps a payment method, which can be listed, read and detached", async (t) => {
  const { stripe, post, get, id, methods } = await withCustomer(t);
  const made = (await post(SETUPS, { customer: id, payment_method_types: ["card"], metadata: { a: "1" } })).body;
  assert.match(made.id, /^seti_\w{24}$/);
  assert.deepEqual([made.object, made.status, made.usage], ["setup_intent", "requires_payment_method", "off_session"]);
  const done = await stripe.shopper.setup(made.client_secret);
  assert.deepEqual([done.status, done.customer], ["succeeded", id]);
  assert.deepEqual((await get(`${SETUPS}/${made.id}`)).body, done);
  const { object, url, data } = await methods({ limit: 100 });
  assert.deepEqual([object, url, data.length], ["list", `${CUSTOMERS}/${id}/payment_methods`, 1]);
  assert.deepEqual([data[0].id, data[0].customer, data[0].card.last4], [done.payment_method, id, "4242"]);
  assert.deepEqual((await get(`${METHODS}/${done.payment_method}`)).body, data[0]);
  assert.equal((await post(`${METHODS}/${done.payment_method}/detach`)).body.customer, null);
  assert.equal(stripe.events.at(-1).type, "payment_method.detached");
  assert.deepEqual((await methods()).data, []);
  assert.equal((await post(`${METHODS}/${done.payment_method}/detach`)).status, 400);
  assert.equal((await post(`${METHODS}/pm_none/detach`)).status, 404);
  assert.deepEqual(stripe.ledger.moved(), []);
});

test("saved payment methods come page by page, newest first, and only the customer's own", async (t) => {
  const { post, id, methods, saved } = await withCustomer(t);
  const ids = [];
  for (let count = 0; count < 3; count++) ids.unshift(await saved());
  await post(METHODS, { type: "card", card: { token: "tok_visa" } });
  const first = await methods({ limit: 2 });
  assert.deepEqual([first.data.map((one) => one.id), first.has_more], [ids.slice(0, 2), true]);
  const second = await methods({ limit: 2, starting_after: ids[1] });
  assert.deepEqual([second.data.map((one) => one.id), second.has_more], [ids.slice(2), false]);
  assert.equal((await methods({ type: "sepa_debit" })).data.length, 0);
  assert.equal((await methods({ limit: 101 })).error.code, "parameter_invalid_integer");
  assert.ok(id);
});

test("a setup can be declined", async (t) => {
  const { stripe, post, id, methods } = await withCustomer(t);
  const made = (await post(SETUPS, { customer: id })).body;
  const failed = await stripe.shopper.setup(made.client_secret, { card: "declined" });
  assert.deepEqual([failed.status, failed.last_setup_error.code], ["requires_payment_method", "card_declined"]);
  const again = await post(`${SETUPS}/${made.id}/confirm`, { payment_method: "pm_card_chargeDeclined" });
  assert.deepEqual([again.status, again.body.error.setup_intent.id], [402, made.id]);
  assert.deepEqual((await methods()).data, []);
  assert.equal(
    (await post(SETUPS, { customer: id, confirm: true, payment_method: "pm_card_visa" })).body.status,
    "succeeded",
  );
  assert.equal((await methods()).data.length, 1);
  assert.equal((await post(SETUPS, { customer: id, payment_method_types: ["blik"] })).status, 400);
});

test("a payment with setup_future_usage saves the card, and one without spends it", async (t) => {
  const { stripe, post, id, methods } = await withCustomer(t);
  const pay = (more) => post(INTENTS, { ...PAYMENT, confirm: true, ...more });
  const kept = (await pay({ customer: id, payment_method: "pm_card_visa", setup_future_usage: "off_session" })).body;
  assert.deepEqual(
    (await methods()).data.map((one) => one.id),
    [kept.payment_method],
  );
  const later = await pay({ customer: id, payment_method: kept.payment_method, off_session: true });
  assert.equal(later.body.status, "succeeded");
  const others = await pay({ payment_method: kept.payment_method });
  assert.match(others.body.error.message, new RegExp(`belongs to the Customer ${id}`));
  const stranger = (await post(CUSTOMERS, { email: "eve@example.com" })).body.id;
  const theirs = await pay({ customer: stranger, payment_method: kept.payment_method });
  assert.match(theirs.body.error.message, new RegExp(`not belong to the Customer you supplied ${stranger}`));
  const once = (await pay({ payment_method: "pm_card_visa" })).body;
  const twice = await pay({ payment_method: once.payment_method });
  assert.match(twice.body.error.message, /may not be used again/);
  assert.equal(stripe.ledger.moved().length, 3);
});

test("a payment method is attached to one customer", async (t) => {
  const { post, id, methods } = await withCustomer(t);
  const made = (await post(METHODS, { type: "card", card: { token: "tok_visa" } })).body;
  assert.equal((await post(`${METHODS}/${made.id}/attach`, { customer: id })).body.customer, id);
  assert.equal((await post(`${METHODS}/${made.id}/attach`, { customer: id })).status, 400);
  assert.equal((await methods()).data.length, 1);
  assert.equal((await post(`${METHODS}/pm_card_visa/attach`, { customer: "cus_none" })).body.error.param, "customer");
  const voucher = (await post(METHODS, { type: "oxxo" })).body;
  const refusal = await post(`${METHODS}/${voucher.id}/attach`, { customer: id });
  assert.equal(refusal.body.error.message, "PaymentMethods of type 'oxxo' cannot be saved to customers.");
});
