// Disputes: the shopper's bank takes a payment back. https://stripe.com/docs/api/disputes

const { newId } = require("./ids");

function open(account, intent, { amount, reason }) {
  const charge = account.charges.get(intent.latest_charge);
  if (!charge?.amount_captured) throw new Error(`PaymentIntent ${intent.id} has nothing to dispute`);
  const dispute = account.disputes.add({
    id: newId("du"),
    object: "dispute",
    amount: amount ?? charge.amount_captured,
    balance_transactions: [],
    charge: charge.id,
    created: account.clock.seconds(),
    currency: charge.currency,
    evidence: {},
    evidence_details: { due_by: null, has_evidence: false, past_due: false, submission_count: 0 },
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: intent.id,
    reason,
    status: "needs_response",
  });
  account.charges.change(charge.id, { disputed: true, dispute: dispute.id });
  account.move("dispute", charge, dispute.amount, { dispute: dispute.id });
  account.emit("charge.dispute.created", dispute);
  account.emit("charge.dispute.funds_withdrawn", dispute);
  return dispute;
}

/** `won` or `lost`. */
function settle(account, id, status) {
  const old = account.disputes.get(id);
  if (old?.status !== "needs_response") throw new Error(`Dispute ${id} is ${old?.status ?? "unknown"}`);
  const dispute = account.disputes.change(id, { status });
  if (status === "won") {
    account.move("dispute_won", account.charges.get(dispute.charge), dispute.amount, { dispute: id });
    account.emit("charge.dispute.funds_reinstated", dispute);
  }
  account.emit("charge.dispute.closed", dispute);
  return dispute;
}

module.exports = { open, settle };
