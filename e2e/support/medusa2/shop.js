// What a buyer, an operator and a payment service do in a Medusa 2 store, one function for each step, and what Medusa
// has recorded. Amounts are in major units.

const COUNTRIES = { eur: "de", usd: "us", jpy: "jp", krw: "kr", kwd: "kw" };

const addressIn = (currency) => ({
  first_name: "Ada",
  last_name: "Lovelace",
  address_1: "Long Street 1",
  city: "Springfield",
  postal_code: "10117",
  country_code: COUNTRIES[currency],
});

/** What the seed has put into the database, by its names there. */
async function catalogOf(postgres) {
  const idBy = async (query) => Object.fromEntries((await postgres.query(query)).map(({ name, id }) => [name, id]));
  const [variant] = await postgres.query("SELECT id, product_id FROM product_variant WHERE sku = 'MUG'");
  const [key] = await postgres.query("SELECT token FROM api_key WHERE type = 'publishable'");
  return {
    regions: await idBy("SELECT currency_code AS name, id FROM region"),
    shippingOptions: await idBy("SELECT name, id FROM shipping_option"),
    variant,
    publishableKey: key.token,
  };
}

/** The shopper's steps, through the store API. `usual` is the provider with which this one pays. */
function buyer(store, catalog, usual) {
  const steps = {
    /** For an address in the country of the currency. */
    createCart: async ({ currency = "eur", email = "ada@example.com", ...more } = {}) => {
      const address = addressIn(currency);
      const cart = { region_id: catalog.regions[currency], email, shipping_address: address, billing_address: address };
      return (await store("POST", "/store/carts", { ...cart, ...more })).cart;
    },

    addItem: async (cartId, quantity = 1) => {
      const item = { variant_id: catalog.variant.id, quantity };
      return (await store("POST", `/store/carts/${cartId}/line-items`, item)).cart;
    },

    updateItem: async (cartId, itemId, quantity) =>
      (await store("POST", `/store/carts/${cartId}/line-items/${itemId}`, { quantity })).cart,

    /** `parcel` costs 5, `letter` nothing. */
    addShipping: async (cartId, name = "parcel") => {
      const method = { option_id: catalog.shippingOptions[name] };
      return (await store("POST", `/store/carts/${cartId}/shipping-methods`, method)).cart;
    },

    updateCart: async (cartId, changes) => (await store("POST", `/store/carts/${cartId}`, changes)).cart,

    retrieveCart: async (cartId) => (await store("GET", `/store/carts/${cartId}`)).cart,

    /** A cart with all that a payment needs: an address, an item, a way to ship. */
    fillCart: async ({ quantity = 1, shipping, ...cart } = {}) => {
      const { id } = await steps.createCart(cart);
      await steps.addItem(id, quantity);
      return steps.addShipping(id, shipping);
    },

    /** The cart's one collection, whether it is made now or was there before. */
    createPaymentCollection: async (cartId) =>
      (await store("POST", "/store/payment-collections", { cart_id: cartId })).payment_collection,

    /** Replaces the sessions that the collection has. `data` is what the shopper's browser sends along. */
    createPaymentSession: async (collectionId, { provider = usual, data } = {}) => {
      const path = `/store/payment-collections/${collectionId}/payment-sessions`;
      const { payment_collection: collection } = await store("POST", path, { provider_id: provider, data });
      return collection.payment_sessions.find((session) => session.provider_id === provider);
    },

    /** What a storefront does when the shopper has chosen how to pay. */
    startPayment: async (cartId, options) => {
      const { id } = await steps.createPaymentCollection(cartId);
      return steps.createPaymentSession(id, options);
    },

    /** `{ type: "order", order }` or `{ type: "cart", cart, error }`, as Medusa answers it. */
    complete: (cartId, headers) => store("POST", `/store/carts/${cartId}/complete`, undefined, headers),

    /** An order that is authorized and not captured yet. */
    placeOrder: async ({ provider, data, ...cart } = {}) => {
      const { id } = await steps.fillCart(cart);
      await steps.startPayment(id, { provider, data });
      const { type, order, error } = await steps.complete(id);
      if (type !== "order") throw new Error(`The cart did not become an order: ${JSON.stringify(error)}`);
      return order;
    },
  };
  return steps;
}

/** The shopkeeper's steps, through the admin API. */
function operator(admin, catalog) {
  return {
    retrieveOrder: async (orderId) => (await admin("GET", `/admin/orders/${orderId}`)).order,

    payments: async (orderId) => {
      const path = `/admin/orders/${orderId}?fields=*payment_collections.payments`;
      return (await admin("GET", path)).order.payment_collections.flatMap((collection) => collection.payments);
    },

    /** Without an amount, all that the payment is over: that is refused once a part is captured. */
    capture: async (paymentId, amount) =>
      (await admin("POST", `/admin/payments/${paymentId}/capture`, { amount })).payment,

    /** Without an amount, all that the payment is over. */
    refund: async (paymentId, amount, { note } = {}) =>
      (await admin("POST", `/admin/payments/${paymentId}/refund`, { amount, note })).payment,

    cancelOrder: async (orderId) => (await admin("POST", `/admin/orders/${orderId}/cancel`)).order,

    /** Takes some of an item out of an order: what was captured for it is owed to the shopper. */
    reduceItem: async (orderId, itemId, quantity) => {
      const edit = `/admin/order-edits/${orderId}`;
      await admin("POST", "/admin/order-edits", { order_id: orderId });
      await admin("POST", `${edit}/items/item/${itemId}`, { quantity });
      await admin("POST", `${edit}/request`);
      await admin("POST", `${edit}/confirm`);
    },

    /** What the mug costs from now on, in these currencies: `{ usd: 13.065 }`. */
    setPrice: async (amounts) => {
      const path = `/admin/products/${catalog.variant.product_id}/variants/${catalog.variant.id}`;
      const { variant } = await admin("GET", `${path}?fields=*prices`);
      const present = variant.prices.map(({ currency_code: currency, amount }) => [currency, amount]);
      const prices = Object.entries({ ...Object.fromEntries(present), ...amounts });
      await admin("POST", path, { prices: prices.map(([currency, amount]) => ({ currency_code: currency, amount })) });
    },
  };
}

/** What a payment service does by itself. */
function service(http) {
  return {
    /** Posts an event to the endpoint of `<identifier>_<id>`, byte for byte. Medusa answers before it looks at it. */
    webhook: (provider, body, headers) => http("POST", `/hooks/payment/${provider}`, body, headers),
  };
}

/** Medusa's rows as they stand in the database. Amounts are exact texts. */
function ledger(postgres) {
  /** The rows of a table about one of its owners, the oldest first. */
  const rows = (table, owner) => (id) =>
    postgres.query(`SELECT * FROM ${table} WHERE ${owner} = $1 AND deleted_at IS NULL ORDER BY created_at, id`, [id]);

  /** The same for the payment collections of an order or a cart. */
  const collected = (table, owner) => (id) =>
    postgres.query(
      `SELECT ${table}.* FROM ${table} JOIN ${owner}_payment_collection link USING (payment_collection_id)
       WHERE link.${owner}_id = $1 AND link.deleted_at IS NULL AND ${table}.deleted_at IS NULL
       ORDER BY ${table}.created_at, ${table}.id`,
      [id],
    );

  return {
    paymentSessions: collected("payment_session", "cart"),
    payments: collected("payment", "order"),
    captures: rows("capture", "payment_id"),
    refunds: rows("refund", "payment_id"),
    transactions: rows("order_transaction", "order_id"),
    order: async (orderId) => (await postgres.query(`SELECT * FROM "order" WHERE id = $1`, [orderId]))[0],
  };
}

module.exports = { catalogOf, buyer, operator, service, ledger };
