// Required into a server before all else, it points the `stripe` package of medusa-payment-stripe, which has no
// option for that, to the fake whose URL is in FAKE_STRIPE.

const path = require("node:path");
const { createRequire } = require("node:module");

const inStore = createRequire(path.join(process.cwd(), "package.json"));
const inPlugin = createRequire(inStore.resolve("medusa-payment-stripe/package.json"));
const { hostname: host, port } = new URL(process.env.FAKE_STRIPE);

const Stripe = inPlugin("stripe");
function StripeAtTheFake(key, config) {
  return new Stripe(key, { ...config, host, port, protocol: "http" });
}
Object.assign(StripeAtTheFake, Stripe, { default: StripeAtTheFake });
require.cache[inPlugin.resolve("stripe")].exports = StripeAtTheFake;
