// A Medusa 2 store with its admin, in which the plugin's widget is.

const { OPERATOR } = require("../../support/medusa2/operator");
const { checkout } = require("../stripe/medusa2/checkout");
const { openStripeShop } = require("../stripe/medusa2/shop");
const { SUBJECTS } = require("../stripe/medusa2/subjects");
const { beforeGrace, LONG_AGO } = require("./grace");

/** The first page is served once Vite has put the admin together. */
const FIRST_PAGE_MS = 300_000;

/** Resolves with what `showsPayments` needs of a host, and `login(page)`. */
async function openMedusa2() {
  const plugins = [{ resolve: "medusa-payment-rs", options: {} }];
  const shop = await openStripeShop({ subject: SUBJECTS.ours, admin: true, plugins, now: beforeGrace });
  const steps = checkout({ shop });
  const query = shop.postgres.query;

  async function age({ row }) {
    const past = `created_at = created_at - ${LONG_AGO}, updated_at = updated_at - ${LONG_AGO}`;
    await query(`UPDATE payment SET ${past} WHERE id = $1`, [row]);
    await query(`UPDATE capture SET ${past} WHERE payment_id = $1`, [row]);
  }

  return {
    shop,
    price: "€15.00",
    unit: 1,
    heldOrder: steps.heldOrder,
    capture: steps.capture,
    refund: steps.refund,

    async unpaidRefund(payment, amount) {
      await query(
        `INSERT INTO refund (id, payment_id, amount, raw_amount, created_at)
         VALUES ('ref_' || $1::text, $1::text, $2::text::numeric, jsonb_build_object('value', $2::text, 'precision', 20), now() - ${LONG_AGO})`,
        [payment.row, amount],
      );
      await age(payment);
    },

    async nameIntent(payment, id) {
      await query("UPDATE payment SET data = jsonb_set(data, '{id}', to_jsonb($2::text)) WHERE id = $1", [
        payment.row,
        id,
      ]);
      await age(payment);
    },

    otherOrder: async () => ({ order: (await shop.buyer.placeOrder({ provider: "pp_system_default" })).id }),

    async login(page) {
      await page.goto(`${shop.url}/app/login`, { timeout: FIRST_PAGE_MS });
      await page.getByPlaceholder("Email").fill(OPERATOR.email, { timeout: FIRST_PAGE_MS });
      await page.getByPlaceholder("Password").fill(OPERATOR.password);
      await page.getByRole("button", { name: "Continue with Email" }).click();
      await page.waitForURL((url) => !url.pathname.endsWith("/login"));
    },

    urlOf: ({ order }) => `${shop.url}/app/orders/${order}`,
    close: shop.close,
  };
}

module.exports = { openMedusa2 };
