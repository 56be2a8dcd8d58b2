// The ways to pay, and what each is good for. https://stripe.com/docs/payments/payment-methods/payment-method-support

const { invalid } = require("./errors");
const { oneOf, openHashOf, required, text, unsettable, wholeNumber } = require("./params");

const ALWAYS = ["off_session", "on_session"];
/** A debit from the bank account behind it. */
const OFF_SESSION = ["off_session"];

/**
 * - `currencies`: absent means any
 * - `holds`: money can be held and captured later
 * - `saves`: the values of `setup_future_usage` with which it can be kept for later payments
 * - `asks`: the next action with which a payment begins; `slow`: the bank takes days to answer
 * - `enabled`: whether the account has it turned on in the Dashboard, for automatic payment methods
 * - `defaults` and `options` of `payment_method_options`; whatever else is given is kept as it is
 */
const METHODS = {
  card: {
    holds: true,
    saves: ALWAYS,
    enabled: true,
    defaults: { installments: null, mandate_options: null, network: null, request_three_d_secure: "automatic" },
    options: { request_multicapture: oneOf("if_available", "never") },
  },
  bancontact: {
    currencies: ["eur"],
    saves: OFF_SESSION,
    asks: "redirect_to_url",
    enabled: true,
    defaults: { preferred_language: "en" },
  },
  blik: { currencies: ["pln"], asks: "blik_authorize", enabled: true },
  giropay: { currencies: ["eur"], asks: "redirect_to_url", enabled: true },
  ideal: { currencies: ["eur"], saves: OFF_SESSION, asks: "redirect_to_url", enabled: true },
  klarna: {
    currencies: ["aud", "cad", "chf", "czk", "dkk", "eur", "gbp", "nok", "nzd", "pln", "ron", "sek", "usd"],
    holds: true,
    saves: ALWAYS,
    asks: "redirect_to_url",
  },
  p24: { currencies: ["eur", "pln"], asks: "redirect_to_url", enabled: true },
  promptpay: { currencies: ["thb"], asks: "promptpay_display_qr_code", enabled: true },
  oxxo: {
    currencies: ["mxn"],
    asks: "oxxo_display_details",
    enabled: true,
    defaults: { expires_after_days: 3 },
    options: { expires_after_days: wholeNumber({ min: 1, max: 7 }) },
  },
  sepa_debit: { currencies: ["eur"], saves: ALWAYS, slow: true },
  us_bank_account: { currencies: ["usd"], saves: ALWAYS, slow: true },
  customer_balance: {
    currencies: ["eur", "gbp", "jpy", "mxn", "usd"],
    asks: "display_bank_transfer_instructions",
    needsCustomer: true,
  },
};

const canBeKept = (type, usage) => METHODS[type].saves?.includes(usage) ?? false;

const suits = (type, currency) => METHODS[type].currencies?.includes(currency) ?? true;

/** With `automatic_payment_methods` Stripe offers whatever suits the payment. */
function automaticMethods({ currency, captureMethod }) {
  return Object.keys(METHODS).filter(
    (type) => METHODS[type].enabled && suits(type, currency) && (METHODS[type].holds || captureMethod !== "manual"),
  );
}

function checkMethods(types, { currency, captureMethod, setupFutureUsage }) {
  const param = "payment_method_types";
  for (const type of types) {
    if (!Object.hasOwn(METHODS, type))
      throw invalid({ message: `The payment method type "${type}" is invalid.`, param });
    if (!suits(type, currency)) {
      const message = `The currency provided (${currency}) is invalid. Payments with ${type} support: ${METHODS[type].currencies.join(", ")}.`;
      throw invalid({ message, param: "currency" });
    }
  }
  const quick = types.filter((type) => !METHODS[type].holds);
  if (captureMethod === "manual" && quick.length > 0) {
    const why = `The following payment method types ${JSON.stringify(quick)} can only be used with PaymentIntents that have capture_method=automatic.`;
    const hint = "Please retry by creating a PaymentIntent with capture_method=automatic.";
    throw invalid({ message: `${why} ${hint}`, param: "capture_method" });
  }
  const single = types.filter((type) => !canBeKept(type, setupFutureUsage));
  if (setupFutureUsage && single.length > 0) {
    const why =
      "`setup_future_usage` cannot be used with one or more of the values you specified in `payment_method_types`.";
    const hint = "Please remove `setup_future_usage` or remove these types from `payment_method_types`:";
    throw invalid({ message: `${why} ${hint} ${JSON.stringify(single)}.`, param: "setup_future_usage" });
  }
}

const defaultOptions = (types) => Object.fromEntries(types.map((type) => [type, METHODS[type].defaults ?? {}]));

/** The parameter type of `payment_method_options`. */
const methodOptions = openHashOf(
  Object.fromEntries(
    Object.entries(METHODS).map(([type, { options = {}, saves = [] }]) => [
      type,
      openHashOf({ setup_future_usage: unsettable(oneOf("none", ...saves)), ...options }),
    ]),
  ),
);

/** The parameter type of `payment_method_data`: the type, and of a card the token that stands for it. */
const methodData = openHashOf({ type: required(text), card: openHashOf({ token: text }) });

module.exports = { METHODS, automaticMethods, canBeKept, checkMethods, defaultOptions, methodData, methodOptions };
