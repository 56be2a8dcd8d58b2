// Payment data as Medusa stores it: the manual processor's books, beside what a provider like Stripe
// leaves there (https://docs.stripe.com/api/payment_intents/object). Everything follows from the
// number of the payment, so that every run measures the same bytes.

/** How many different payments a size has; as many are in flight in the measurement "100 at once". */
const COUNT = 100;

function charge(id, amount) {
  return {
    id: `ch_${id}`,
    object: "charge",
    amount,
    amount_captured: 0,
    amount_refunded: 0,
    balance_transaction: null,
    billing_details: {
      address: {
        city: "Copenhagen",
        country: "DK",
        line1: "Vesterbrogade 26, 3. tv",
        line2: null,
        postal_code: "1620",
        state: null,
      },
      email: `oliver.juhl+${id}@example.com`,
      name: "Oliver Juhl",
      phone: "+4520123456",
    },
    captured: false,
    created: 1732356000,
    currency: "eur",
    disputed: false,
    livemode: false,
    outcome: {
      network_status: "approved_by_network",
      reason: null,
      risk_level: "normal",
      risk_score: 12,
      seller_message: "Payment complete.",
      type: "authorized",
    },
    paid: true,
    payment_method: `pm_${id}`,
    payment_method_details: {
      card: {
        brand: "visa",
        checks: { address_line1_check: "pass", address_postal_code_check: "pass", cvc_check: "pass" },
        country: "DK",
        exp_month: 8,
        exp_year: 2029,
        fingerprint: "mToisGZ01V71BCos",
        funding: "credit",
        installments: null,
        last4: "4242",
        network: "visa",
        three_d_secure: { authentication_flow: "frictionless", result: "authenticated", version: "2.2.0" },
        wallet: null,
      },
      type: "card",
    },
    receipt_url: `https://pay.stripe.com/receipts/payment/CAcaFwoVYWNjdF8xTTJKVGtMa2RJd0h1N2l4KNGo_${id}`,
    refunded: false,
    status: "succeeded",
  };
}

function books(amount) {
  return { status: "authorized", amount, currency: "eur", captured: 0, refunded: 0 };
}

function small(id, amount) {
  return { ...books(amount), id: `pi_${id}`, order: `order_${id}`, note: "Cash on delivery, call before 5 pm" };
}

function intent(id, amount, charges) {
  return {
    ...books(amount),
    id: `pi_${id}`,
    object: "payment_intent",
    amount_capturable: amount,
    amount_details: { tip: {} },
    amount_received: 0,
    automatic_payment_methods: { allow_redirects: "always", enabled: true },
    canceled_at: null,
    cancellation_reason: null,
    capture_method: "manual",
    charges: {
      object: "list",
      data: Array.from({ length: charges }, (_, index) => charge(`${id}_${index}`, amount)),
      has_more: false,
      url: `/v1/charges?payment_intent=pi_${id}`,
    },
    client_secret: `pi_${id}_secret_YrKJUKribcBjcG8HVhfZluoGH`,
    confirmation_method: "automatic",
    created: 1732356000,
    customer: "cus_NffrFeUfNV2Hib",
    description: "Order of 3 items",
    last_payment_error: null,
    latest_charge: `ch_${id}_0`,
    livemode: false,
    metadata: {
      resource_id: "cart_01HF8ZQ4K2M3N4P5Q6R7S8T9V0",
      sales_channel: "sc_01HF8ZQ4K2M3N4P5Q6R7S8T9V1",
      weight_in_kg: "1.25",
      gift_message: "Happy birthday, Astrid! May the new bicycle carry you far this summer, and always back to us.",
      delivery: "Leave the parcel with the neighbour on the second floor if nobody opens the door.",
    },
    next_action: null,
    payment_method: `pm_${id}`,
    payment_method_options: {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: "automatic" },
      link: { persistent_token: null },
    },
    payment_method_types: ["card", "link"],
    receipt_email: "oliver.juhl@example.com",
    shipping: {
      address: {
        city: "Copenhagen",
        country: "DK",
        line1: "Vesterbrogade 26, 3. tv",
        line2: null,
        postal_code: "1620",
        state: null,
      },
      carrier: null,
      name: "Oliver Juhl",
      phone: "+4520123456",
      tracking_number: null,
    },
    statement_descriptor_suffix: null,
    transfer_group: null,
  };
}

const SIZES = {
  "0.2 KB": (id, amount) => small(id, amount),
  "3 KB": (id, amount) => intent(id, amount, 1),
  "30 KB": (id, amount) => intent(id, amount, 22),
};

/** The payment with this number. */
function payment(size, number) {
  return SIZES[size](`3MtwBwLkdIwHu7ix${String(number).padStart(8, "0")}`, 1000 + (number % 9000));
}

function payments(size) {
  return Array.from({ length: COUNT }, (_, number) => payment(size, number));
}

module.exports = { COUNT, payment, payments, sizes: Object.keys(SIZES) };
