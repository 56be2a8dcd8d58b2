// Refunds. https://stripe.com/docs/api/refunds

const { checkUnit, money } = require("./currencies");
const { invalid, missing, notFound, refused, unexpectedState } = require("./errors");
const { newId } = require("./ids");
const { page } = require("./lists");
const { metadata, mergeMetadata } = require("./metadata");
const { PAGE, flag, isWithin, oneOf, text, times, wholeNumber } = require("./params");

/** Money that is back with the shopper or on its way. */
const COUNTS = new Set(["succeeded", "pending", "requires_action"]);

const create = {
  params: {
    amount: wholeNumber({ min: 1 }),
    charge: text,
    instructions_email: text,
    metadata,
    payment_intent: text,
    reason: oneOf("duplicate", "fraudulent", "requested_by_customer"),
    refund_application_fee: flag,
    reverse_transfer: flag,
  },
  run(account, params, request) {
    const charge = refundable(account, params);
    if (charge.disputed) {
      const message = `Charge ${charge.id} has been charged back; cannot issue a refund.`;
      throw refused({ code: "charge_disputed", message });
    }
    const left = charge.amount_captured - refundedOf(account, charge);
    const { amount = left } = params;
    checkUnit(amount, charge.currency);
    if (left === 0) {
      throw refused({ code: "charge_already_refunded", message: `Charge ${charge.id} has already been refunded.` });
    }
    if (amount > left) {
      const [wanted, possible] = [amount, left].map((one) => money(one, charge.currency));
      // Stripe sends no `code` with this one.
      const message = `Refund amount (${wanted}) is greater than unrefunded amount on charge (${possible})`;
      throw refused({ message, param: "amount" });
    }
    return refund(account, charge, { ...params, amount }, request);
  },
};

const retrieve = { params: {}, run: (account, { refund: id }) => refundNamed(account, id) };

const update = {
  params: { metadata },
  run(account, { refund: id, ...params }, request) {
    const old = refundNamed(account, id);
    const changed = account.refunds.change(id, { metadata: mergeMetadata(old.metadata, params.metadata) });
    tellUpdated(account, changed, request);
    return changed;
  },
};

const list = {
  params: { ...PAGE, charge: text, created: times, payment_intent: text },
  run: (account, { charge, created, payment_intent: intent, ...cursors }) =>
    page(
      {
        what: "refund",
        url: "/v1/refunds",
        objects: account.refunds.all(),
        filter: (one) =>
          (charge === undefined || one.charge === charge) &&
          (intent === undefined || one.payment_intent === intent) &&
          isWithin(one.created, created),
      },
      cursors,
    ),
};

function refundNamed(account, id) {
  const found = account.refunds.get(id);
  if (!found) throw notFound("refund", id, { param: "id" });
  return found;
}

/** The captured charge that the refund is about. */
function refundable(account, { charge: chargeId, payment_intent: intentId }) {
  if (!chargeId && !intentId) throw missing("payment_intent");
  if (chargeId && intentId) {
    throw invalid({
      message: "You may only specify one of these parameters: charge, payment_intent.",
      param: "charge",
    });
  }
  if (chargeId && !account.charges.get(chargeId)) throw notFound("charge", chargeId, { param: "charge" });
  const id = intentId ?? account.charges.get(chargeId).payment_intent;
  const intent = account.intents.get(id);
  if (!intent) throw notFound("payment_intent", id, { param: "payment_intent" });
  // Between two captures the parts that were taken are refunded by the charge. https://stripe.com/docs/payments/multicapture
  const isTaken = intent.amount_received > 0;
  if (intent.status === "requires_capture" && !(chargeId && isTaken)) {
    const message = `This PaymentIntent (${id}) could not be refunded because it has a status of requires_capture. Cancel it to release the hold.`;
    throw unexpectedState(intent, message);
  }
  if (!isTaken || (chargeId && chargeId !== intent.latest_charge)) {
    throw refused({ message: `This PaymentIntent (${id}) does not have a successful charge to refund.` });
  }
  return account.charges.get(intent.latest_charge);
}

function refund(account, charge, params, request) {
  const { status, reason: failureReason } = account.refundOutcomes.shift() ?? { status: "succeeded" };
  const made = account.refunds.add({
    ...blank(account, charge, params.amount),
    balance_transaction: newId("txn"),
    metadata: params.metadata ?? {},
    reason: params.reason ?? null,
    ...(params.instructions_email && { instructions_email: params.instructions_email }),
    ...statusFields(status, { failureReason, email: params.instructions_email }),
  });
  account.emit("refund.created", made, request);
  if (COUNTS.has(status)) {
    addRefunded(account, charge, made.amount);
    account.move("refund", charge, made.amount, { refund: made.id });
    account.emit("charge.refunded", account.charges.get(charge.id), request);
  } else {
    tellUpdated(account, made, request);
  }
  return made;
}

/** What the bank makes of a refund later. One that fails gives the money back to the store's balance. */
function settle(account, id, status, { reason } = {}) {
  const old = refundNamed(account, id);
  if (!COUNTS.has(old.status)) throw new Error(`Refund ${id} is ${old.status}, which is final`);
  const settled = account.refunds.change(id, {
    next_action: undefined,
    ...statusFields(status, { failureReason: reason }),
  });
  if (!COUNTS.has(status)) {
    const charge = account.charges.get(old.charge);
    addRefunded(account, charge, -old.amount);
    account.move("refund_failed", charge, old.amount, { refund: id });
  }
  tellUpdated(account, settled);
  return settled;
}

/** Stripe has two names for the same news, and a third for the worst of it. */
function tellUpdated(account, refund, request) {
  account.emit("charge.refund.updated", refund, request);
  account.emit("refund.updated", refund, request);
  if (refund.status === "failed") account.emit("refund.failed", refund, request);
}

/** What of the captured amount is back with the shopper or on its way, unlike what was only released. */
function refundedOf(account, { id, amount_refunded: total }) {
  const released = account.refunds.all().filter((one) => one.charge === id && account.releases.has(one.id));
  return total - released.reduce((sum, { amount }) => sum + amount, 0);
}

/** Stripe makes a refund of what a capture leaves, or of a whole hold that is canceled. No money was ever received. */
function release(account, charge, amount, request) {
  const made = account.refunds.add({ ...blank(account, charge, amount), status: "succeeded" });
  account.releases.add(made.id);
  addRefunded(account, charge, amount);
  account.move("release", charge, amount);
  account.emit("charge.refunded", account.charges.get(charge.id), request);
}

function addRefunded(account, { id, amount, amount_refunded: before }, more) {
  account.charges.change(id, { amount_refunded: before + more, refunded: before + more === amount });
}

function statusFields(status, { failureReason = "unknown", email = null }) {
  if (status === "failed") return { status, failure_reason: failureReason, failure_balance_transaction: newId("txn") };
  if (status !== "requires_action") return { status };
  const details = { email_sent: { email_sent_at: null, email_sent_to: email }, expires_at: null };
  return { status, next_action: { type: "display_details", display_details: details } };
}

function blank({ clock }, charge, amount) {
  return {
    id: newId("re"),
    object: "refund",
    amount,
    balance_transaction: null,
    charge: charge.id,
    created: clock.seconds(),
    currency: charge.currency,
    metadata: {},
    payment_intent: charge.payment_intent,
    reason: null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: null,
    transfer_reversal: null,
  };
}

module.exports = { COUNTS, create, retrieve, update, list, settle, release };
