const assert = require("node:assert/strict");
const { test } = require("node:test");
const { PAYMENT, open } = require("./client");

const REFUNDS = "/v1/refunds";
const INTENTS = "/v1/payment_intents";
const codeOf = ({ status, body: { error } }) => [status, error.code];

test("refunds go up to what was captured and no further", async (t) => {
  const { stripe, post, get, pay } = await open(t);
  const { id, latest_charge: charge } = await pay();
  const { status, body } = await post(REFUNDS, { payment_intent: id, amount: 400, metadata: { note: "torn" } });
  assert.equal(status, 200);
  assert.match(body.id, /^re_\w{24}$/);
  assert.deepEqual([body.status, body.amount, body.charge, body.payment_intent], ["succeeded", 400, charge, id]);
  assert.deepEqual((await get(`${REFUNDS}/${body.id}`)).body, body);
  const tooMuch = await post(REFUNDS, { payment_intent: id, amount: 601 });
  assert.deepEqual(codeOf(tooMuch), [400, undefined]);
  assert.equal(tooMuch.body.error.message, "Refund amount ($6.01) is greater than unrefunded amount on charge ($6.00)");
  assert.equal((await post(REFUNDS, { payment_intent: id })).body.amount, 600); // all that is left
  assert.deepEqual(codeOf(await post(REFUNDS, { payment_intent: id })), [400, "charge_already_refunded"]);
  assert.deepEqual(codeOf(await post(REFUNDS, { charge, amount: 1 })), [400, "charge_already_refunded"]);
  const refunded = (await get(`/v1/charges/${charge}`)).body;
  assert.deepEqual([refunded.amount_refunded, refunded.refunded], [1000, true]);
  assert.equal(stripe.ledger.payment(id).refunded, 1000);
  assert.deepEqual(
    stripe.ledger.moved().map(({ type, amount, intent }) => [type, amount, intent]),
    [
      ["capture", 1000, id],
      ["refund", 400, id],
      ["refund", 600, id],
    ],
  );
});

test("what has not been captured cannot be refunded", async (t) => {
  const { post, pay } = await open(t);
  const open_ = (await post(INTENTS, PAYMENT)).body.id;
  const held = (await pay({ capture_method: "manual" })).id;
  const declined = (await pay({}, "declined")).id;
  assert.deepEqual(codeOf(await post(REFUNDS, { payment_intent: held })), [400, "payment_intent_unexpected_state"]);
  for (const id of [open_, declined]) {
    const answer = await post(REFUNDS, { payment_intent: id });
    assert.deepEqual(codeOf(answer), [400, undefined]);
    assert.equal(answer.body.error.message, `This PaymentIntent (${id}) does not have a successful charge to refund.`);
  }
});

test("wrong amounts and wrong references are refused", async (t) => {
  const { post, pay } = await open(t);
  const { id, latest_charge: charge } = await pay();
  const dinars = await pay({ amount: 10_000, currency: "kwd" });
  for (const amount of [0, -1, "1.5", "all"]) {
    assert.deepEqual(codeOf(await post(REFUNDS, { payment_intent: id, amount })), [400, "parameter_invalid_integer"]);
  }
  assert.equal((await post(REFUNDS, { payment_intent: dinars.id, amount: 15 })).body.error.param, "amount");
  assert.equal((await post(REFUNDS)).body.error.code, "parameter_missing");
  assert.equal((await post(REFUNDS, { payment_intent: id, charge })).status, 400);
  assert.equal((await post(REFUNDS, { payment_intent: id, reason: "mood" })).body.error.param, "reason");
});

test("a pending refund counts, and a failed one gives the money back", async (t) => {
  const { stripe, post, get, pay } = await open(t);
  const { id, latest_charge: charge } = await pay();
  stripe.bank.nextRefund("pending");
  const pending = (await post(REFUNDS, { payment_intent: id, amount: 700 })).body;
  assert.equal(pending.status, "pending");
  assert.equal(stripe.ledger.payment(id).refunded, 700);
  assert.deepEqual(codeOf(await post(REFUNDS, { payment_intent: id, amount: 400 })), [400, undefined]);
  stripe.bank.settleRefund(pending.id, "failed", { reason: "expired_or_canceled_card" });
  const failed = (await get(`${REFUNDS}/${pending.id}`)).body;
  assert.deepEqual([failed.status, failed.failure_reason], ["failed", "expired_or_canceled_card"]);
  assert.equal(stripe.ledger.payment(id).refunded, 0);
  assert.equal((await get(`/v1/charges/${charge}`)).body.amount_refunded, 0);
  assert.equal((await post(REFUNDS, { payment_intent: id })).body.amount, 1000);
  assert.throws(() => stripe.bank.settleRefund(pending.id, "succeeded"), /final/);
  assert.deepEqual(
    stripe.ledger
      .moved()
      .map(({ type, amount }) => [type, amount])
      .slice(1),
    [
      ["refund", 700],
      ["refund_failed", 700],
      ["refund", 1000],
    ],
  );
});

test("a refund may fail at once, wait for the shopper, or succeed later", async (t) => {
  const { stripe, post, get, pay } = await open(t);
  const { id } = await pay();
  stripe.bank.nextRefund("failed");
  stripe.bank.nextRefund("requires_action");
  const create = async () => (await post(REFUNDS, { payment_intent: id, amount: 100 })).body;
  const failed = await create();
  assert.deepEqual([failed.status, failed.failure_reason], ["failed", "unknown"]);
  assert.equal(stripe.ledger.payment(id).refunded, 0);
  const waiting = await create();
  assert.deepEqual([waiting.status, waiting.next_action.type], ["requires_action", "display_details"]);
  stripe.bank.settleRefund(waiting.id, "succeeded");
  const settled = (await get(`${REFUNDS}/${waiting.id}`)).body;
  assert.deepEqual([settled.status, "next_action" in settled], ["succeeded", false]);
  assert.equal((await create()).status, "succeeded");
  assert.equal(stripe.ledger.payment(id).refunded, 200);
});

test("refunds are listed newest first, page by page, for one intent", async (t) => {
  const { post, get, pay } = await open(t);
  const [{ id }, other] = [await pay(), await pay()];
  const ids = [];
  for (let count = 0; count < 12; count++) {
    ids.unshift((await post(REFUNDS, { payment_intent: id, amount: 10 })).body.id);
    await post(REFUNDS, { payment_intent: other.id, amount: 10 });
  }
  const pages = [];
  for (let after; ; after = pages.at(-1).data.at(-1).id) {
    pages.push((await get(REFUNDS, { payment_intent: id, limit: 5, ...(after && { starting_after: after }) })).body);
    if (!pages.at(-1).has_more) break;
  }
  assert.deepEqual(
    pages.map(({ data }) => data.length),
    [5, 5, 2],
  );
  assert.deepEqual(
    pages.flatMap(({ data }) => data.map((refund) => refund.id)),
    ids,
  );
  const byDefault = (await get(REFUNDS, { payment_intent: id })).body;
  assert.deepEqual([byDefault.data.length, byDefault.has_more], [10, true]);
  const exact = (await get(REFUNDS, { payment_intent: id, limit: 12 })).body;
  assert.deepEqual([exact.data.length, exact.has_more], [12, false]);
});

test("refunds are listed by the time at which they were made", async (t) => {
  const { stripe, post, get, pay } = await open(t);
  const { id } = await pay();
  const first = (await post(REFUNDS, { payment_intent: id, amount: 10 })).body;
  stripe.advance(10_000);
  const second = (await post(REFUNDS, { payment_intent: id, amount: 20 })).body;
  const listed = async (created) => (await get(REFUNDS, { created })).body.data.map((refund) => refund.id);
  assert.deepEqual(await listed({ gte: first.created }), [second.id, first.id]);
  assert.deepEqual(await listed({ gt: first.created }), [second.id]);
  assert.deepEqual(await listed({ lt: second.created }), [first.id]);
});

test("a release is listed as Stripe's own refund, without a transaction", async (t) => {
  const { post, get, pay } = await open(t);
  const { id } = await pay({ capture_method: "manual" });
  await post(`${INTENTS}/${id}/capture`, { amount_to_capture: 600 });
  const { data } = (await get(REFUNDS, { payment_intent: id })).body;
  assert.deepEqual(
    data.map(({ amount, balance_transaction: txn, metadata }) => [amount, txn, metadata]),
    [[400, null, {}]],
  );
});

test("the metadata of a refund can be changed", async (t) => {
  const { post, pay } = await open(t);
  const { id } = await pay();
  const refund = (await post(REFUNDS, { payment_intent: id, metadata: { a: "1" } })).body;
  assert.deepEqual((await post(`${REFUNDS}/${refund.id}`, { metadata: { b: "2" } })).body.metadata, { a: "1", b: "2" });
});

test("customers are made, changed and found by e-mail", async (t) => {
  const { stripe, post, get } = await open(t);
  const { body } = await post("/v1/customers", { email: "shopper@example.com", name: "Ada" });
  assert.match(body.id, /^cus_\w{14}$/);
  const changed = (await post(`/v1/customers/${body.id}`, { name: "" })).body;
  assert.deepEqual([changed.name, changed.email], [null, "shopper@example.com"]);
  assert.deepEqual((await get(`/v1/customers/${body.id}`)).body, changed);
  assert.equal((await get("/v1/customers", { email: "shopper@example.com" })).body.data.length, 1);
  assert.equal((await get("/v1/customers", { email: "other@example.com" })).body.data.length, 0);
  assert.equal((await post("/v1/customers", { email: "nobody" })).body.error.code, "email_invalid");
  assert.deepEqual(stripe.ledger.customers(), [changed]);
});
