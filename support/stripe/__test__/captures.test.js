const assert = require("node:assert/strict");
const { test } = require("node:test");
const { PAYMENT, open } = require("./client");

const INTENTS = "/v1/payment_intents";
const REFUNDS = "/v1/refunds";
const SEVERAL = {
  capture_method: "manual",
  payment_method_options: { card: { request_multicapture: "if_available" } },
};

const amounts = ({ status, amount_received, amount_capturable }) => [status, amount_received, amount_capturable];
const errorOf = ({ status, body: { error } }) => [status, error.type, error.param];

/** A hold of 1000, and the ways to take from it. */
async function held(t, card = "ok", params = SEVERAL) {
  const fake = await open(t);
  const { id, latest_charge: charge } = await fake.pay(params, card);
  const capture = (more) => fake.post(`${INTENTS}/${id}/capture`, more);
  const chargeNow = async () => (await fake.get(`/v1/charges/${charge}`)).body;
  return { ...fake, id, charge, capture, chargeNow };
}

test("a card tells whether it can be captured several times", async (t) => {
  const { pay, get } = await open(t);
  const statusOf = async ({ id }) => {
    const { body } = await get(`${INTENTS}/${id}`, { expand: ["latest_charge"] });
    return body.latest_charge.payment_method_details.card.multicapture.status;
  };
  assert.equal(await statusOf(await pay(SEVERAL)), "available");
  assert.equal(await statusOf(await pay(SEVERAL, "single_capture")), "unavailable");
  assert.equal(await statusOf(await pay({ capture_method: "manual" })), "unavailable"); // not asked for
});

test("parts are captured until the final one, which releases the rest", async (t) => {
  const { stripe, id, capture, chargeNow } = await held(t);
  stripe.events.clear();
  const first = (await capture({ amount_to_capture: 300, final_capture: false })).body;
  assert.deepEqual(amounts(first), ["requires_capture", 300, 700]);
  const part = await chargeNow();
  assert.deepEqual([part.amount, part.amount_captured, part.amount_refunded, part.refunded], [1000, 300, 0, false]);
  assert.deepEqual(
    stripe.events.map(({ type, data }) => [type, data.previous_attributes?.amount_captured]),
    [
      ["charge.updated", 0],
      ["payment_intent.amount_capturable_updated", undefined],
    ],
  );
  stripe.events.clear();
  const last = (await capture({ amount_to_capture: 500 })).body;
  assert.deepEqual(amounts(last), ["succeeded", 800, 0]);
  const charge = await chargeNow();
  assert.deepEqual([charge.amount_captured, charge.amount_refunded, charge.refunded], [800, 200, false]);
  assert.deepEqual(
    stripe.events.map(({ type }) => type),
    ["charge.updated", "charge.captured", "charge.refunded", "payment_intent.succeeded"],
  );
  const { captured, released, held: left } = stripe.ledger.payment(id);
  assert.deepEqual({ captured, released, left }, { captured: 800, released: 200, left: 0 });
  assert.equal((await capture()).body.error.code, "payment_intent_unexpected_state");
});

test("the part that takes all that is left is the final one", async (t) => {
  const { stripe, id, capture } = await held(t);
  await capture({ amount_to_capture: 400, final_capture: false });
  assert.deepEqual(amounts((await capture({ amount_to_capture: 600, final_capture: false })).body), [
    "succeeded",
    1000,
    0,
  ]);
  assert.equal(stripe.ledger.payment(id).released, 0);
});

test("without an amount a capture takes what is left", async (t) => {
  const { capture } = await held(t);
  await capture({ amount_to_capture: 400, final_capture: false });
  assert.deepEqual(amounts((await capture()).body), ["succeeded", 1000, 0]);
});

test("more than what is left is not captured", async (t) => {
  const { stripe, id, capture } = await held(t);
  await capture({ amount_to_capture: 400, final_capture: false });
  const { status, body } = await capture({ amount_to_capture: 601 });
  assert.deepEqual([status, body.error.code, body.error.param], [400, "amount_too_large", "amount_to_capture"]);
  assert.equal(stripe.ledger.payment(id).captured, 400);
});

test("a final capture of nothing releases the rest after a part, and nothing else", async (t) => {
  const { stripe, id, capture } = await held(t);
  assert.deepEqual(errorOf(await capture({ amount_to_capture: 0 })), [
    400,
    "invalid_request_error",
    "amount_to_capture",
  ]);
  await capture({ amount_to_capture: 400, final_capture: false });
  assert.equal((await capture({ amount_to_capture: 0, final_capture: false })).status, 400);
  assert.deepEqual(amounts((await capture({ amount_to_capture: 0 })).body), ["succeeded", 400, 0]);
  assert.equal(stripe.ledger.payment(id).released, 600);
});

test("a part of a card that is captured once has to be the final one", async (t) => {
  for (const [card, params] of [
    ["single_capture", SEVERAL],
    ["ok", { capture_method: "manual" }],
  ]) {
    const { stripe, id, capture } = await held(t, card, params);
    const refusal = await capture({ amount_to_capture: 400, final_capture: false });
    assert.deepEqual(errorOf(refusal), [400, "invalid_request_error", "final_capture"]);
    assert.equal(refusal.body.error.payment_intent.id, id);
    assert.equal(stripe.ledger.payment(id).captured, 0);
    assert.deepEqual(amounts((await capture({ amount_to_capture: 400 })).body), ["succeeded", 400, 0]);
  }
});

test("a payment is captured at most fifty times", async (t) => {
  const { capture } = await held(t);
  for (let part = 1; part < 50; part++) {
    assert.equal((await capture({ amount_to_capture: 10, final_capture: false })).status, 200);
  }
  assert.deepEqual(errorOf(await capture({ amount_to_capture: 10, final_capture: false }))[2], "final_capture");
  assert.deepEqual(amounts((await capture({ amount_to_capture: 10 })).body), ["succeeded", 500, 0]);
});

test("canceled after a part, a payment releases the rest and keeps the part", async (t) => {
  const { stripe, post, id, capture } = await held(t);
  await capture({ amount_to_capture: 400, final_capture: false });
  const { body } = await post(`${INTENTS}/${id}/cancel`);
  assert.deepEqual(amounts(body), ["canceled", 400, 0]);
  const { captured, released, canceled } = stripe.ledger.payment(id);
  assert.deepEqual({ captured, released, canceled }, { captured: 400, released: 600, canceled: true });
  assert.equal((await post(REFUNDS, { payment_intent: id, amount: 401 })).status, 400);
  assert.equal((await post(REFUNDS, { payment_intent: id })).body.amount, 400);
});

test("between two captures the charge refunds what was taken, and no more", async (t) => {
  const { stripe, post, id, charge, capture } = await held(t);
  assert.equal((await post(REFUNDS, { charge })).status, 400); // nothing is taken yet
  await capture({ amount_to_capture: 400, final_capture: false });
  assert.equal((await post(REFUNDS, { payment_intent: id })).body.error.code, "payment_intent_unexpected_state");
  assert.match((await post(REFUNDS, { charge, amount: 401 })).body.error.message, /\(\$4\.01\).*\(\$4\.00\)$/);
  assert.equal((await post(REFUNDS, { charge, amount: 100 })).status, 200);
  await capture({ amount_to_capture: 200 });
  assert.equal((await post(REFUNDS, { payment_intent: id, amount: 501 })).status, 400);
  assert.equal((await post(REFUNDS, { payment_intent: id })).body.amount, 500);
  const { captured, refunded, released } = stripe.ledger.payment(id);
  assert.deepEqual({ captured, refunded, released }, { captured: 600, refunded: 600, released: 400 });
});

test("the Dashboard captures a part and leaves the rest", async (t) => {
  const { stripe, id } = await held(t);
  assert.deepEqual(amounts(await stripe.dashboard.capture(id, { amount: 100, isFinal: false })), [
    "requires_capture",
    100,
    900,
  ]);
  assert.equal((await stripe.dashboard.refund(id, { amount: 60 })).amount, 60);
  assert.deepEqual(amounts(await stripe.dashboard.capture(id)), ["succeeded", 1000, 0]);
});

test("a capture can set metadata", async (t) => {
  const { capture } = await held(t);
  assert.deepEqual((await capture({ metadata: { capt: "1" } })).body.metadata, { capt: "1" });
});

test("what has to be expanded is, after every call, and is an id otherwise", async (t) => {
  const { post, get, pay, stripe } = await open(t);
  const made = (await post(INTENTS, { ...PAYMENT, payment_method: "pm_card_visa", "expand[0]": "payment_method" }))
    .body;
  assert.deepEqual([made.payment_method.object, made.payment_method.card.last4], ["payment_method", "4242"]);
  const read = (await get(`${INTENTS}/${made.id}`)).body;
  assert.equal(read.payment_method, made.payment_method.id);
  const changed = (await post(`${INTENTS}/${made.id}`, { amount: 1100, expand: ["payment_method"] })).body;
  assert.equal(changed.payment_method.id, made.payment_method.id);
  const { id } = await pay({ capture_method: "manual" });
  const captured = (await post(`${INTENTS}/${id}/capture`, { expand: ["latest_charge.refunds", "payment_method"] }))
    .body;
  assert.deepEqual([captured.latest_charge.amount_captured, captured.payment_method.type], [1000, "card"]);
  assert.deepEqual(captured.latest_charge.refunds.data, []);
  const open_ = (await post(INTENTS, { ...PAYMENT, expand: ["payment_method", "latest_charge", "invoice"] })).body;
  assert.deepEqual([open_.payment_method, open_.latest_charge, open_.invoice], [null, null, null]);
  const before = stripe.ledger.intents().length;
  const wrong = await post(INTENTS, { ...PAYMENT, expand: ["colour"] });
  assert.deepEqual([wrong.status, wrong.body.error.message], [400, "This property cannot be expanded (colour)."]);
  assert.equal(stripe.ledger.intents().length, before);
});
