// A whole store for one test file, or for the demo.

const { httpClient, HttpError } = require("./http");
const { startMedusa } = require("../../support/medusa");
const { startPostgres } = require("../../support/store/postgres");
const { seedCatalog, seedOperator } = require("./seed");
const { buyer, ledger, operator } = require("./shop");
const { PACKAGES } = require("../../support/paths");
const { packTarball, prepareStore } = require("../../support/store");
const { watchProcessor } = require("./processor-log");

const FULFILLMENT = "medusa-fulfillment-manual"; // without it no cart can be completed

/**
 * Packs, installs, boots and seeds.
 *
 * - `packages`: the folders of the packages to pack and install
 * - `plugins`: what `medusa-config.js` lists beside the fulfillment provider; without it, the file stays as it is
 * - `providers`: the identifiers of the payment providers that the region offers
 * - `catalog`: `{ currency, price, shipping, inventory }`, amounts in minor units
 * - `env`: variables for the server
 * - `onCall`: sees each HTTP call of the buyer and the operator
 * - `step`: runs the stages, as `progress` does
 *
 * Resolves with `{ buyer, operator, ledger, processor, store, admin, catalog, url, token, medusa, postgres }` and
 * - `reboot({ plugins, env })`: another server on the same database; it replaces what belongs to the first in the shop
 * - `alongside()`: another server beside the first, on the same database, and its `{ buyer, operator }`; it ends with
 *   the shop
 * - `close()`
 */
async function openShop({
  packages = PACKAGES,
  plugins,
  providers = ["manual"],
  catalog: wishes,
  env,
  onCall,
  step = quietly,
} = {}) {
  const tarballs = await step("Pack the tarball", () => Promise.all(packages.map(packTarball)));
  const dir = await step("Prepare the store", (note) => prepareStore({ tarballs, log: note }));
  const others = [];
  const shop = {
    async reboot({ plugins, env } = {}) {
      await shop.medusa?.stop();
      await boot(plugins, env);
    },
    async alongside() {
      const medusa = await start(plugins, env);
      others.push(medusa);
      return peopleAt(medusa);
    },
    async close() {
      for (const medusa of others) await medusa.stop();
      await shop.medusa?.stop();
      await shop.postgres?.stop();
    },
  };

  const start = (plugins, env) =>
    startMedusa({ store: dir, databaseUrl: shop.postgres.url, plugins: plugins && [FULFILLMENT, ...plugins], env });

  async function boot(plugins, env) {
    shop.medusa = await step("Boot Medusa", () => start(plugins, env));
    shop.url = shop.medusa.url;
    shop.processor = watchProcessor(shop.medusa);
    Object.assign(shop, clientsOf(shop.medusa));
    shop.catalog ??= await step("Seed a region and a product", () => seedCatalog(shop.admin, { providers, ...wishes }));
    Object.assign(shop, peopleAt(shop.medusa));
  }

  const clientsOf = ({ url }) => ({
    store: httpClient(url, { onCall }),
    admin: httpClient(url, { onCall, headers: { "x-medusa-access-token": shop.token } }),
  });

  function peopleAt(medusa) {
    const { store, admin } = clientsOf(medusa);
    return { buyer: buyer(store, shop.catalog), operator: operator(admin, shop.catalog) };
  }

  try {
    shop.postgres = await step("Start PostgreSQL", (note) => startPostgres({ store: dir, log: note }));
    shop.ledger = ledger(shop.postgres);
    shop.token = await seedOperator(shop.postgres);
    await boot(plugins, env);
    return shop;
  } catch (error) {
    await shop.close();
    throw error;
  }
}

const quietly = (_title, work) => work(() => {});

module.exports = { openShop, HttpError };
