// What a store needs before it can sell: an operator, a region for each currency, a way to ship, something to buy.
//
// `medusa exec src/scripts/seed.js <the operator's e-mail> <password>`. Amounts are in major units.

const core = require("@medusajs/medusa/core-flows");
const { Modules } = require("@medusajs/framework/utils");

/** A country is in one region at most. */
const COUNTRIES = { eur: "de", usd: "us", jpy: "jp", krw: "kr", kwd: "kw" };
const CURRENCIES = Object.keys(COUNTRIES);

exports.default = async function seed({ container, args: [email, password] }) {
  const run = async (workflow, input) => (await workflow(container).run({ input })).result;
  const [channel] = await container.resolve(Modules.SALES_CHANNEL).listSalesChannels();
  await seedOperator(run, container, { email, password });
  await seedStorefrontKey(run, container, channel);
  await seedRegions(run, container);
  const profile = await seedShipping(run, container, channel);
  await seedProduct(run, channel, profile);
};

async function seedOperator(run, container, { email, password }) {
  const [user] = await run(core.createUsersWorkflow, { users: [{ email }] });
  const auth = container.resolve(Modules.AUTH);
  const { authIdentity, error } = await auth.register("emailpass", { body: { email, password } });
  if (error) throw new Error(error);
  await auth.updateAuthIdentities({ id: authIdentity.id, app_metadata: { user_id: user.id } });
}

/** Medusa makes one itself in later versions. */
async function seedStorefrontKey(run, container, channel) {
  const type = "publishable";
  const [present] = await container.resolve(Modules.API_KEY).listApiKeys({ type });
  if (present) return;
  const [key] = await run(core.createApiKeysWorkflow, { api_keys: [{ type, title: "Storefront", created_by: "" }] });
  await run(core.linkSalesChannelsToApiKeyWorkflow, { id: key.id, add: [channel.id] });
}

async function seedRegions(run, container) {
  const [store] = await container.resolve(Modules.STORE).listStores();
  await run(core.updateStoresWorkflow, {
    selector: { id: store.id },
    update: { supported_currencies: CURRENCIES.map((code) => ({ currency_code: code, is_default: code === "eur" })) },
  });
  await run(core.createRegionsWorkflow, {
    regions: CURRENCIES.map((code) => ({
      name: code.toUpperCase(),
      currency_code: code,
      countries: [COUNTRIES[code]],
      payment_providers: ["pp_system_default"],
    })),
  });
}

/** Two ways to ship everywhere: a parcel for 5, and a letter for nothing, whose cart costs what the item costs. */
async function seedShipping(run, container, channel) {
  const [location] = await run(core.createStockLocationsWorkflow, { locations: [{ name: "Warehouse" }] });
  const [profile] = await run(core.createShippingProfilesWorkflow, { data: [{ name: "Default", type: "default" }] });
  const fulfillment = await container.resolve(Modules.FULFILLMENT).createFulfillmentSets({
    name: "Shipping",
    type: "shipping",
    service_zones: [
      {
        name: "World",
        geo_zones: Object.values(COUNTRIES).map((country) => ({ type: "country", country_code: country })),
      },
    ],
  });
  await container
    .resolve("link")
    .create([
      at(location, { fulfillment_provider_id: "manual_manual" }),
      at(location, { fulfillment_set_id: fulfillment.id }),
    ]);
  await run(core.linkSalesChannelsToStockLocationWorkflow, { id: location.id, add: [channel.id] });
  await run(
    core.createShippingOptionsWorkflow,
    Object.entries({ parcel: 5, letter: 0 }).map(([code, amount]) => ({
      name: code,
      price_type: "flat",
      provider_id: "manual_manual",
      service_zone_id: fulfillment.service_zones[0].id,
      shipping_profile_id: profile.id,
      type: { label: code, description: code, code },
      prices: everywhere(amount),
    })),
  );
  return profile;
}

const at = (location, fulfillment) => ({
  [Modules.STOCK_LOCATION]: { stock_location_id: location.id },
  [Modules.FULFILLMENT]: fulfillment,
});

async function seedProduct(run, channel, profile) {
  await run(core.createProductsWorkflow, {
    products: [
      {
        title: "Mug",
        status: "published",
        shipping_profile_id: profile.id,
        sales_channels: [{ id: channel.id }],
        options: [{ title: "Size", values: ["One size"] }],
        variants: [
          {
            title: "One size",
            sku: "MUG",
            manage_inventory: false,
            options: { Size: "One size" },
            prices: everywhere(10),
          },
        ],
      },
    ],
  });
}

const everywhere = (amount) => CURRENCIES.map((code) => ({ currency_code: code, amount }));
