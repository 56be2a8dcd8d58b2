// A payment's way through its statuses, whether the store's server, the shopper or the bank moves it.
// https://stripe.com/docs/payments/paymentintents/lifecycle

const { AUTHENTICATION_REQUIRED, cardNamed } = require("./cards");
const { canBeCapturedAgain, newCharge } = require("./charges");
const { newId } = require("./ids");
const { METHODS } = require("./methods");
const { nextAction } = require("./next-actions");
const { attached, shown } = require("./payment-methods");
const refunds = require("./refunds");

/** Where an attempt to pay can start. */
const PAYABLE = ["requires_payment_method", "requires_confirmation", "requires_action"];

/** Tries to pay with the method and returns what the intent has become. A refusal is in its `last_payment_error`. */
function attempt(account, { id }, method, { request, returnUrl, offSession = false } = {}) {
  const intent = account.intents.change(id, { payment_method: method.id, last_payment_error: null, next_action: null });
  const card = cardNamed(method.card);
  const { asks, slow } = METHODS[method.type];
  if (card.challenge && offSession) return decline(account, intent, method, request, AUTHENTICATION_REQUIRED);
  if (card.challenge) {
    return ask(account, intent, returnUrl ? "redirect_to_url" : "use_stripe_sdk", { request, returnUrl });
  }
  if (card.decline && !slow) return decline(account, intent, method, request);
  if (card.slow || slow) return process(account, intent, method, request);
  if (asks) return ask(account, intent, asks, { request, returnUrl });
  return pay(account, intent, method, request);
}

/** The shopper's answer to a challenge. */
function answerChallenge(account, intent, passed) {
  const open = account.intents.change(intent.id, { next_action: null });
  if (passed) return pay(account, open, account.methods.get(intent.payment_method));
  const isExpired = EXPIRING.has(intent.next_action.type);
  return fail(account, open, isExpired ? ATTEMPT_EXPIRED : AUTHENTICATION_FAILED);
}

const AUTHENTICATION_FAILED = {
  code: "payment_intent_authentication_failure",
  message: "The provided PaymentMethod has failed authentication.",
  type: "invalid_request_error",
};

/** What nobody pays in time: a voucher, a QR code, a transfer. */
const EXPIRING = new Set(["oxxo_display_details", "promptpay_display_qr_code", "display_bank_transfer_instructions"]);
const ATTEMPT_EXPIRED = {
  code: "payment_intent_payment_attempt_expired",
  message: "The latest attempt to confirm the payment has expired.",
  type: "invalid_request_error",
};

/** Money that has come in by bank transfer: the intent succeeds once all of it is there. */
function fund(account, intent, amount) {
  const { next_action: action } = intent;
  const instructions = action.display_bank_transfer_instructions;
  const left = instructions.amount_remaining - amount;
  if (left <= 0) return answerChallenge(account, intent, true);
  const after = account.intents.change(intent.id, {
    next_action: { ...action, display_bank_transfer_instructions: { ...instructions, amount_remaining: left } },
  });
  account.emit("payment_intent.partially_funded", after);
  return after;
}

/** The bank's answer to a payment that took its time. */
function settle(account, intent, succeeds) {
  const method = account.methods.get(intent.payment_method);
  const settled = account.intents.change(intent.id, { processing: null });
  if (succeeds) return pay(account, settled, method);
  return decline(account, settled, method);
}

function ask(account, intent, type, { request, returnUrl }) {
  const action = nextAction(account, intent, type, returnUrl);
  return become(account, intent, { status: "requires_action", next_action: action }, request);
}

function process(account, intent, method, request) {
  const charge = newCharge(account, intent, method, "pending");
  account.emit("charge.pending", charge, request);
  const processing = { type: method.type, [method.type]: {} };
  return become(account, intent, { status: "processing", processing, latest_charge: charge.id }, request);
}

function decline(account, intent, method, request, because = cardNamed(method.card).decline) {
  const reason = because ?? cardNamed("declined").decline;
  const pending = pendingCharge(account, intent);
  const charge = pending
    ? account.charges.change(pending.id, { status: "failed", failure_code: "card_declined" })
    : newCharge(account, intent, method, "failed", reason);
  account.emit("charge.failed", charge, request);
  return fail(account, intent, { ...reason, charge: charge.id, type: "card_error" }, request);
}

/** The intent asks for another payment method, and keeps the one that failed in the error. */
function fail(account, intent, error, request) {
  const method = account.methods.get(intent.payment_method);
  const lastError = {
    ...error,
    doc_url: `https://stripe.com/docs/error-codes/${error.code.replaceAll("_", "-")}`,
    payment_method: shown(method),
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
  keep(account, intent, method, request);
  return intent.capture_method === "manual"
    ? hold(account, intent, charge, request)
    : take(account, intent, charge, request);
}

/** A method that is not the customer's after a payment cannot pay again. */
function keep(account, { customer, setup_future_usage: usage, payment_method_options: options }, method, request) {
  if (method.customer) return;
  const wish = options?.[method.type]?.setup_future_usage ?? usage;
  // Of iDEAL and Bancontact Stripe keeps the bank account behind it, not the method itself.
  const isKept = customer && wish && wish !== "none" && !METHODS[method.type].asks;
  if (isKept) attached(account, method, customer, request);
  else account.methods.change(method.id, { used: true });
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

/** Takes from the hold. After the final capture what is left of it is released. */
function capture(account, intent, amount, { isFinal, request }) {
  const before = account.charges.get(intent.latest_charge);
  const charge = amount > 0 ? captureCharge(account, before, amount) : before;
  const received = intent.amount_received + amount;
  const rest = intent.amount_capturable - amount;
  const isLast = isFinal || rest === 0;
  // With several captures Stripe tells of each by what has changed in the charge.
  if (canBeCapturedAgain(charge) && amount > 0) {
    const { amount_captured, balance_transaction, captured } = before;
    account.emit("charge.updated", charge, request, { amount_captured, balance_transaction, captured });
  }
  if (!isLast) {
    return become(account, intent, { amount_received: received, amount_capturable: rest }, request);
  }
  account.emit("charge.captured", charge, request);
  if (rest > 0) refunds.release(account, charge, rest, request);
  return become(account, intent, { status: "succeeded", amount_received: received, amount_capturable: 0 }, request);
}

function captureCharge(account, charge, amount) {
  account.move("capture", charge, amount);
  return account.charges.change(charge.id, {
    amount_captured: charge.amount_captured + amount,
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

module.exports = { PAYABLE, attempt, answerChallenge, fund, settle, capture, cancel };
