// A Medusa 1 store with its admin, in which the plugin's widget is.

const path = require("node:path");
const { ADMIN, buildAdmin } = require("../../support/medusa1/admin");
const { MEDUSA_1, ROOT } = require("../../support/paths");
const { checkout } = require("./checkout");
const { openStripeShop, ours, optionsFor } = require("./shop");

const PERSON = { email: "shopkeeper@example.com", password: "mugs-and-parcels" };

const EXTENSIONS = [path.join(ROOT, "stripe/dist/admin")];

/** As `openStripeShop`, and `steps`, those of `checkout`; `login(page)` logs a browser in. */
async function openAdminShop(wishes = {}) {
  const shop = await openStripeShop(wishes);
  try {
    const plugins = [ours(optionsFor(shop.stripe, { enableUI: true, ...wishes.options }))];
    await buildAdmin({ store: MEDUSA_1.store, plugins, extensions: EXTENSIONS });
    await shop.reboot({ plugins: [ADMIN, ...plugins] });
    await shop.admin("POST", "/admin/users", PERSON);
    return Object.assign(shop, { steps: checkout({ shop }), login: (page) => login(page, shop.url) });
  } catch (error) {
    await shop.close();
    throw error;
  }
}

async function login(page, url) {
  await page.goto(`${url}/app/login`);
  await page.getByPlaceholder("Email").fill(PERSON.email);
  await page.getByPlaceholder("Password").fill(PERSON.password);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL("**/a/orders");
}

module.exports = { openAdminShop };
