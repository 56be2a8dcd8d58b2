// The ways of a cart and its payment as far as a test needs them, each with a shopper of its own. A `payment` is
// `{ cart, item, collection }`, and from some step on `session`, `intent`, `order`, `row` (the payment's id).

const { ENDPOINT, PROVIDER } = require("./shop");

const PASSWORD = "a shopper's own";
const AHEAD = 4;

let shoppers = 0;
const newShopper = () => `shopper-${process.pid}-${++shoppers}@example.com`;

/** `place` is the server at which all this happens: the shop's own, or another one on its database. */
function checkout({ shop, place = shop }) {
  const { stripe, postgres } = shop;
  const { buyer, operator, service, store } = place;

  async function newCart({ email = newShopper(), headers } = {}) {
    const items = [{ variant_id: shop.voucher, quantity: 1 }];
    const cart = await buyer.createCart({ email, items });
    if (headers) await store("POST", `/store/carts/${cart.id}/customer`, undefined, headers);
    const { id: collection } = await buyer.createPaymentCollection(cart.id);
    return { cart: cart.id, item: cart.items[0].id, collection, email, headers, known: new Set() };
  }

  const inStock = [];

  const steps = {
    /** Fills carts ahead. */
    async stock(count) {
      while (inStock.length < count)
        inStock.push(...(await Promise.all(Array.from({ length: AHEAD }, () => newCart()))));
    },

    filledCart: async () => inStock.shift() ?? newCart(),

    /** One of a shopper who has an account with the store and is logged in. */
    async cartOfCustomer() {
      const email = newShopper();
      const login = { email, password: PASSWORD };
      const { token: registration } = await store("POST", "/auth/customer/emailpass/register", login);
      await store("POST", "/store/customers", { email }, { authorization: `Bearer ${registration}` });
      const { token } = await store("POST", "/auth/customer/emailpass", login);
      return newCart({ email, headers: { authorization: `Bearer ${token}` } });
    },

    /** Another one of the same shopper. */
    anotherCart: ({ email, headers }) => newCart({ email, headers }),

    /** What a storefront does when the shopper has chosen how to pay. The intents of the cart tell by their metadata. */
    async start(payment, { provider = PROVIDER, ...data } = {}) {
      const path = `/store/payment-collections/${payment.collection}/payment-sessions`;
      const body = { provider_id: provider, data: { metadata: { cart: payment.cart }, ...data } };
      const { payment_collection: collection } = await store("POST", path, body, payment.headers);
      const session = collection.payment_sessions.find(({ provider_id: id }) => id === provider);
      if (provider !== PROVIDER) return;
      if (typeof session.data.client_secret === "string") payment.known.add(session.data.id);
      Object.assign(payment, { session: session.id, intent: session.data.id });
    },

    async openSession(data) {
      const payment = await steps.filledCart();
      await steps.start(payment, data);
      return payment;
    },

    /** The shopper pays in the browser. */
    pay: ({ intent }) => stripe.shopper.confirm(intent, { card: "ok" }),

    async paidSession(data) {
      const payment = await steps.openSession(data);
      await steps.pay(payment);
      return payment;
    },

    async complete(payment) {
      const { type, order, error } = await buyer.complete(payment.cart);
      if (type !== "order") throw new Error(`the cart is no order: ${JSON.stringify(error)}`);
      payment.order = order.id;
    },

    /** The session is paid and becomes an order, whether a new one has to be started or not. */
    async buy(payment) {
      await steps.start(payment);
      await steps.pay(payment);
      await steps.complete(payment);
    },

    /** An order: the money is held. */
    async heldOrder(data) {
      const payment = await steps.paidSession(data);
      await steps.complete(payment);
      payment.row = await steps.rowOf(payment);
      return payment;
    },

    /** The store has the money. */
    async paidOrder() {
      const payment = await steps.heldOrder();
      await operator.capture(payment.row);
      return payment;
    },

    /** The same long ago: the payment is older than any idempotency key that Stripe may still know. */
    async oldPaidOrder() {
      const payment = await steps.paidOrder();
      await shop.postgres.query(
        "UPDATE payment SET data = jsonb_set(data, '{created}', to_jsonb((data->>'created')::bigint - $2)) WHERE id = $1",
        [payment.row, 2 * 24 * 60 * 60],
      );
      return payment;
    },

    /** The store has a part of it. */
    async partlyPaidOrder() {
      const payment = await steps.heldOrder();
      await operator.capture(payment.row, 5.5);
      return payment;
    },

    /** The id of the order's payment. */
    rowOf: async ({ order }) => (await shop.ledger.payments(order))[0].id,

    capture: ({ row }, amount) => operator.capture(row, amount),
    refund: ({ row }, amount) => operator.refund(row, amount),
    cancel: ({ order }) => operator.cancelOrder(order),
    changeCart: ({ cart, item }, quantity) => buyer.updateItem(cart, item, quantity),

    /** Stripe's last event of the type about the intent, or about its money, sent to the store. */
    deliver: ({ intent }, type, how) => {
      const isAbout = ({ id, payment_intent: of }) => id === intent || of === intent;
      const event = stripe.events.findLast((event) => event.type === type && isAbout(event.data.object));
      if (!event) throw new Error(`Stripe has no event ${type} about ${intent}`);
      return steps.send(event, how);
    },

    /** Sends an event to the store. Medusa answers before it looks at it. */
    send: (event, { secret } = {}) => {
      const payload = JSON.stringify(event);
      // The provider goes by its own clock, and the fake's may be ahead.
      const signature = stripe.sign(payload, { secret, timestamp: Math.floor(Date.now() / 1_000) });
      return service.webhook(ENDPOINT, payload, { "stripe-signature": signature });
    },

    /** The cart's sessions with Stripe. */
    sessionsOf: async ({ cart }) =>
      (await shop.ledger.paymentSessions(cart)).filter(({ provider_id: id }) => id === PROVIDER),

    orderOf: async ({ cart }) =>
      (await postgres.query("SELECT order_id FROM order_cart WHERE cart_id = $1 AND deleted_at IS NULL", [cart]))[0]
        ?.order_id,

    /** All intents that were ever made for the cart, oldest first. */
    intentsOf: ({ cart }) => stripe.ledger.intents({ cart }),
  };
  return steps;
}

module.exports = { checkout };
