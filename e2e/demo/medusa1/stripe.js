// The demo with Stripe: a fake one in this process, or Stripe itself where STRIPE_API_KEY is a test key.

const { startFakeStripe } = require("../../../support/stripe");

const API = "https://api.stripe.com";
const LIMIT_MS = 30_000;

async function open() {
  const { STRIPE_API_KEY: key } = process.env;
  const account = key ? stripeItself(testKey(key)) : await fakeStripe();
  return {
    plugins: [{ resolve: "medusa-payment-rs/stripe", options: account.options }],
    providers: ["stripe"],
    ...account,
  };
}

/** The demo moves money back and forth: that is nothing for an account with real customers. */
function testKey(key) {
  if (/^[sr]k_test_/.test(key)) return key;
  const what = /^[sr]k_live_/.test(key) ? "is a live key" : "is no secret test key";
  throw new Error(
    `STRIPE_API_KEY ${what}. The demo takes and refunds money, so it runs with a test key only (sk_test_… or ` +
      "rk_test_…), or without any against a fake Stripe. Nothing was sent.",
  );
}

/** `pay(session)` is what the shopper does in the browser, `books(intent)` what Stripe says of the money. */
async function fakeStripe() {
  const apiKey = "sk_test_of_the_demo";
  const stripe = await startFakeStripe({ apiKey });
  return {
    where: "a fake Stripe on this machine",
    options: { api_key: apiKey, api_base: stripe.url },
    pay: ({ data }) => stripe.shopper.confirm(data.client_secret, { card: "ok" }),
    async books(intent) {
      const { status, held, captured, refunded, canceled } = stripe.ledger.payment(intent);
      return { status, held, captured, refunded, canceled };
    },
    close: () => stripe.close(),
  };
}

function stripeItself(key) {
  const call = async (method, path, params) => {
    const response = await fetch(API + path, {
      method,
      headers: { authorization: `Bearer ${key}`, "stripe-version": "2022-11-15" },
      body: params && new URLSearchParams(params),
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    const body = await response.json();
    // Stripe's message about a wrong key repeats a part of it.
    if (response.status === 401) throw new Error("Stripe does not accept STRIPE_API_KEY");
    if (!response.ok) throw new Error(`Stripe answered ${response.status}: ${body.error?.message}`);
    return body;
  };
  return {
    where: `Stripe's test mode, ${API}`,
    options: { api_key: key },
    pay: ({ data }) => call("POST", `/v1/payment_intents/${data.id}/confirm`, { payment_method: "pm_card_visa" }),
    async books(id) {
      const intent = await call("GET", `/v1/payment_intents/${id}?expand[]=latest_charge`);
      return {
        status: intent.status,
        held: intent.amount_capturable,
        captured: intent.amount_received,
        refunded: intent.amount_received > 0 ? (intent.latest_charge?.amount_refunded ?? 0) : 0,
        canceled: intent.status === "canceled",
      };
    },
    async close() {},
  };
}

module.exports = { title: "Stripe through Rust in a real Medusa 1.20.10 store", open };
