// A Medusa 2 store whose payments go to a fake PayPal, and the books of both.

const assert = require("node:assert/strict");
const path = require("node:path");
const { PAYPAL, ROOT } = require("../../support/paths");
const { eventually } = require("../support/eventually");
const { openShop } = require("../support/medusa2");

/** The package brings the fake of its service along, as one that the scaffold makes does. */
const { startFakePayPal } = require(path.join(PAYPAL, "__test__/support/fake-paypal"));

/** The ids of the providers that the store offers. */
const HELD = "pp_paypal_paypal";
const AT_ONCE = "pp_paypal_at_once";
const MANUAL = "pp_manual_manual";

/** Longer than another server takes to store what PayPal answered. */
const STORING_S = 60;

/**
 * `timeoutMs` is how long PayPal may take. Resolves with the shop, `paypal`, the fake, which ends with it, `providers`, for
 * a reboot, and the functions below. Two providers are PayPal's: `HELD` holds the money first, `AT_ONCE` takes it. The
 * third is `MANUAL`.
 */
async function openPayPalShop({ timeoutMs = 1_000 } = {}) {
  const paypal = await startFakePayPal();
  const options = (more) => paypal.options({ timeout_ms: timeoutMs, max_retries: 0, ...more });
  const providers = [
    { resolve: "medusa-payment-rs-paypal/v2", id: "paypal", options: options() },
    { resolve: "medusa-payment-rs-paypal/v2", id: "at_once", options: options({ capture: true }) },
    { resolve: "medusa-payment-rs/v2/manual", id: "manual" },
  ];
  try {
    const shop = await openShop({ packages: [ROOT, PAYPAL], providers, provider: HELD });
    const { close } = shop;
    return Object.assign(shop, checkout(shop, paypal), records(shop, paypal), deliveries(shop, paypal), {
      paypal,
      providers,
      async close() {
        await close();
        await paypal.close();
      },
    });
  } catch (error) {
    await paypal.close();
    throw error;
  }
}

/** What becomes of a payment, step by step. */
function checkout(shop, paypal) {
  const steps = {
    /** A cart that is ready to be paid, and its order at PayPal. */
    async cartWithSession(provider) {
      const cart = await shop.buyer.fillCart();
      const session = await shop.buyer.startPayment(cart.id, { provider });
      return { id: cart.id, cart, session, paypalOrder: session.data.id };
    },

    /** The same, once the shopper has approved it in PayPal's window. */
    async approvedCart(provider) {
      const made = await steps.cartWithSession(provider);
      paypal.approve(made.paypalOrder);
      return made;
    },

    async placeOrder(provider) {
      const { id, paypalOrder } = await steps.approvedCart(provider);
      const { type, order, error } = await shop.buyer.complete(id);
      assert.equal(type, "order", JSON.stringify(error));
      return { order, payment: await shop.paymentOf(order), paypalOrder };
    },

    async capturedOrder() {
      const made = await steps.placeOrder();
      await shop.operator.capture(made.payment.id);
      return { ...made, payment: await shop.paymentOf(made.order) };
    },

    /** PayPal's script in the shopper's browser has had the money held or taken, and the shopper went away. */
    paidInTheBrowser(paypalOrder) {
      if (paypal.account.find("orders", paypalOrder).status === "CREATED") paypal.approve(paypalOrder);
      return paypal.account.completeOrder(paypalOrder, paypal.account.find("orders", paypalOrder).intent);
    },

    /** A person captures in PayPal's dashboard, all of it or `value`. */
    capturedInTheDashboard(paypalOrder, value) {
      const [authorization] = paypal.account.find("orders", paypalOrder).authorizations;
      const amount = value && { currency_code: "EUR", value };
      return paypal.account.captureAuthorization(authorization.id, { amount, final_capture: true });
    },
  };
  return steps;
}

const cents = (amount) => Math.round(Number(amount) * 100);
const sumOf = (rows) => rows.reduce((sum, { amount }) => sum + cents(amount), 0);

/** Medusa's records of a payment, beside PayPal's ledger. */
function records(shop, paypal) {
  const moved = (paypalOrder, kind) =>
    paypal.account.ledger
      .filter((entry) => entry.order === paypalOrder && entry.kind === kind)
      .reduce((sum, { value }) => sum + cents(value), 0);

  const steps = {
    async paymentOf(order) {
      const [payment, ...others] = await shop.ledger.payments(order.id);
      assert.deepEqual(others, []);
      return payment;
    },

    /** The orders that a cart has become. */
    ordersOf: (cartId) =>
      shop.postgres.query(
        `SELECT "order".* FROM "order" JOIN order_cart ON order_cart.order_id = "order".id
         WHERE order_cart.cart_id = $1 AND order_cart.deleted_at IS NULL`,
        [cartId],
      ),

    /** The order that a webhook makes of a cart. Its payment comes last. */
    async orderPlaced(cartId) {
      let order;
      await eventually(async () => {
        [order] = await steps.ordersOf(cartId);
        return order && (await shop.ledger.payments(order.id)).length > 0;
      });
      return order;
    },

    /** Makes the rows of captures so old that no server can still be at them. */
    ageCaptures: ({ id }) =>
      shop.postgres.query("UPDATE capture SET created_at = created_at - interval '2 minutes' WHERE payment_id = $1", [
        id,
      ]),

    /** Resolves once a webhook's capture is recorded, in the order's own account last. */
    captureRecorded: (order) => eventually(async () => (await shop.ledger.transactions(order.id)).length > 0),

    /** Medusa's rows of a payment are over what PayPal has moved. */
    async assertRowsEqualLedger(order) {
      const payment = await steps.paymentOf(order);
      const { id } = payment.data;
      const [captures, refunds] = [await shop.ledger.captures(payment.id), await shop.ledger.refunds(payment.id)];
      assert.equal(moved(id, "hold"), payment.provider_id === HELD ? cents(payment.amount) : 0);
      assert.equal(moved(id, "capture"), sumOf(captures));
      assert.equal(moved(id, "refund"), sumOf(refunds));
      const rest = cents(payment.amount) - sumOf(captures);
      assert.equal(moved(id, "release"), payment.canceled_at ? rest : 0);
      return { payment, captures, refunds };
    },

    /** The same, and so are the rest of the payment's row and the order's own account. */
    async assertRecordsEqualLedger(order) {
      const { payment, captures, refunds } = await steps.assertRowsEqualLedger(order);
      assert.equal(Boolean(payment.captured_at), sumOf(captures) === cents(payment.amount));
      assert.equal(sumOf(captures) - sumOf(refunds), sumOf(await shop.ledger.transactions(order.id)));
    },
  };
  return steps;
}

/** What PayPal sends. */
function deliveries(shop, paypal) {
  const deliver = (delivery, provider = HELD) =>
    shop.service.webhook(provider.replace(/^pp_/, ""), delivery.body, delivery.headers);

  return {
    authorizedEvent: ({ authorizations: [authorization] }) =>
      paypal.webhooks.delivery("PAYMENT.AUTHORIZATION.CREATED", paypal.account.authorization(authorization)),

    capturedEvent: (capture) => paypal.webhooks.delivery("PAYMENT.CAPTURE.COMPLETED", paypal.account.capture(capture)),

    /** Medusa answers before it looks at it. */
    deliver,

    /** Resolves once the processor has read the order that it is about. */
    async delivered(delivery, provider) {
      const reads = () => paypal.sent("GET", /\/orders\//).length;
      const before = reads();
      await deliver(delivery, provider);
      await eventually(() => reads() > before);
    },

    /** Sends what is not an event of PayPal's, and resolves with what the log says of it. */
    async deliveredForged(delivery) {
      await shop.processor.take();
      await deliver(delivery);
      const calls = await shop.processor.take(["read_webhook"]);
      return calls.find(({ method }) => method === "read_webhook").outcome;
    },
  };
}

module.exports = { openPayPalShop, HELD, AT_ONCE, MANUAL, STORING_S, cents };
