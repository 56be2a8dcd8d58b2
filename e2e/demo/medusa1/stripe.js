// The demo with Stripe: a fake one in this process, or Stripe itself where STRIPE_API_KEY is a test key.

const { openStripe } = require("../stripe");

async function open() {
  const stripe = await openStripe();
  return {
    where: stripe.where,
    plugins: [{ resolve: "medusa-payment-rs/stripe", options: { api_key: stripe.key, api_base: stripe.url } }],
    providers: ["stripe"],
    pay: ({ data }) => stripe.pay(data.id),
    books: stripe.books,
    close: stripe.close,
  };
}

module.exports = { title: "Stripe through Rust in a real Medusa 1.20.10 store", open };
