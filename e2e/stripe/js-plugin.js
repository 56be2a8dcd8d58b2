// Required into a server before all else, it points the `stripe` package of a JavaScript plugin, which has no option for
// that, to a fake. Which plugin is in STRIPE_PLUGIN, the URL of the fake in FAKE_STRIPE.

const path = require("node:path");
const { createRequire } = require("node:module");

const inStore = createRequire(path.join(process.cwd(), "package.json"));
const inPlugin = createRequire(inStore.resolve(`${process.env.STRIPE_PLUGIN}/package.json`));
const { hostname: host, port } = new URL(process.env.FAKE_STRIPE);

const Stripe = inPlugin("stripe");
function StripeAtTheFake(key, config) {
  return new Stripe(key, { ...config, host, port, protocol: "http" });
}
Object.assign(StripeAtTheFake, Stripe, { default: StripeAtTheFake });
require.cache[inPlugin.resolve("stripe")].exports = StripeAtTheFake;
