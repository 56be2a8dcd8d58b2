// The ways to pay, and what each is good for. https://stripe.com/docs/payments/payment-methods/payment-method-support

const { invalid } = require("./errors");

/** `currencies`: absent means any. `holds`: money can be held and captured later. `options`: the intent's defaults. */
const METHODS = {
  card: {
    holds: true,
    options: { installments: null, mandate_options: null, network: null, request_three_d_secure: "automatic" },
  },
  bancontact: { currencies: ["eur"], holds: false, options: { preferred_language: "en" } },
  blik: { currencies: ["pln"], holds: false, options: {} },
  giropay: { currencies: ["eur"], holds: false, options: {} },
  ideal: { currencies: ["eur"], holds: false, options: {} },
  p24: { currencies: ["eur", "pln"], holds: false, options: {} },
};

const suits = (type, currency) => METHODS[type].currencies?.includes(currency) ?? true;

/** With `automatic_payment_methods` Stripe offers whatever suits the payment. */
function automaticMethods({ currency, captureMethod }) {
  return Object.keys(METHODS).filter(
    (type) => suits(type, currency) && (METHODS[type].holds || captureMethod !== "manual"),
  );
}

function checkMethods(types, { currency, captureMethod }) {
  const param = "payment_method_types";
  for (const type of types) {
    if (!Object.hasOwn(METHODS, type))
      throw invalid({ message: `The payment method type "${type}" is invalid.`, param });
    if (!suits(type, currency)) {
      const message = `The currency provided (${currency}) is invalid. Payments with ${type} support: ${METHODS[type].currencies.join(", ")}.`;
      throw invalid({ message, param: "currency" });
    }
    if (captureMethod === "manual" && !METHODS[type].holds) {
      const message = `The payment method type ${type} does not support capture_method: manual.`;
      throw invalid({ message, param: "capture_method" });
    }
  }
}

const defaultOptions = (types) => Object.fromEntries(types.map((type) => [type, METHODS[type].options]));

module.exports = { automaticMethods, checkMethods, defaultOptions };
