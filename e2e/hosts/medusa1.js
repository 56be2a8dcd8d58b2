// What a store on Medusa 1 lives from, with each provider that it has.

const assert = require("node:assert/strict");
const { ROOT } = require("../../support/paths");
const { openStripeShop, ours } = require("../stripe/shop");
const { HELD, PATIENT, TAKEN, WEBHOOK_SECRET } = require("../stripe/webhooks");

const TOTAL = 1_500; // one mug and its parcel
const PART = 400;

/** `{ flows: { <provider>: { <flow>: work } }, close }`. */
async function openFlows({ host, step }) {
  const shop = await openStripeShop({
    host,
    step,
    packages: [ROOT],
    providers: ["manual", "stripe"],
    options: { ...PATIENT, webhook_secret: WEBHOOK_SECRET },
    plugins: (options) => ["medusa-payment-rs", ours(options)],
  });
  const stripe = flowsWith(shop, atStripe(shop));
  return {
    flows: { manual: flowsWith(shop, byHand), Stripe: { ...stripe, ...ofStripeAlone(shop) } },
    close: shop.close,
  };
}

/** Money that changes hands somewhere else: its books are the payment's data, in which Medusa stores no cancellation. */
const byHand = {
  id: "manual",
  posted: { note: "ring twice", code: "A-1", detail: "a gift" },
  pay: async () => {},
  amountOf: ({ data }) => data.amount,
  truth: ({ data: { captured, refunded }, canceled_at: canceledAt }) => ({
    captured,
    refunded,
    isCanceled: canceledAt !== null,
  }),
};

const atStripe = ({ stripe }) => ({
  id: "stripe",
  posted: { description: "a gift" },
  pay: ({ data }) => stripe.shopper.confirm(data.id, { card: "ok" }),
  amountOf: ({ data }) => stripe.ledger.payment(data.id).amount,
  truth: ({ data }) => {
    const { captured, refunded, canceled } = stripe.ledger.payment(data.id);
    return { captured, refunded, isCanceled: canceled };
  },
  refuseRefunds: () => stripe.fault({ kind: "status", status: 402, method: "POST", path: "/v1/refunds", times: 100 }),
});

const AT_MOST = 3;

/**
 * The shopper's steps as a storefront takes them: Medusa's own events look at a cart, too, and of two at once one is told
 * to retry.
 */
const retried = (buyer) =>
  Object.fromEntries(Object.entries(buyer).map(([name, step]) => [name, (...args) => retry(() => step(...args))]));

async function retry(step, attempt = 1) {
  try {
    return await step();
  } catch (error) {
    if (error.status !== 409 || attempt === AT_MOST) throw error;
    return retry(step, attempt + 1);
  }
}

function flowsWith({ buyer: hasty, operator, ledger, admin }, provider) {
  const buyer = retried(hasty);
  const sessionOf = async (cart) => (await ledger.paymentSessions(cart)).find((one) => one.provider_id === provider.id);

  async function openCart() {
    const { id } = await buyer.fillCart();
    await buyer.createPaymentSessions(id);
    await buyer.selectSession(id, provider.id);
    return id;
  }

  async function placeOrder() {
    const cart = await openCart();
    await provider.pay(await sessionOf(cart));
    const { type, data } = await buyer.complete(cart);
    assert.equal(type, "order");
    return data;
  }

  /** Medusa's row and the provider's books say the same. */
  function assertBooks(payment, { amount = TOTAL, captured = 0, refunded = 0, isCanceled = false }) {
    const recorded = {
      amount: payment.amount,
      captured: payment.captured_at ? payment.amount : 0,
      refunded: payment.amount_refunded,
      isCanceled: payment.canceled_at !== null,
    };
    assert.deepEqual(recorded, { amount, captured, refunded, isCanceled }, "Medusa's records");
    assert.deepEqual(provider.truth(payment), { captured, refunded, isCanceled }, "the provider's books");
  }

  async function expectBooks(order, wanted) {
    const payments = await ledger.payments(order.id);
    assert.equal(payments.length, 1);
    assertBooks(payments[0], wanted);
  }

  return {
    async order() {
      const order = await placeOrder();
      assert.equal(order.payment_status, "awaiting");
      await expectBooks(order, {});
    },

    async capture() {
      const order = await placeOrder();
      assert.equal((await operator.capture(order.id)).payment_status, "captured");
      await expectBooks(order, { captured: TOTAL });
    },

    async refund() {
      const order = await placeOrder();
      await operator.capture(order.id);
      assert.equal((await operator.refund(order.id, PART)).payment_status, "partially_refunded");
      await operator.refund(order.id, TOTAL - PART);
      await assert.rejects(operator.refund(order.id, 1), { status: 400 });
      await expectBooks(order, { captured: TOTAL, refunded: TOTAL });
    },

    async cancel() {
      const order = await placeOrder();
      assert.equal((await operator.cancelOrder(order.id)).status, "canceled");
      await expectBooks(order, { isCanceled: true });
    },

    /** It follows the cart, is refreshed, and is deleted. */
    async session() {
      const cart = await openCart();
      await buyer.addItem(cart);
      await buyer.addShipping(cart);
      const session = await sessionOf(cart);
      assert.deepEqual([session.amount, provider.amountOf(session)], [2_500, 2_500]);
      await buyer.refreshSession(cart, provider.id);
      const refreshed = await sessionOf(cart);
      assert.equal(provider.amountOf(refreshed), 2_500);
      await buyer.deleteSession(cart, provider.id);
      assert.equal(await sessionOf(cart), undefined);
    },

    /** What the shopper's browser posts with a session is there, and never looks like a failure. */
    async "posted data"() {
      const cart = await openCart();
      await buyer.updateSession(cart, provider.id, provider.posted);
      const session = await sessionOf(cart);
      for (const [name, value] of Object.entries(provider.posted)) assert.equal(session.data[name], value);
      await provider.pay(session);
      const { data: order } = await buyer.complete(cart);
      await operator.capture(order.id);
      await operator.refund(order.id, PART);
      await expectBooks(order, { captured: TOTAL, refunded: PART });
    },

    /** What an order edit adds. */
    async collection() {
      const order = await placeOrder();
      const { payment_collection_id: id } = await operator.requestOrderEdit(order.id);
      const { payment_sessions: sessions } = await buyer.managePaymentSession(id, provider.id);
      await provider.pay(sessions[0]);
      assert.equal((await buyer.authorizePaymentSession(id, sessions[0].id)).status, "authorized");
      const path = `/admin/payment-collections/${id}?expand=payments`;
      const { payments } = (await admin("GET", path)).payment_collection;
      assert.ok((await operator.capturePayment(payments[0].id)).captured_at);
      await operator.refundPayment(payments[0].id, 250);
      assertBooks(await operator.retrievePayment(payments[0].id), { amount: 1_000, captured: 1_000, refunded: 250 });
    },

    ...(provider.refuseRefunds && {
      /** What is refused is not recorded. */
      async "refused refund"() {
        const order = await placeOrder();
        await operator.capture(order.id);
        const refusal = provider.refuseRefunds();
        await assert.rejects(operator.refund(order.id, PART), { status: 400 });
        await refusal.remove();
        assert.deepEqual(await ledger.refunds(order.id), []);
        await expectBooks(order, { captured: TOTAL });
        await operator.refund(order.id, PART);
        await expectBooks(order, { captured: TOTAL, refunded: PART });
      },
    }),
  };
}

function ofStripeAlone({ buyer, ledger, postgres, stripe, admin, url }) {
  async function paidCart() {
    const { id } = await buyer.fillCart();
    await buyer.createPaymentSessions(id);
    const { data } = (await buyer.selectSession(id, "stripe")).payment_session;
    await stripe.shopper.confirm(data.id, { card: "ok" });
    return { id, intent: data.id };
  }

  async function deliver(intent, type) {
    const event = stripe.events.findLast((one) => one.type === type && one.data.object.id === intent);
    const { status, body } = await stripe.deliver(event, `${url}/stripe/hooks`);
    assert.equal(status, 200, JSON.stringify(body));
  }

  return {
    /** The shopper has closed the window: Stripe's event completes the cart. Another records what the dashboard took. */
    async webhook() {
      const { id, intent } = await paidCart();
      await deliver(intent, HELD);
      const [order] = await postgres.query(`SELECT id FROM "order" WHERE cart_id = $1`, [id]);
      assert.ok(order, "the cart became no order");
      await stripe.dashboard.capture(intent);
      await deliver(intent, TAKEN);
      const [payment] = await ledger.payments(order.id);
      assert.ok(payment.captured_at, "the capture is not recorded");
    },

    /** What the admin's widget shows of an order. */
    async admin() {
      const { id, intent } = await paidCart();
      const { data: order } = await buyer.complete(id);
      const { payments } = await admin("GET", `/admin/orders/stripe-payments/${order.id}`);
      assert.deepEqual(
        payments.map((payment) => [payment.id, payment.amount, payment.type]),
        [[intent, TOTAL, "order"]],
      );
    },
  };
}

module.exports = { openFlows };
