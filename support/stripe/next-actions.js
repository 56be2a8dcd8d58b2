// What the shopper has to do before the bank pays. https://stripe.com/docs/api/payment_intents/object#payment_intent_object-next_action

const { newId } = require("./ids");

const DAY_S = 24 * 60 * 60;

const ACTIONS = {
  redirect_to_url: ({ intent, returnUrl }) => ({
    return_url: returnUrl ?? null,
    url: `https://hooks.stripe.com/redirect/authenticate/${intent.id}`,
  }),
  use_stripe_sdk: ({ intent }) => ({
    stripe_js: `https://hooks.stripe.com/3d_secure_2/hosted?payment_intent=${intent.id}`,
    type: "three_d_secure_redirect",
  }),
  blik_authorize: () => ({}),
  promptpay_display_qr_code: ({ intent }) => ({
    data: `00020101021${intent.id}`,
    hosted_instructions_url: `https://payments.stripe.com/promptpay/instructions/${intent.id}`,
    image_url_png: `https://qr.stripe.com/${intent.id}.png`,
    image_url_svg: `https://qr.stripe.com/${intent.id}.svg`,
  }),
  oxxo_display_details: ({ account, intent }) => ({
    expires_after: account.clock.seconds() + intent.payment_method_options.oxxo.expires_after_days * DAY_S,
    hosted_voucher_url: `https://payments.stripe.com/oxxo/voucher/${intent.id}`,
    number: "12345678901234657890123456789012",
  }),
  display_bank_transfer_instructions: ({ intent }) => ({
    amount_remaining: intent.amount,
    currency: intent.currency,
    financial_addresses: [],
    hosted_instructions_url: `https://payments.stripe.com/bank_transfers/instructions/${intent.id}`,
    reference: newId("ref").slice(4, 16).toUpperCase(),
    type: intent.payment_method_options.customer_balance.bank_transfer?.type ?? "us_bank_transfer",
  }),
};

function nextAction(account, intent, type, returnUrl) {
  return { [type]: ACTIONS[type]({ account, intent, returnUrl }), type };
}

module.exports = { nextAction };
