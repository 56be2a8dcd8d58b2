// The demo on Medusa 2 with the manual processor, for which no shopper has to pay and no provider has a ledger; and, as it
// has no webhooks, with a fake Stripe for an order that comes by one.

const { canceled, capturedInParts, paidByWebhook } = require("./orders");
const { stripeIn } = require("./stripe");
const { fakeStripe } = require("../stripe");

const MANUAL = {
  provider: "pp_manual_manual",
  name: "manual",
  what: "payment",
  statuses: { authorized: "authorized", captured: "captured", canceled: "canceled" },
  /** The manual processor has no other place for the money than the payment's data. */
  books: async ({ status, captured, refunded }) => ({ status, captured, refunded }),
};

async function open() {
  const stripe = await fakeStripe();
  const { config, means } = stripeIn(stripe);
  return {
    where: `the manual processor, and for one order to ${stripe.where}`,
    providers: [{ resolve: "medusa-payment-rs/v2/manual", id: "manual" }, config],
    orders: [
      { order: capturedInParts, means: MANUAL },
      { order: canceled, means: MANUAL },
      { order: paidByWebhook, means },
    ],
    close: stripe.close,
  };
}

module.exports = { title: "A Rust payment processor in a real Medusa 2.21.2 store", open };
