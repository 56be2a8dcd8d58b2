// What a store needs before it can sell: an operator, a region, a way to ship, something to buy.

const crypto = require("node:crypto");

/** The operator is written into the database: the admin API needs a login that exists. */
async function seedOperator(postgres) {
  const token = crypto.randomBytes(16).toString("hex");
  await postgres.query(
    `INSERT INTO "user" (id, email, role, api_token) VALUES ('usr_operator', 'operator@example.com', 'admin', $1)`,
    [token],
  );
  return token;
}

/** Resolves with `{ region, variant, shippingOption }`. Amounts are in minor units. */
async function seedCatalog(
  admin,
  { providers, currency = "eur", price = 1_000, shipping = 500, inventory = 1_000_000 },
) {
  await admin("POST", `/admin/store/currencies/${currency}`);
  const { region } = await admin("POST", "/admin/regions", {
    name: "Europe",
    currency_code: currency,
    tax_rate: 0,
    payment_providers: providers,
    fulfillment_providers: ["manual"],
    countries: ["de"],
  });
  const { shipping_option: shippingOption } = await admin("POST", "/admin/shipping-options", {
    name: "Parcel",
    region_id: region.id,
    provider_id: "manual",
    data: { id: "manual-fulfillment" },
    price_type: "flat_rate",
    amount: shipping,
  });
  const { product } = await admin("POST", "/admin/products", {
    title: "Mug",
    status: "published",
    options: [{ title: "Size" }],
    variants: [
      {
        title: "One size",
        inventory_quantity: inventory,
        options: [{ value: "One size" }],
        prices: [{ currency_code: currency, amount: price }],
      },
    ],
  });
  return { region, variant: product.variants[0], shippingOption };
}

module.exports = { seedOperator, seedCatalog };
