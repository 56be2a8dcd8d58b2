const assert = require("node:assert/strict");
const { test } = require("node:test");
const { PAYMENT, open } = require("./client");

const INTENTS = "/v1/payment_intents";
const MEDUSA_2 = { headers: { "stripe-version": "2024-04-10" } };
const NOW = { ...PAYMENT, confirm: true, payment_method: "pm_card_visa" };

const errorOf = ({ status, body: { error } }) => [status, error.type, error.code, error.param];

test("a card that is declined while the intent is made is a 402 with the intent in it", async (t) => {
  const { stripe, post } = await open(t);
  const params = { ...NOW, payment_method: "pm_card_chargeDeclinedInsufficientFunds", metadata: { session_id: "s" } };
  const { status, body } = await post(INTENTS, params, { key: "k" });
  const { error } = body;
  assert.deepEqual(
    [status, error.type, error.code, error.decline_code],
    [402, "card_error", "card_declined", "insufficient_funds"],
  );
  const [intent] = stripe.ledger.intents({ session_id: "s" });
  assert.deepEqual([error.payment_intent, intent.status], [intent, "requires_payment_method"]);
  assert.deepEqual(intent.last_payment_error.payment_method.object, "payment_method");
  assert.deepEqual((await post(INTENTS, params, { key: "k" })).body, body);
  assert.equal(stripe.ledger.intents().length, 1);
});

test("an intent can be made and paid with what describes a payment method", async (t) => {
  const { post, get } = await open(t);
  const data = { type: "card", card: { token: "tok_visa" }, billing_details: { name: "Ada" } };
  const { payment_method: _, ...bare } = NOW;
  const paid = (await post(INTENTS, { ...bare, payment_method_data: data })).body;
  assert.equal(paid.status, "succeeded");
  const method = (await get(`/v1/payment_methods/${paid.payment_method}`)).body;
  assert.deepEqual([method.type, method.billing_details.name], ["card", "Ada"]);
  const ready = (await post(INTENTS, { ...PAYMENT, payment_method_data: data })).body;
  assert.equal(ready.status, "requires_confirmation");
  assert.equal((await post(`${INTENTS}/${ready.id}/confirm`)).body.status, "succeeded");
  const both = await post(INTENTS, { ...NOW, payment_method_data: data });
  assert.match(both.body.error.message, /only specify one of these parameters: payment_method, payment_method_data/);
  const number = { type: "card", card: { number: "4242424242424242" } };
  assert.equal((await post(INTENTS, { ...bare, payment_method_data: number })).status, 402);
});

test("a challenge cannot be answered by a shopper who is away", async (t) => {
  const { post } = await open(t);
  const asked = (await post(INTENTS, { ...NOW, payment_method: "pm_card_authenticationRequired" })).body;
  assert.equal(asked.status, "requires_action");
  const away = await post(INTENTS, { ...NOW, payment_method: "pm_card_authenticationRequired", off_session: true });
  assert.deepEqual(errorOf(away).slice(0, 3), [402, "card_error", "authentication_required"]);
  assert.equal(away.body.error.payment_intent.status, "requires_payment_method");
});

test("what is only for a confirmation is refused without one", async (t) => {
  const { stripe, post } = await open(t);
  for (const param of ["off_session", "return_url", "error_on_requires_action"]) {
    const { body, status } = await post(INTENTS, {
      ...PAYMENT,
      [param]: param === "return_url" ? "https://a.example" : true,
    });
    assert.deepEqual([status, body.error.code, body.error.param], [400, "payment_intent_invalid_parameter", param]);
  }
  assert.deepEqual(stripe.ledger.intents(), []);
});

test("since 2023-08-16 an intent takes the Dashboard's methods unless it is told its types", async (t) => {
  const { post } = await open(t);
  const create = async (more) => (await post(INTENTS, { amount: 1000, currency: "eur", ...more }, MEDUSA_2)).body;
  const made = await create();
  assert.deepEqual(made.automatic_payment_methods, { allow_redirects: "always", enabled: true });
  assert.ok(made.payment_method_types.includes("ideal"));
  assert.equal(made.capture_method, "automatic_async");
  const manual = await create({ capture_method: "manual" });
  assert.deepEqual([manual.payment_method_types, manual.capture_method], [["card"], "manual"]);
  const told = await create({ payment_method_types: ["card"] });
  assert.deepEqual([told.automatic_payment_methods, told.payment_method_types], [null, ["card"]]);
  const off = await create({ automatic_payment_methods: { enabled: false } });
  assert.deepEqual(off.payment_method_types, ["card"]);
});

test("with the Dashboard's methods a confirmation says where the shopper comes back to", async (t) => {
  const { stripe, post } = await open(t);
  const lost = await post(INTENTS, NOW, MEDUSA_2);
  assert.deepEqual(errorOf(lost), [400, "invalid_request_error", undefined, undefined]);
  assert.match(lost.body.error.message, /you must provide a `return_url`/);
  assert.deepEqual(stripe.ledger.intents(), []);
  for (const more of [
    { return_url: "https://a.example" },
    { automatic_payment_methods: { enabled: true, allow_redirects: "never" } },
    { payment_method_types: ["card"] },
  ]) {
    assert.equal((await post(INTENTS, { ...NOW, ...more }, MEDUSA_2)).body.status, "succeeded");
  }
});

test("a configuration of the Dashboard is taken, but not beside types", async (t) => {
  const { post } = await open(t);
  const made = (await post(INTENTS, { ...PAYMENT, payment_method_configuration: "pmc_1" }, MEDUSA_2)).body;
  assert.deepEqual(made.payment_method_configuration_details, { id: "pmc_1", parent: null });
  assert.equal(made.automatic_payment_methods.enabled, true);
  const both = { ...PAYMENT, payment_method_configuration: "pmc_1", payment_method_types: ["card"] };
  assert.equal((await post(INTENTS, both)).body.error.param, "payment_method_configuration");
  const unknown = await post(INTENTS, { ...PAYMENT, payment_method_configuration: "x" });
  assert.deepEqual(errorOf(unknown).slice(2), ["resource_missing", "payment_method_configuration"]);
});

const LOCAL = {
  bancontact: "eur",
  blik: "pln",
  giropay: "eur",
  ideal: "eur",
  p24: "pln",
  promptpay: "thb",
  oxxo: "mxn",
};

for (const [type, currency] of Object.entries(LOCAL)) {
  test(`${type} is paid in ${currency} at once, or not at all`, async (t) => {
    const { post } = await open(t);
    const payment = { amount: 2000, currency, payment_method_types: [type] };
    const made = (await post(INTENTS, { ...payment, capture_method: "automatic" }, MEDUSA_2)).body;
    assert.deepEqual([made.status, made.payment_method_types], ["requires_payment_method", [type]]);
    const manual = (await post(INTENTS, { ...payment, capture_method: "manual" })).body.error;
    assert.equal(
      manual.message,
      `The following payment method types ["${type}"] can only be used with PaymentIntents that have capture_method=automatic. Please retry by creating a PaymentIntent with capture_method=automatic.`,
    );
    const foreign = (await post(INTENTS, { ...payment, currency: "gbp" })).body.error;
    assert.deepEqual([foreign.type, foreign.param], ["invalid_request_error", "currency"]);
  });
}

test("a method that cannot be saved is refused together with setup_future_usage", async (t) => {
  const { post } = await open(t);
  for (const [type, currency] of Object.entries(LOCAL)) {
    const params = { amount: 2000, currency, payment_method_types: [type], setup_future_usage: "off_session" };
    const { status, body } = await post(INTENTS, params);
    if (["bancontact", "ideal"].includes(type)) {
      assert.equal(status, 200);
      continue;
    }
    assert.deepEqual([status, body.error.param], [400, "setup_future_usage"]);
    assert.ok(body.error.message.endsWith(`remove these types from \`payment_method_types\`: ["${type}"].`));
  }
  const automatic = { amount: 1000, currency: "eur", setup_future_usage: "off_session" };
  const made = (await post(INTENTS, automatic, MEDUSA_2)).body;
  assert.deepEqual(made.payment_method_types, ["card", "bancontact", "ideal"]);
});

test("a payment method of another type is refused", async (t) => {
  const { stripe, post } = await open(t);
  const params = { amount: 1000, currency: "eur", payment_method_types: ["ideal"] };
  const refusal = await post(INTENTS, { ...params, confirm: true, payment_method: "pm_card_visa" });
  assert.equal(refusal.body.error.code, "payment_intent_incompatible_payment_method");
  const { id } = (await post(INTENTS, params)).body;
  const code = "payment_intent_incompatible_payment_method";
  await assert.rejects(stripe.shopper.confirm(id, { type: "card" }), { code });
});

test("the currency changes with the amount, as far as the types allow", async (t) => {
  const { post } = await open(t);
  const ideal = { amount: 1000, currency: "eur", payment_method_types: ["ideal"] };
  const { id } = (await post(INTENTS, ideal)).body;
  assert.equal((await post(`${INTENTS}/${id}`, { currency: "usd" })).body.error.param, "currency");
  const open_ = (await post(INTENTS, PAYMENT, MEDUSA_2)).body;
  const changed = (await post(`${INTENTS}/${open_.id}`, { amount: 2000, currency: "pln" }, MEDUSA_2)).body;
  assert.deepEqual([changed.amount, changed.currency, changed.status], [2000, "pln", "requires_payment_method"]);
  assert.deepEqual(changed.payment_method_types, ["card", "blik", "p24"]);
  assert.equal((await post(`${INTENTS}/${open_.id}`, { amount: 10 })).body.error.code, "amount_too_small");
});

test("some currencies have no fraction, or no third decimal", async (t) => {
  const { post, pay } = await open(t);
  for (const [currency, right, wrong] of [
    ["isk", 50_000, 50_010],
    ["ugx", 500_000, 500_050],
    ["kwd", 5120, 5124],
  ]) {
    assert.equal((await post(INTENTS, { amount: right, currency })).status, 200);
    const refusal = await post(INTENTS, { amount: wrong, currency });
    assert.deepEqual(errorOf(refusal), [400, "invalid_request_error", "parameter_invalid_integer", "amount"]);
  }
  const { id } = await pay({ amount: 50_000, currency: "isk", capture_method: "manual" });
  const part = await post(`${INTENTS}/${id}/capture`, { amount_to_capture: 10_050 });
  assert.equal(part.body.error.param, "amount_to_capture");
  await post(`${INTENTS}/${id}/capture`);
  assert.equal((await post("/v1/refunds", { payment_intent: id, amount: 150 })).body.error.param, "amount");
  for (const currency of ["huf", "twd"]) {
    assert.equal((await post(INTENTS, { amount: 20_050, currency })).status, 200); // only payouts are whole
  }
  assert.equal((await post(INTENTS, { amount: 500, currency: "jpy" })).status, 200);
});

test("the days of a voucher are between one and seven", async (t) => {
  const { post } = await open(t);
  const make = (days) =>
    post(INTENTS, {
      ...{ amount: 20_000, currency: "mxn", payment_method_types: ["oxxo"] },
      ...(days && { payment_method_options: { oxxo: { expires_after_days: days } } }),
    });
  assert.equal((await make()).body.payment_method_options.oxxo.expires_after_days, 3);
  assert.equal((await make(7)).body.payment_method_options.oxxo.expires_after_days, 7);
  const { status, body } = await make(8);
  assert.deepEqual([status, body.error.param], [400, "payment_method_options[oxxo][expires_after_days]"]);
});
