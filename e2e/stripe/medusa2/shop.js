// A Medusa 2 store whose payments go to a fake Stripe.

const { randomBytes } = require("node:crypto");
const { startFakeStripe } = require("../../../support/stripe");
const { openShop } = require("../../support/medusa2");

/** The provider's id in the store, and its name in the address of its webhooks. */
const PROVIDER = "pp_stripe_stripe";
const ENDPOINT = "stripe_stripe";

const PRICE = 15;

/**
 * Resolves with the shop and
 * - `stripe`: the fake, with the `apiKey` that it accepts, which ends with it
 * - `voucher`: the id of what is sold here. Nothing is shipped, because a way to ship is a third of the work that Medusa
 *   has with an order
 * - `settingsFor(subject, options)`: those of a server on which that subject is the provider, with the same id
 *
 * `options` are added to the subject's own. `packages` are what the store has installed if not only the subject's, `others`
 * the providers beside the subject, and `wishes` are `openShop`'s. `now` is the fake's clock.
 */
async function openStripeShop({ subject, options, packages = subject.packages, others = [], now, ...wishes }) {
  const apiKey = `sk_test_${randomBytes(16).toString("hex")}`;
  const stripe = Object.assign(await startFakeStripe({ apiKey, now }), { apiKey });
  const account = { apiKey, webhookSecret: stripe.webhookSecret, url: stripe.url };
  const settingsFor = (subject, options) => ({
    providers: [
      { resolve: subject.resolve, id: "stripe", options: { ...subject.options(account), ...options } },
      ...others,
    ],
    env: subject.env(stripe),
  });
  try {
    const shop = await openShop({ packages, provider: PROVIDER, ...wishes, ...settingsFor(subject, options) });
    const close = shop.close;
    return Object.assign(shop, {
      stripe,
      settingsFor,
      voucher: await newVoucher(shop),
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

async function newVoucher({ admin, postgres }) {
  const [channel] = await postgres.query("SELECT id FROM sales_channel WHERE deleted_at IS NULL");
  const variant = { title: "By mail", options: { Form: "By mail" }, manage_inventory: false };
  const { product } = await admin("POST", "/admin/products", {
    title: "Voucher",
    status: "published",
    sales_channels: [{ id: channel.id }],
    options: [{ title: "Form", values: ["By mail"] }],
    variants: [{ ...variant, prices: [{ currency_code: "eur", amount: PRICE }] }],
  });
  return product.variants[0].id;
}

module.exports = { PRICE, openStripeShop, PROVIDER, ENDPOINT };
