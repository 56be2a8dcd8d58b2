// A Medusa store whose payments go to a fake Stripe.

const { randomBytes } = require("node:crypto");
const { startFakeStripe } = require("../../support/stripe");
const { openShop } = require("../support");
const { ROOT } = require("../../support/paths");
const { LIMITS } = require("./limits");

/** Options of the plugin for this fake. */
const optionsFor = (stripe, options) => ({ api_key: stripe.apiKey, api_base: stripe.url, ...LIMITS, ...options });

const ours = (options) => ({ resolve: "medusa-payment-rs/stripe", options });

/**
 * Resolves with the shop and `stripe`, the fake, which ends with it. `plugins` is a function of the plugin's options,
 * `envFor` one of the fake; the region offers `providers`. `now` is the fake's clock.
 */
async function openStripeShop({
  plugins = (options) => [ours(options)],
  envFor = () => undefined,
  options,
  now,
  ...wishes
} = {}) {
  const apiKey = `sk_test_${randomBytes(16).toString("hex")}`;
  const stripe = await startFakeStripe({ apiKey, now });
  stripe.apiKey = apiKey;
  try {
    const shop = await openShop({
      packages: [ROOT],
      providers: ["stripe"],
      ...wishes,
      plugins: plugins(optionsFor(stripe, options)),
      env: envFor(stripe),
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

module.exports = { openStripeShop, optionsFor, ours };
