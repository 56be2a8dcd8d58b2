// Charges: one for each attempt to pay that reached the bank. https://stripe.com/docs/api/charges

const { cardNamed } = require("./cards");
const { notFound } = require("./errors");
const { newId } = require("./ids");

const retrieve = {
  params: {},
  run(account, { charge: id }) {
    const charge = account.charges.get(id);
    if (!charge) throw notFound("charge", id, { param: "id" });
    return charge;
  },
};

/** An attempt with the payment method: `status` is `succeeded`, `pending` or `failed`. */
function newCharge(account, intent, method, status) {
  const { decline, last4 } = cardNamed(method.card);
  const failed = status === "failed";
  const id = newId("ch");
  return account.charges.add({
    id,
    object: "charge",
    amount: intent.amount,
    amount_captured: 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: BILLING,
    calculated_statement_descriptor: "FAKE STRIPE",
    captured: false,
    created: account.clock.seconds(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    destination: null,
    dispute: null,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: failed ? (decline?.code ?? "card_declined") : null,
    failure_message: failed ? (decline?.message ?? "Your card was declined.") : null,
    fraud_details: {},
    invoice: null,
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: failed ? outcome("declined_by_network", decline?.decline_code) : outcome("approved_by_network"),
    paid: status === "succeeded",
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: detailsOf(method.type, last4),
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: failed ? null : `https://pay.stripe.com/receipts/payment/${id}`,
    refunded: false,
    review: null,
    shipping: intent.shipping,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status,
    transfer_data: null,
    transfer_group: intent.transfer_group,
  });
}

const BILLING = {
  address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null },
  email: null,
  name: null,
  phone: null,
};

function outcome(networkStatus, reason = null) {
  const approved = networkStatus === "approved_by_network";
  return {
    network_status: networkStatus,
    reason,
    risk_level: "normal",
    risk_score: 10,
    seller_message: approved ? "Payment complete." : "The bank did not return any further details.",
    type: approved ? "authorized" : "issuer_declined",
  };
}

function detailsOf(type, last4) {
  return type === "card" ? { card: { ...cardDetails(last4), network: "visa" }, type } : { [type]: {}, type };
}

function cardDetails(last4) {
  return {
    brand: "visa",
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: "pass" },
    country: "US",
    exp_month: 12,
    exp_year: 2034,
    fingerprint: `Fp${last4}`.padEnd(16, "0"),
    funding: "credit",
    last4,
    three_d_secure: null,
    wallet: null,
  };
}

/** The PaymentMethod object that Stripe sends along with a declined payment. */
function paymentMethodObject(account, { id, type, card }, customer) {
  return {
    id,
    object: "payment_method",
    billing_details: BILLING,
    [type]: type === "card" ? cardDetails(cardNamed(card).last4) : {},
    created: account.clock.seconds(),
    customer,
    livemode: false,
    metadata: {},
    type,
  };
}

module.exports = { retrieve, newCharge, paymentMethodObject };
