// What a shop is built on, whatever the version of Medusa: a store that has the packages installed, its database, and
// its servers.

const { packTarball } = require("../../support/store");
const { watchProcessor } = require("./processor-log");

const quietly = (_title, work) => work(() => {});

/**
 * Packs, installs and boots.
 *
 * - `host`: `support/medusa1` or `support/medusa2`
 * - `packages`: the folders of the packages to pack and install
 * - `settings`: what a server is started with, beside the store and the database
 * - `arrive(server, shop)`: resolves with what a server brings into the shop, its clients above all
 * - `step`: runs the stages, as `progress` does
 *
 * Resolves with `{ url, medusa, postgres, processor }`, what `arrive` made of the server, and
 * - `reboot(settings)`: another server on the same database; it replaces what belongs to the first in the shop
 * - `alongside()`: another server beside the first, on the same database: `{ medusa }`, and what `arrive` makes of it; it
 *   ends with the shop
 * - `close()`
 */
async function openStore({ host, packages, settings, arrive, step = quietly }) {
  const tarballs = await step("Pack the tarball", () => Promise.all(packages.map(packTarball)));
  const dir = await step("Prepare the store", (note) => host.prepareMedusa({ tarballs, log: note }));
  const others = [];
  const shop = {
    async reboot(settings) {
      await shop.medusa?.stop();
      await boot(settings);
    },
    async alongside() {
      const medusa = await start(settings);
      others.push(medusa);
      return { medusa, ...(await arrive(medusa, shop)) };
    },
    async close() {
      for (const medusa of others) await medusa.stop();
      await shop.medusa?.stop();
      await shop.postgres?.stop();
    },
  };

  const start = (settings) => host.startMedusa({ store: dir, databaseUrl: shop.postgres.url, ...settings });

  async function boot(settings) {
    shop.medusa = await step("Boot Medusa", () => start(settings));
    shop.url = shop.medusa.url;
    shop.processor = watchProcessor(shop.medusa);
    Object.assign(shop, await arrive(shop.medusa, shop));
  }

  try {
    shop.postgres = await step("Start PostgreSQL", (note) => host.startDatabase({ store: dir, log: note }));
    await boot(settings);
    return shop;
  } catch (error) {
    await shop.close();
    throw error;
  }
}

module.exports = { openStore, quietly };
