const assert = require("node:assert/strict");
const { test } = require("node:test");
const { PAYMENT, open } = require("./client");

const INTENTS = "/v1/payment_intents";
const DEBIT = { amount: 1000, currency: "eur", payment_method_types: ["sepa_debit"] };
const VOUCHER = { amount: 20_000, currency: "mxn", payment_method_types: ["oxxo"] };

const typesOf = (stripe) => stripe.events.map(({ type }) => type).filter((type) => type.startsWith("payment_intent"));

test("a debit is processing until the bank has answered", async (t) => {
  const { stripe, pay, get } = await open(t);
  const paid = await pay(DEBIT);
  assert.deepEqual([paid.status, paid.processing.type], ["processing", "sepa_debit"]);
  const expanded = (await get(`${INTENTS}/${paid.id}`, { expand: ["payment_method"] })).body;
  assert.equal(expanded.payment_method.type, "sepa_debit");
  assert.equal(stripe.ledger.payment(paid.id).captured, 0);
  assert.equal(stripe.bank.settlePayment(paid.id).status, "succeeded");
  assert.equal(stripe.ledger.payment(paid.id).captured, 1000);
  const events = ["payment_intent.created", "payment_intent.processing", "payment_intent.succeeded"];
  assert.deepEqual(typesOf(stripe), events);
  const failed = await pay(DEBIT);
  assert.equal(stripe.bank.settlePayment(failed.id, { ok: false }).status, "requires_payment_method");
  assert.equal(stripe.ledger.payment(failed.id).captured, 0);
  assert.equal(stripe.events.at(-1).type, "payment_intent.payment_failed");
  assert.throws(() => stripe.bank.settlePayment(failed.id), /nothing is under way/);
});

test("a voucher waits for the shopper, and is paid or expires", async (t) => {
  const { stripe, pay, post } = await open(t);
  const waiting = await pay(VOUCHER);
  assert.equal(waiting.status, "requires_action");
  const { expires_after: until, hosted_voucher_url: url } = waiting.next_action.oxxo_display_details;
  assert.equal(until - Math.floor(stripe.now() / 1000) > 2 * 86_400, true);
  assert.match(url, /voucher/);
  assert.equal(stripe.events.at(-1).type, "payment_intent.requires_action");
  assert.equal(stripe.bank.settlePayment(waiting.id).status, "succeeded");
  const late = await pay(VOUCHER);
  const expired = stripe.bank.settlePayment(late.id, { ok: false });
  assert.deepEqual(
    [expired.status, expired.last_payment_error.code],
    ["requires_payment_method", "payment_intent_payment_attempt_expired"],
  );
  const canceled = await pay(VOUCHER);
  assert.equal((await post(`${INTENTS}/${canceled.id}/cancel`)).body.status, "canceled");
});

test("a code is shown for promptpay", async (t) => {
  const { stripe, pay } = await open(t);
  const { id, next_action: action } = await pay({ amount: 2000, currency: "thb", payment_method_types: ["promptpay"] });
  assert.equal(action.type, "promptpay_display_qr_code");
  assert.equal((await stripe.shopper.authenticate(id)).status, "succeeded");
});

test("a redirect begins at the server and ends at the shopper's bank", async (t) => {
  const { stripe, post, pay } = await open(t);
  const params = { amount: 1000, currency: "eur", payment_method_types: ["ideal"] };
  const start = { ...params, confirm: true, payment_method_data: { type: "ideal" } };
  assert.equal((await post(INTENTS, start)).body.error.param, "return_url");
  const { body } = await post(INTENTS, { ...start, return_url: "https://a.example/back" });
  assert.deepEqual(
    [body.status, body.next_action.redirect_to_url.return_url],
    ["requires_action", "https://a.example/back"],
  );
  assert.equal((await stripe.shopper.authenticate(body.id)).status, "succeeded");
  assert.equal((await pay(params)).status, "succeeded"); // the shopper's own browser walks all the way
});

test("a challenge waits for the shopper wherever it is shown", async (t) => {
  const { stripe, post } = await open(t);
  const { id } = (await post(INTENTS, PAYMENT)).body;
  const asked = await stripe.shopper.confirm(id, { card: "3ds", returnUrl: "https://a.example/back" });
  assert.deepEqual([asked.status, asked.next_action.type], ["requires_action", "redirect_to_url"]);
  assert.equal((await stripe.shopper.authenticate(id)).status, "succeeded");
});

test("money that comes in by transfer counts once it is all there", async (t) => {
  const { stripe, post } = await open(t);
  const customer = (await post("/v1/customers")).body.id;
  const options = { customer_balance: { funding_type: "bank_transfer", bank_transfer: { type: "eu_bank_transfer" } } };
  const params = {
    amount: 1000,
    currency: "eur",
    payment_method_types: ["customer_balance"],
    payment_method_options: options,
  };
  const start = { ...params, confirm: true, payment_method_data: { type: "customer_balance" } };
  assert.equal((await post(INTENTS, start)).body.error.param, "customer");
  const { id, status, next_action: action } = (await post(INTENTS, { ...start, customer })).body;
  assert.equal(status, "requires_action");
  assert.equal(action.display_bank_transfer_instructions.amount_remaining, 1000);
  const part = stripe.bank.transfer(id, 400);
  assert.equal(part.next_action.display_bank_transfer_instructions.amount_remaining, 600);
  assert.equal(stripe.events.at(-1).type, "payment_intent.partially_funded");
  assert.equal(stripe.ledger.payment(id).captured, 0);
  assert.equal(stripe.bank.transfer(id, 600).status, "succeeded");
  assert.equal(stripe.ledger.payment(id).captured, 1000);
});

test("a bank takes a payment back, which cannot be refunded then", async (t) => {
  const { stripe, post, pay, get } = await open(t);
  const { id, latest_charge: charge } = await pay();
  stripe.events.clear();
  const dispute = stripe.bank.dispute(id, { reason: "fraudulent" });
  assert.deepEqual([dispute.amount, dispute.charge, dispute.status], [1000, charge, "needs_response"]);
  assert.deepEqual(
    stripe.events.map(({ type }) => type),
    ["charge.dispute.created", "charge.dispute.funds_withdrawn"],
  );
  assert.equal((await get(`/v1/charges/${charge}`)).body.disputed, true);
  assert.equal((await post("/v1/refunds", { payment_intent: id })).body.error.code, "charge_disputed");
  assert.equal(stripe.bank.settleDispute(dispute.id, "won").status, "won");
  assert.deepEqual(
    stripe.ledger.moved().map(({ type }) => type),
    ["capture", "dispute", "dispute_won"],
  );
  const open_ = (await post(INTENTS, PAYMENT)).body;
  assert.throws(() => stripe.bank.dispute(open_.id), /nothing to dispute/);
});

test("a refund that fails after it was pending tells so, with its metadata", async (t) => {
  const { stripe, post, pay } = await open(t);
  const { id } = await pay();
  stripe.bank.nextRefund("pending");
  const { body } = await post("/v1/refunds", { payment_intent: id, amount: 400, metadata: { medusa: "ref_1" } });
  stripe.events.clear();
  stripe.bank.settleRefund(body.id, "failed", { reason: "lost_or_stolen_card" });
  const failed = stripe.events.find(({ type }) => type === "refund.failed").data.object;
  assert.deepEqual(
    [failed.id, failed.status, failed.failure_reason, failed.metadata],
    [body.id, "failed", "lost_or_stolen_card", { medusa: "ref_1" }],
  );
  assert.ok(stripe.events.some(({ type }) => type === "charge.refund.updated"));
});
