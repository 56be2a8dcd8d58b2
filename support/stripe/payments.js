// A payment's way through its statuses, whether the store's server, the shopper or the bank moves it.
// https://stripe.com/docs/payments/paymentintents/lifecycle

const { cardNamed } = require("./cards");
const { newCharge, paymentMethodObject } = require("./charges");
const { newId } = require("./ids");
const refunds = require("./refunds");

/** Where an attempt to pay can start. */
const PAYABLE = ["requires_payment_method", "requires_confirmation", "requires_action"];

/** Tries to pay with the method and returns what the intent has become. A refusal is in its `last_payment_error`. */
function attempt(account, { id }, method, { request, returnUrl } = {}) {
  const intent = account.intents.change(id, { payment_method: method.id, last_payment_error: null, next_action: null });
  const card = cardNamed(method.card);
  if (card.challenge) return challenge(account, intent, { request, returnUrl });
  if (card.slow) return process(account, intent, method, request);
  if (card.decline) return decline(account, intent, method, request);
  return pay(account, intent, method, request);
}

/** The shopper's answer to a challenge. */
function answerChallenge(account, intent, passed) {
  const open = account.intents.change(intent.id, { next_action: null });
  if (passed) return pay(account, open, account.methods.get(intent.payment_method));
  return fail(account, open, {
    code: "payment_intent_authentication_failure",
    message: "The provided PaymentMethod has failed authentication.",
    type: "invalid_request_error",
  });
}

/** The bank's answer to a payment that took its time. */
function settle(account, intent, succeeds) {
  const method = account.methods.get(intent.payment_method);
  const settled = account.intents.change(intent.id, { processing: null });
  if (succeeds) return pay(account, settled, method);
  return decline(account, settled, method);
}

function challenge(account, intent, { request, returnUrl }) {
  const url = `https://hooks.stripe.com/3d_secure_2/hosted?payment_intent=${intent.id}`;
  const nextAction = returnUrl
    ? { redirect_to_url: { return_url: returnUrl, url }, type: "redirect_to_url" }
    : { type: "use_stripe_sdk", use_stripe_sdk: { stripe_js: url, type: "three_d_secure_redirect" } };
  return become(account, intent, { status: "requires_action", next_action: nextAction }, request);
}

function process(account, intent, method, request) {
  const charge = newCharge(account, intent, method, "pending");
  account.emit("charge.pending", charge, request);
  const processing = { type: method.type, [method.type]: {} };
  return become(account, intent, { status: "processing", processing, latest_charge: charge.id }, request);
}

function decline(account, intent, method, request) {
  const pending = pendingCharge(account, intent);
  const charge = pending
    ? account.charges.change(pending.id, { status: "failed", failure_code: "card_declined" })
    : newCharge(account, intent, method, "failed");
  account.emit("charge.failed", charge, request);
  const reason = cardNamed(method.card).decline ?? cardNamed("declined").decline;
  return fail(account, intent, { ...reason, charge: charge.id, type: "card_error" }, request);
}

/** The intent asks for another payment method, and keeps the one that failed in the error. */
function fail(account, intent, error, request) {
  const method = account.methods.get(intent.payment_method);
  const lastError = {
    ...error,
    doc_url: `https://stripe.com/docs/error-codes/${error.code.replaceAll("_", "-")}`,
    payment_method: paymentMethodObject(account, method, intent.customer),
  };
  const changes = {
    status: "requires_payment_method",
    payment_method: null,
    last_payment_error: lastError,
    ...(error.charge && { latest_charge: error.charge }),
  };
  return become(account, intent, changes, request);
}

function pay(account, intent, method, request) {
  const pending = pendingCharge(account, intent);
  const charge = pending
    ? account.charges.change(pending.id, { status: "succeeded", paid: true })
    : newCharge(account, intent, method, "succeeded");
  return intent.capture_method === "manual"
    ? hold(account, intent, charge, request)
    : take(account, intent, charge, request);
}

function pendingCharge(account, { latest_charge: id }) {
  const charge = account.charges.get(id);
  return charge?.status === "pending" ? charge : undefined;
}

function hold(account, intent, charge, request) {
  account.move("hold", charge, intent.amount);
  account.emit("charge.succeeded", charge, request);
  const changes = { status: "requires_capture", amount_capturable: intent.amount, latest_charge: charge.id };
  return become(account, intent, changes, request);
}

function take(account, intent, charge, request) {
  const taken = captureCharge(account, charge, intent.amount);
  account.emit("charge.succeeded", taken, request);
  return become(
    account,
    intent,
    { status: "succeeded", amount_received: intent.amount, latest_charge: charge.id },
    request,
  );
}

/** Takes from the hold; what is left of it is released. */
function capture(account, intent, amount, request) {
  const charge = captureCharge(account, account.charges.get(intent.latest_charge), amount);
  account.emit("charge.captured", charge, request);
  const rest = intent.amount_capturable - amount;
  if (rest > 0) refunds.release(account, charge, rest, request);
  return become(account, intent, { status: "succeeded", amount_received: amount, amount_capturable: 0 }, request);
}

function captureCharge(account, charge, amount) {
  account.move("capture", charge, amount);
  return account.charges.change(charge.id, {
    amount_captured: amount,
    captured: true,
    balance_transaction: newId("txn"),
  });
}

function cancel(account, intent, reason, request) {
  if (intent.amount_capturable > 0) {
    refunds.release(account, account.charges.get(intent.latest_charge), intent.amount_capturable, request);
  }
  const changes = {
    status: "canceled",
    amount_capturable: 0,
    cancellation_reason: reason ?? null,
    canceled_at: account.clock.seconds(),
    next_action: null,
  };
  return become(account, intent, changes, request);
}

/** Stripe tells of each new status with an event of its own. */
const EVENTS = {
  canceled: "payment_intent.canceled",
  processing: "payment_intent.processing",
  requires_action: "payment_intent.requires_action",
  requires_capture: "payment_intent.amount_capturable_updated",
  requires_payment_method: "payment_intent.payment_failed",
  succeeded: "payment_intent.succeeded",
};

function become(account, { id }, changes, request) {
  const intent = account.intents.change(id, changes);
  account.emit(EVENTS[intent.status], intent, request);
  return intent;
}

module.exports = { PAYABLE, attempt, answerChallenge, settle, capture, cancel };
