// The ways of a cart and its payment as far as a test needs them, each with a shopper of its own.

const { cartStock } = require("../support/stock");

let shoppers = 0;

const PRICE = 1_000;
const DAY_MS = 86_400_000;

/** A new e-mail address: Medusa knows a guest by it, and keeps what it knows of them at Stripe. */
const newShopper = () => `shopper-${process.pid}-${++shoppers}@example.com`;

const intentOf = (session) => session.data.id;

function checkout({ shop, provider = "stripe" }) {
  const { ledger, stripe } = shop;

  /** The session of the provider, as it stands in the database. */
  const sessionOf = async (cartId) =>
    (await ledger.paymentSessions(cartId)).find((session) => session.provider_id === provider);

  const newCart = async () => {
    const email = newShopper();
    const items = [{ variant_id: shop.catalog.variant.id, quantity: 1 }];
    const { cart } = await shop.store("POST", "/store/carts", { region_id: shop.catalog.region.id, items });
    await shop.buyer.updateCart(cart.id, { email });
    return { cart: cart.id, email };
  };
  const stock = cartStock({ fill: newCart, postgres: shop.postgres });

  const steps = {
    sessionOf,

    /** Fills carts ahead. */
    stock: (count) => stock.fillUp(count),

    /** A cart with one item, of a guest. */
    filledCart: () => stock.take(),

    /** And a session with an intent. */
    async openSession() {
      const payment = await steps.filledCart();
      await shop.buyer.createPaymentSessions(payment.cart);
      const session = await sessionOf(payment.cart);
      return { ...payment, session, intent: intentOf(session) };
    },

    /** And the shopper has logged in meanwhile, as a customer whom neither side has seen buying. */
    async sessionOfAnother() {
      const payment = await steps.openSession();
      const email = newShopper();
      const id = `cus_${payment.cart}`;
      await shop.postgres.query("INSERT INTO customer (id, email, has_account) VALUES ($1, $2, true)", [id, email]);
      await shop.postgres.query("UPDATE cart SET customer_id = $1, email = $2 WHERE id = $3", [
        id,
        email,
        payment.cart,
      ]);
      return { ...payment, email };
    },

    /** Which the shopper has paid. */
    async paidSession() {
      const payment = await steps.openSession();
      await stripe.shopper.confirm(payment.intent, { card: "ok" });
      return payment;
    },

    /** An order: the money is held. */
    async heldOrder() {
      const payment = await steps.paidSession();
      const { type, data } = await shop.buyer.complete(payment.cart);
      if (type !== "order") throw new Error(`The cart did not become an order: ${JSON.stringify(data)}`);
      return { ...payment, order: data.id };
    },

    /** The store has the money. */
    async paidOrder() {
      const payment = await steps.heldOrder();
      await steps.capture(payment);
      return payment;
    },

    /** Which is so old that Stripe may have forgotten the key of a refund of it. */
    async oldPaidOrder() {
      const payment = await steps.heldOrder();
      stripe.backdate(payment.intent, DAY_MS);
      await steps.capture(payment);
      return payment;
    },

    /** The route answers 200 also where the capture failed. */
    async capture({ order }) {
      const { payment_status: status } = await shop.operator.capture(order);
      if (status !== "captured") throw new Error(`the order is ${status} after its capture`);
    },

    paymentOf: async ({ order }) => (await ledger.payments(order))[0],

    /** All payments of the cart, an order of it or not. */
    paymentsOf: ({ cart }) => shop.postgres.query("SELECT * FROM payment WHERE cart_id = $1", [cart]),

    orderOf: async ({ cart }) =>
      (await shop.postgres.query(`SELECT * FROM "order" WHERE cart_id = $1 ORDER BY created_at`, [cart]))[0],

    /** The intents that were made for the cart, oldest first. */
    intentsOf: ({ cart }) => stripe.ledger.intents({ resource_id: cart }),
  };
  return steps;
}

module.exports = { checkout, newShopper, PRICE };
