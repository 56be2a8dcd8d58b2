// What a buyer and an operator do in the store, one function for each step, and what Medusa has booked.

const ADDRESS = {
  first_name: "Ada",
  last_name: "Lovelace",
  address_1: "Unter den Linden 1",
  city: "Berlin",
  postal_code: "10117",
  country_code: "de",
};

/** The shopper's steps, through the store API. */
function buyer(store, catalog) {
  const steps = {
    createCart: async (context) =>
      (await store("POST", "/store/carts", { region_id: catalog.region.id, context })).cart,

    addItem: async (cartId, quantity = 1) => {
      const item = { variant_id: catalog.variant.id, quantity };
      return (await store("POST", `/store/carts/${cartId}/line-items`, item)).cart;
    },

    updateCart: async (cartId, changes) => (await store("POST", `/store/carts/${cartId}`, changes)).cart,

    setAddress: (cartId, email = "ada@example.com") =>
      steps.updateCart(cartId, { email, shipping_address: ADDRESS, billing_address: ADDRESS }),

    addShipping: async (cartId) => {
      const method = { option_id: catalog.shippingOption.id };
      return (await store("POST", `/store/carts/${cartId}/shipping-methods`, method)).cart;
    },

    retrieveCart: async (cartId) => (await store("GET", `/store/carts/${cartId}`)).cart,

    createPaymentSessions: async (cartId) => (await store("POST", `/store/carts/${cartId}/payment-sessions`)).cart,

    selectSession: async (cartId, provider) =>
      (await store("POST", `/store/carts/${cartId}/payment-session`, { provider_id: provider })).cart,

    updateSession: async (cartId, provider, data) =>
      (await store("POST", `/store/carts/${cartId}/payment-sessions/${provider}`, { data })).cart,

    refreshSession: async (cartId, provider) =>
      (await store("POST", `/store/carts/${cartId}/payment-sessions/${provider}/refresh`)).cart,

    deleteSession: async (cartId, provider) =>
      (await store("DELETE", `/store/carts/${cartId}/payment-sessions/${provider}`)).cart,

    /** `{ type: "order" | "cart", data }`, as Medusa answers it. */
    complete: (cartId, headers) => store("POST", `/store/carts/${cartId}/complete`, undefined, headers),

    /** A cart with all that a payment needs: an item, an address, a way to ship. */
    fillCart: async ({ quantity = 1, context } = {}) => {
      const { id } = await steps.createCart(context);
      await steps.addItem(id, quantity);
      await steps.setAddress(id);
      return steps.addShipping(id);
    },

    /** An order that is authorized and not captured yet. */
    placeOrder: async ({ quantity, provider, context } = {}) => {
      const { id } = await steps.fillCart({ quantity, context });
      await steps.createPaymentSessions(id);
      if (provider) await steps.selectSession(id, provider);
      const { type, data } = await steps.complete(id);
      if (type !== "order") throw new Error(`The cart did not become an order: ${JSON.stringify(data)}`);
      return data;
    },

    authorizePaymentCollection: async (id) =>
      (await store("POST", `/store/payment-collections/${id}/sessions/batch/authorize`, { session_ids: [] }))
        .payment_collection,

    managePaymentSession: async (id, provider) =>
      (await store("POST", `/store/payment-collections/${id}/sessions`, { provider_id: provider })).payment_collection,

    refreshPaymentSession: async (id, sessionId) =>
      (await store("POST", `/store/payment-collections/${id}/sessions/${sessionId}`)).payment_session,

    authorizePaymentSession: async (id, sessionId) =>
      (await store("POST", `/store/payment-collections/${id}/sessions/${sessionId}/authorize`)).payment_session,

    retrievePaymentCollection: async (id) =>
      (await store("GET", `/store/payment-collections/${id}`)).payment_collection,
  };
  return steps;
}

/** The shopkeeper's steps, through the admin API. */
function operator(admin, catalog) {
  return {
    retrieveOrder: async (orderId) => (await admin("GET", `/admin/orders/${orderId}`)).order,

    capture: async (orderId) => (await admin("POST", `/admin/orders/${orderId}/capture`)).order,

    refund: async (orderId, amount, { reason = "return", note } = {}) =>
      (await admin("POST", `/admin/orders/${orderId}/refund`, { amount, reason, note })).order,

    /** An order edit that adds an item: what is due now is paid with the payment collection of the edit. */
    requestOrderEdit: async (orderId, quantity = 1) => {
      const { order_edit: edit } = await admin("POST", "/admin/order-edits", { order_id: orderId });
      await admin("POST", `/admin/order-edits/${edit.id}/items`, { variant_id: catalog.variant.id, quantity });
      return (await admin("POST", `/admin/order-edits/${edit.id}/request`, {})).order_edit;
    },

    cancelOrder: async (orderId) => (await admin("POST", `/admin/orders/${orderId}/cancel`)).order,

    retrievePayment: async (paymentId) => (await admin("GET", `/admin/payments/${paymentId}`)).payment,

    capturePayment: async (paymentId) => (await admin("POST", `/admin/payments/${paymentId}/capture`)).payment,

    refundPayment: async (paymentId, amount, { reason = "return", note } = {}) =>
      (await admin("POST", `/admin/payments/${paymentId}/refund`, { amount, reason, note })).refund,
  };
}

/** Medusa's books as they stand in the database, beside what its API says about them. */
function ledger(postgres) {
  return {
    payments: (orderId) => postgres.query("SELECT * FROM payment WHERE order_id = $1 ORDER BY created_at", [orderId]),

    paymentSessions: (cartId) =>
      postgres.query("SELECT * FROM payment_session WHERE cart_id = $1 ORDER BY created_at", [cartId]),

    refunds: (orderId) => postgres.query("SELECT * FROM refund WHERE order_id = $1 ORDER BY created_at", [orderId]),

    order: async (orderId) => (await postgres.query(`SELECT * FROM "order" WHERE id = $1`, [orderId]))[0],
  };
}

module.exports = { buyer, operator, ledger };
