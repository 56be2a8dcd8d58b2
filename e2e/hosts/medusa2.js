// What a store on Medusa 2 lives from, with each provider that it has. Amounts are in major units.

const assert = require("node:assert/strict");
const { openStripeShop, PROVIDER } = require("../stripe/medusa2/shop");
const { checkout } = require("../stripe/medusa2/checkout");
const { SUBJECTS } = require("../stripe/medusa2/subjects");
const { eventually } = require("../support/eventually");

const TOTAL = 15; // one mug and its parcel
const TWO = 25; // two mugs
const PARTS = [5.5, 9.5];
const HELD = "payment_intent.amount_capturable_updated";
const TAKEN = "payment_intent.succeeded";

/** As `medusa1.js` has it. */
async function openFlows({ host, step }) {
  const shop = await openStripeShop({
    host,
    step,
    subject: SUBJECTS.ours,
    options: { timeout_ms: 5_000, deadline_ms: 12_000, max_retries: 2, multicapture: true },
    others: [{ resolve: "medusa-payment-rs/v2/manual", id: "manual" }],
  });
  const stripe = flowsWith(shop, atStripe(shop));
  return {
    flows: { manual: flowsWith(shop, byHand), Stripe: { ...stripe, ...ofStripeAlone(shop) } },
    close: shop.close,
  };
}

async function complete({ buyer }, cart) {
  const { type, order, error } = await buyer.complete(cart);
  assert.equal(type, "order", JSON.stringify(error));
  return order;
}

const minor = (amount) => Math.round(amount * 100);

/** Money that changes hands somewhere else: its books are the payment's data, in which Medusa may store no cancellation. */
const byHand = {
  id: "pp_manual_manual",
  pay: async () => {},
  amountOf: ({ data }) => data.amount,
  truth: ({ data: { captured, refunded }, canceled_at: canceledAt }) => ({
    captured,
    refunded,
    isCanceled: canceledAt !== null,
  }),
};

const atStripe = ({ stripe }) => ({
  id: PROVIDER,
  pay: ({ data }) => stripe.shopper.confirm(data.id, { card: "ok" }),
  amountOf: ({ data }) => stripe.ledger.payment(data.id).amount,
  truth: ({ data }) => {
    const { captured, refunded, canceled } = stripe.ledger.payment(data.id);
    return { captured, refunded, isCanceled: canceled };
  },
  refuseRefunds: () => stripe.fault({ kind: "status", status: 402, method: "POST", path: "/v1/refunds", times: 100 }),
});

function flowsWith(shop, provider) {
  const { buyer, operator, ledger } = shop;

  async function placeOrder(quantity) {
    const cart = await buyer.fillCart({ quantity });
    await provider.pay(await buyer.startPayment(cart.id, { provider: provider.id }));
    const order = await complete(shop, cart.id);
    const payments = await ledger.payments(order.id);
    assert.equal(payments.length, 1);
    return { order: order.id, item: order.items[0].id, row: payments[0].id };
  }

  /** The shopper has paid two mugs and gets one: before 2.13 Medusa refunds no more than it owes. */
  async function placeReducedOrder() {
    const payment = await placeOrder(2);
    await operator.capture(payment.row);
    await operator.reduceItem(payment.order, payment.item, 1);
    return payment;
  }

  /** Medusa's rows and the provider's books say the same. */
  async function expectBooks({ order, row }, { amount = TOTAL, captures = [], refunds = [], isCanceled = false }) {
    const [payment] = await ledger.payments(order);
    const amounts = (rows) => rows.map(({ amount }) => Number(amount));
    const recorded = {
      amount: Number(payment.amount),
      captures: amounts(await ledger.captures(row)),
      refunds: amounts(await ledger.refunds(row)),
      isCanceled: payment.canceled_at !== null,
    };
    assert.deepEqual(recorded, { amount, captures, refunds, isCanceled }, "Medusa's records");
    const sum = (all) => all.reduce((total, amount) => total + minor(amount), 0);
    const moved = { captured: sum(captures), refunded: sum(refunds), isCanceled };
    assert.deepEqual(provider.truth(payment), moved, "the provider's books");
  }

  return {
    async order() {
      await expectBooks(await placeOrder(), {});
    },

    async capture() {
      const payment = await placeOrder();
      const { captured_at: capturedAt } = await operator.capture(payment.row);
      assert.ok(capturedAt);
      await expectBooks(payment, { captures: [TOTAL] });
    },

    async parts() {
      const payment = await placeOrder();
      for (const part of PARTS) await operator.capture(payment.row, part);
      await expectBooks(payment, { captures: PARTS });
    },

    async refund() {
      const payment = await placeReducedOrder();
      const refunds = [4, 2.35, 3.65];
      for (const refund of refunds) await operator.refund(payment.row, refund);
      await expectBooks(payment, { amount: TWO, captures: [TWO], refunds });
    },

    async cancel() {
      const payment = await placeOrder();
      assert.equal((await operator.cancelOrder(payment.order)).status, "canceled");
      await expectBooks(payment, { isCanceled: true });
    },

    /** A cart that changes gets another one over the new total. */
    async session() {
      const cart = await buyer.fillCart();
      const old = await buyer.startPayment(cart.id, { provider: provider.id });
      assert.equal(provider.amountOf(old), minor(TOTAL));
      await buyer.updateItem(cart.id, cart.items[0].id, 2);
      const session = await buyer.startPayment(cart.id, { provider: provider.id });
      assert.notEqual(session.data.id, old.data.id);
      assert.equal(provider.amountOf(session), minor(TWO));
      const rows = await ledger.paymentSessions(cart.id);
      assert.deepEqual(
        rows.map(({ id }) => id),
        [session.id],
      );
    },

    ...(provider.refuseRefunds && {
      /** What is refused is not recorded. */
      async "refused refund"() {
        const payment = await placeReducedOrder();
        const refusal = provider.refuseRefunds();
        await assert.rejects(operator.refund(payment.row, 4), { status: 400 });
        await refusal.remove();
        await expectBooks(payment, { amount: TWO, captures: [TWO] });
        await operator.refund(payment.row, 4);
        await expectBooks(payment, { amount: TWO, captures: [TWO], refunds: [4] });
      },
    }),
  };
}

function ofStripeAlone(shop) {
  const { stripe, ledger, postgres } = shop;
  const steps = checkout({ shop });
  return {
    /** The shopper has closed the window: Stripe's event completes the cart. Another records what the dashboard took. */
    async webhook() {
      const payment = await steps.paidSession();
      await steps.deliver(payment, HELD);
      await eventually(async () => (payment.order = await steps.orderOf(payment)));
      await stripe.dashboard.capture(payment.intent);
      await steps.deliver(payment, TAKEN);
      await eventually(async () => (await ledger.payments(payment.order))[0]?.captured_at);
    },

    /** A customer's card is kept with the first payment and pays the second one. */
    async "saved card"() {
      const first = await steps.cartOfCustomer();
      await steps.start(first, { setup_future_usage: "off_session" });
      await steps.pay(first);
      const holders = await postgres.query("SELECT id, external_id FROM account_holder WHERE email = $1", [
        first.email,
      ]);
      assert.equal(holders.length, 1);
      const path = `/store/saved-payment-methods/${holders[0].id}`;
      const { payment_methods: cards } = await shop.store("GET", path);
      assert.deepEqual(
        cards.map(({ data }) => data.customer),
        [holders[0].external_id],
      );
      const second = await steps.anotherCart(first);
      const wishes = { confirm: true, payment_method: cards[0].id, return_url: "https://shop.example/thanks" };
      await steps.start(second, wishes);
      await complete(shop, second.cart);
    },
  };
}

module.exports = { openFlows };
