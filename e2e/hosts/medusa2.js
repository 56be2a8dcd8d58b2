// What a store on Medusa 2 lives from, with each provider that it has. Amounts are in major units.

const assert = require("node:assert/strict");
const { openStripeShop, PROVIDER } = require("../stripe/medusa2/shop");
const { checkout } = require("../stripe/medusa2/checkout");
const { SUBJECTS } = require("../stripe/medusa2/subjects");
const { eventually } = require("../support/eventually");
const { REFUSAL, canceledElsewhere } = require("./refusals");

const TOTAL = 15; // one mug and its parcel
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
    flows: { manual: flowsWith(shop, byHand(shop)), Stripe: { ...stripe, ...ofStripeAlone(shop) } },
    close: shop.close,
    shop,
  };
}

const minor = (amount) => Math.round(amount * 100);

/** Money that changes hands somewhere else: its books are the payment's data. */
const byHand = ({ postgres }) => ({
  id: "pp_manual_manual",
  pay: async () => {},
  amountOf: ({ data }) => data.amount,
  truth: ({ captured, refunded, status }) => ({ captured, refunded, isCanceled: status === "canceled" }),
  refuseRefunds: ({ row }) => canceledElsewhere(postgres, row),
});

const atStripe = ({ stripe }) => ({
  id: PROVIDER,
  pay: ({ data }) => stripe.shopper.confirm(data.id, { card: "ok" }),
  amountOf: ({ data }) => stripe.ledger.payment(data.id).amount,
  truth: ({ id }) => {
    const { captured, refunded, canceled } = stripe.ledger.payment(id);
    return { captured, refunded, isCanceled: canceled };
  },
  refuseRefunds: async () => {
    const fault = stripe.fault({ ...REFUSAL, times: 100 });
    return () => fault.remove();
  },
});

function flowsWith({ buyer, operator, ledger }, provider) {
  async function placeOrder() {
    const cart = await buyer.fillCart();
    await provider.pay(await buyer.startPayment(cart.id, { provider: provider.id }));
    const { type, order, error } = await buyer.complete(cart.id);
    assert.equal(type, "order", JSON.stringify(error));
    return paymentOf(order);
  }

  async function paymentOf(order) {
    const payments = await ledger.payments(order.id);
    assert.equal(payments.length, 1);
    return { order: order.id, row: payments[0].id };
  }

  /** Medusa's rows and the provider's books say the same. */
  async function expectBooks({ order, row }, { captures = [], refunds = [], isCanceled = false }) {
    const [payment] = await ledger.payments(order);
    const amounts = (rows) => rows.map(({ amount }) => Number(amount));
    const recorded = {
      amount: Number(payment.amount),
      captures: amounts(await ledger.captures(row)),
      refunds: amounts(await ledger.refunds(row)),
      isCanceled: payment.canceled_at !== null,
    };
    assert.deepEqual(recorded, { amount: TOTAL, captures, refunds, isCanceled }, "Medusa's records");
    const sum = (all) => all.reduce((total, amount) => total + minor(amount), 0);
    const moved = { captured: sum(captures), refunded: sum(refunds), isCanceled };
    assert.deepEqual(provider.truth(payment.data), moved, "the provider's books");
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
      const payment = await placeOrder();
      await operator.capture(payment.row);
      const refunds = [4, 2.35, 8.65];
      for (const refund of refunds) await operator.refund(payment.row, refund);
      await assert.rejects(operator.refund(payment.row, 1), { status: 400 });
      await expectBooks(payment, { captures: [TOTAL], refunds });
    },

    /** What is refused is not recorded. */
    async "refused refund"() {
      const payment = await placeOrder();
      await operator.capture(payment.row);
      const relent = await provider.refuseRefunds(payment);
      await assert.rejects(operator.refund(payment.row, 4), { status: 400 });
      await relent();
      await expectBooks(payment, { captures: [TOTAL] });
      await operator.refund(payment.row, 4);
      await expectBooks(payment, { captures: [TOTAL], refunds: [4] });
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
      assert.equal(provider.amountOf(session), minor(TOTAL + 10));
      const rows = await ledger.paymentSessions(cart.id);
      assert.deepEqual(
        rows.map(({ id }) => id),
        [session.id],
      );
    },
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
      await steps.complete(second);
    },
  };
}

module.exports = { openFlows };
