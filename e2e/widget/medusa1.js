// A Medusa 1 store with its admin, in which the plugin's widget is.

const path = require("node:path");
const { ADMIN, buildAdmin } = require("../../support/medusa1/admin");
const { MEDUSA_1, ROOT } = require("../../support/paths");
const { openStripeShop, ours, optionsFor } = require("../stripe/shop");
const { beforeGrace, LONG_AGO } = require("./grace");

const PERSON = { email: "shopkeeper@example.com", password: "mugs-and-parcels" };

const EXTENSIONS = [path.join(ROOT, "stripe/dist/admin")];

/** Resolves with what `showsPayments` needs of a host, and `login(page)`. */
async function openMedusa1() {
  const shop = await openStripeShop({
    plugins: (options) => ["medusa-payment-rs", ours(options)],
    providers: ["stripe", "manual"],
    now: beforeGrace,
  });
  try {
    const plugins = ["medusa-payment-rs", ours(optionsFor(shop.stripe, { enableUI: true }))];
    await buildAdmin({ store: MEDUSA_1.store, plugins, extensions: EXTENSIONS });
    await shop.reboot({ plugins: [ADMIN, ...plugins] });
    await shop.admin("POST", "/admin/users", PERSON);
  } catch (error) {
    await shop.close();
    throw error;
  }
  const query = shop.postgres.query;

  const age = ({ order }) =>
    query(
      `UPDATE payment SET created_at = created_at - ${LONG_AGO}, updated_at = updated_at - ${LONG_AGO},
         captured_at = captured_at - ${LONG_AGO} WHERE order_id = $1`,
      [order],
    );

  return {
    shop,
    price: "€15.00",
    unit: 100,
    capture: ({ order }) => shop.operator.capture(order),
    refund: ({ order }, amount) => shop.operator.refund(order, amount),

    async heldOrder() {
      const { id } = await shop.buyer.fillCart();
      await shop.buyer.createPaymentSessions(id);
      const { data } = (await shop.buyer.selectSession(id, "stripe")).payment_session;
      await shop.stripe.shopper.confirm(data.id);
      return { intent: data.id, order: (await shop.buyer.complete(id)).data.id };
    },

    async unpaidRefund({ order }, amount) {
      await query(
        `INSERT INTO refund (id, order_id, amount, reason, created_at) VALUES ('ref_' || $1::text, $1::text, $2, 'return', now() - ${LONG_AGO})`,
        [order, amount],
      );
      await query("UPDATE payment SET amount_refunded = $2 WHERE order_id = $1", [order, amount]);
      await age({ order });
    },

    async nameIntent({ order }, id) {
      await query("UPDATE payment SET data = jsonb_set(data, '{id}', to_jsonb($2::text)) WHERE order_id = $1", [
        order,
        id,
      ]);
      await age({ order });
    },

    otherOrder: async () => ({ order: (await shop.buyer.placeOrder({ provider: "manual" })).id }),

    async login(page) {
      await page.goto(`${shop.url}/app/login`);
      await page.getByPlaceholder("Email").fill(PERSON.email);
      await page.getByPlaceholder("Password").fill(PERSON.password);
      await page.getByRole("button", { name: "Continue" }).click();
      await page.waitForURL("**/a/orders");
      // What Medusa's makers ask everyone who logs in for the first time.
      await page.getByText("Opt out of sharing my usage data").waitFor();
      await page.getByRole("switch").last().click();
      await page.getByRole("button", { name: "Continue" }).click();
    },

    urlOf: ({ order }) => `${shop.url}/app/a/orders/${order}`,
    close: shop.close,
  };
}

module.exports = { openMedusa1 };
