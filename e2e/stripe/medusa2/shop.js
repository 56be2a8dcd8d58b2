// A Medusa 2 store whose payments go to a fake Stripe.

const { randomBytes } = require("node:crypto");
const { startFakeStripe } = require("../../../support/stripe");
const { openShop } = require("../../support/medusa2");

/** The provider's id in the store, and its name in the address of its webhooks. */
const PROVIDER = "pp_stripe_stripe";
const ENDPOINT = "stripe_stripe";

/** Resolves with the shop and `stripe`, the fake, which ends with it. `options` are added to the subject's own. */
async function openStripeShop({ subject, options }) {
  const apiKey = `sk_test_${randomBytes(16).toString("hex")}`;
  const stripe = await startFakeStripe({ apiKey });
  const provider = {
    resolve: subject.resolve,
    id: "stripe",
    options: { ...subject.options({ apiKey, webhookSecret: stripe.webhookSecret, url: stripe.url }), ...options },
  };
  try {
    const shop = await openShop({
      packages: subject.packages,
      providers: [provider],
      provider: PROVIDER,
      env: subject.env(stripe),
    });
    const close = shop.close;
    return Object.assign(shop, {
      stripe,
      async close() {
        await close();
        await stripe.close();
      },
    });
  } catch (error) {
    await stripe.close();
    throw error;
  }
}

module.exports = { openStripeShop, PROVIDER, ENDPOINT };
