// Charges: one for each attempt to pay that reached the bank. https://stripe.com/docs/api/charges

const { cardNamed } = require("./cards");
const { notFound } = require("./errors");
const { newId } = require("./ids");
const { page } = require("./lists");
const { PAGE, text } = require("./params");
const { cardDetails } = require("./payment-methods");

const retrieve = {
  params: {},
  run(account, { charge: id }) {
    const charge = account.charges.get(id);
    if (!charge) throw notFound("charge", id, { param: "id" });
    return charge;
  },
};

const list = {
  params: { ...PAGE, customer: text, payment_intent: text },
  run: (account, { customer, payment_intent: intent, ...cursors }) =>
    page(
      {
        what: "charge",
        url: "/v1/charges",
        objects: account.charges.all(),
        filter: (charge) =>
          (customer === undefined || charge.customer === customer) &&
          (intent === undefined || charge.payment_intent === intent),
      },
      cursors,
    ),
};

/** An attempt with the payment method: `status` is `succeeded`, `pending` or `failed`. */
function newCharge(account, intent, method, status, decline = cardNamed(method.card).decline) {
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
    billing_details: method.billing,
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
    payment_method_details: detailsOf(intent, method),
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

/** A card tells as well whether it can be captured several times. */
function detailsOf({ capture_method: captureMethod, payment_method_options: options }, { type, card }) {
  if (type !== "card") return { [type]: {}, type };
  const isAsked = captureMethod === "manual" && options?.card?.request_multicapture === "if_available";
  const status = isAsked && cardNamed(card).multicapture ? "available" : "unavailable";
  const { brand, ...details } = cardDetails(card);
  return { card: { brand, ...details, multicapture: { status }, network: brand }, type };
}

const canBeCapturedAgain = ({ payment_method_details: { card } }) => card?.multicapture.status === "available";

module.exports = { retrieve, list, canBeCapturedAgain, newCharge };
