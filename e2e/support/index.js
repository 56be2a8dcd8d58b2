// A whole Medusa 1 store for one test file, or for the demo.

const { httpClient, HttpError } = require("./http");
const medusa1 = require("../../support/medusa1");
const { seedCatalog, seedOperator } = require("./seed");
const { buyer, ledger, operator } = require("./shop");
const { openStore, quietly } = require("./store");
const { PACKAGES } = require("../../support/paths");

const FULFILLMENT = "medusa-fulfillment-manual"; // without it no cart can be completed

/**
 * Packs, installs, boots and seeds.
 *
 * - `host`: `support/medusa1`, or the same with another version of Medusa
 * - `packages`: the folders of the packages to pack and install
 * - `plugins`: what `medusa-config.js` lists beside the fulfillment provider; without it, the file stays as it is
 * - `providers`: the identifiers of the payment providers that the region offers
 * - `catalog`: `{ currency, price, shipping, inventory }`, amounts in minor units
 * - `env`: variables for the server
 * - `onCall`: sees each HTTP call of the buyer and the operator
 * - `step`: runs the stages, as `progress` does
 *
 * Resolves with what `openStore` has, `{ buyer, operator, ledger, store, admin, catalog, token }`, and
 * `reboot({ plugins, env })`.
 */
async function openShop({
  host = medusa1,
  packages = PACKAGES,
  plugins,
  providers = ["manual"],
  catalog: wishes,
  env,
  onCall,
  step = quietly,
} = {}) {
  async function arrive({ url }, shop) {
    shop.ledger ??= ledger(shop.postgres);
    shop.token ??= await seedOperator(shop.postgres);
    const store = httpClient(url, { onCall });
    // Medusa before 1.17 asks for the second.
    const login = { "x-medusa-access-token": shop.token, authorization: `Bearer ${shop.token}` };
    const admin = httpClient(url, { onCall, headers: login });
    shop.catalog ??= await step("Seed a region and a product", () => seedCatalog(admin, { providers, ...wishes }));
    return { store, admin, buyer: buyer(store, shop.catalog), operator: operator(admin, shop.catalog) };
  }

  const settings = settingsOf({ plugins, env });
  const shop = await openStore({ host, packages, settings, arrive, step });
  const { reboot } = shop;
  return Object.assign(shop, { reboot: (changes = {}) => reboot(settingsOf(changes)) });
}

const settingsOf = ({ plugins, env }) => ({ plugins: plugins && [FULFILLMENT, ...plugins], env });

module.exports = { openShop, HttpError };
