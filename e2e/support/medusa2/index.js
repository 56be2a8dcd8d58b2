// A whole Medusa 2 store for one test file, or for the demo.

const { httpClient, HttpError } = require("../http");
const medusa2 = require("../../../support/medusa2");
const { OPERATOR } = require("../../../support/medusa2/operator");
const { buyer, catalogOf, ledger, operator, service } = require("./shop");
const { openStore, quietly } = require("../store");
const { PACKAGES } = require("../../../support/paths");

/**
 * Packs, installs and boots. Every region offers every provider that the server has.
 *
 * - `host`: `support/medusa2`, or the same with another version of Medusa
 * - `packages`: the folders of the packages to pack and install
 * - `providers`: those of the payment module, `[{ resolve, id, options }]`; without it, `medusa-config.js` stays as it is
 * - `plugins`: those of the store, likewise
 * - `provider`: the id of the one with which the buyer pays if nothing else is said
 * - `webhookDelay`, `admin`, `env`: as `startMedusa` has them
 * - `onCall`: sees each HTTP call of the buyer, the operator and the payment service
 * - `step`: runs the stages, as `progress` does
 *
 * Resolves with what `openStore` has, `{ buyer, operator, service, ledger, store, admin, catalog }`, and
 * `reboot({ providers, plugins, webhookDelay, admin, env })`.
 */
async function openShop({
  host = medusa2,
  packages = PACKAGES,
  providers,
  plugins,
  provider = "pp_manual_manual",
  webhookDelay,
  admin: dashboard,
  env,
  onCall,
  step = quietly,
} = {}) {
  async function arrive({ url }, shop) {
    shop.ledger ??= ledger(shop.postgres);
    shop.catalog ??= await catalogOf(shop.postgres);
    const anonymous = httpClient(url);
    const { token } = await anonymous("POST", "/auth/user/emailpass", OPERATOR);
    const authorization = { authorization: `Bearer ${token}` };
    await offerProviders(shop, httpClient(url, { headers: authorization }));
    const store = httpClient(url, { onCall, headers: { "x-publishable-api-key": shop.catalog.publishableKey } });
    const admin = httpClient(url, { onCall, headers: authorization });
    return {
      store,
      admin,
      buyer: buyer(store, shop.catalog, provider),
      operator: operator(admin, shop.catalog),
      service: service(httpClient(url, { onCall })),
    };
  }

  const settings = { providers, plugins, webhookDelay, admin: dashboard, env };
  return openStore({ host, packages, settings, arrive, step });
}

/** A provider is in the database once a server that has it has booted. */
async function offerProviders({ postgres, catalog }, admin) {
  const enabled = await postgres.query("SELECT id FROM payment_provider WHERE is_enabled");
  const offer = { payment_providers: enabled.map(({ id }) => id) };
  for (const region of Object.values(catalog.regions)) await admin("POST", `/admin/regions/${region}`, offer);
}

module.exports = { openShop, HttpError };
