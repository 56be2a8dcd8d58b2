// What happens in a Medusa 1 store: an order that is paid and partly refunded, and one that is canceled.

const assert = require("node:assert/strict");
const { acts } = require("../acts");
const { openShop } = require("../../support");
const report = require("../../support/report");
const { ROOT } = require("../../../support/paths");

async function openStory(payments, { step }) {
  const { packages = [ROOT], plugins, providers } = payments;
  const { act, onCall } = acts();
  const shop = Object.assign(await openShop({ packages, plugins, providers, step, onCall }), { payments, act });
  return {
    shop,
    async tell() {
      await sell(shop);
      await sellAndCancel(shop);
    },
    showDoors() {
      const { url, token } = shop;
      report.serving({
        "Store API": `${url}/store/products`,
        "Admin API": `curl -H 'x-medusa-access-token: ${token}' ${url}/admin/orders`,
        Health: `${url}/health`,
      });
    },
  };
}

async function sell(shop) {
  const { act, buyer, operator, ledger, payments } = shop;
  report.title("The first order: paid, then partly refunded");

  const cart = await act(shop, "The shopper fills a cart", [], () => buyer.fillCart());

  await act(shop, "The shopper goes to pay", ["initiate_payment"], () => buyer.createPaymentSessions(cart.id));
  const [session] = await ledger.paymentSessions(cart.id);
  report.recorded("payment_session", session, ["status", "amount", "data"]);
  assert.equal(session.amount, 1500, "the session is over the cart's total");
  await payments.pay(session);

  const { data: order } = await act(
    shop,
    "The shopper places the order",
    ["authorize_payment", "get_payment_status"],
    () => buyer.complete(cart.id),
  );
  await expectRecorded(shop, order, { amount: 1500, amount_refunded: 0, captured_at: false, canceled_at: false });

  await act(shop, "The money has come: the shop captures", ["capture_payment"], () => operator.capture(order.id));
  await expectRecorded(shop, order, { amount: 1500, amount_refunded: 0, captured_at: true, canceled_at: false });

  await act(shop, "The shop refunds a part", ["refund_payment"], () => operator.refund(order.id, 400));
  await expectRecorded(shop, order, { amount: 1500, amount_refunded: 400, captured_at: true, canceled_at: false });
  const refunds = await ledger.refunds(order.id);
  assert.deepEqual(
    refunds.map((refund) => refund.amount),
    [400],
    "one refund is recorded",
  );
}

async function sellAndCancel(shop) {
  const { act, buyer, operator } = shop;
  report.title("The second order: canceled before it is paid");

  const calls = ["initiate_payment", "authorize_payment", "get_payment_status"];
  const order = await act(shop, "The shopper orders", calls, async () => {
    const cart = await buyer.fillCart();
    await buyer.createPaymentSessions(cart.id);
    const [session] = await shop.ledger.paymentSessions(cart.id);
    await shop.payments.pay(session);
    return (await buyer.complete(cart.id)).data;
  });
  await expectRecorded(shop, order, { amount: 1500, amount_refunded: 0, captured_at: false, canceled_at: false });

  await act(shop, "The shop cancels the order (Medusa leaves the data as it was)", ["cancel_payment"], () =>
    operator.cancelOrder(order.id),
  );
  await expectRecorded(shop, order, { amount: 1500, amount_refunded: 0, captured_at: false, canceled_at: true });
  const { status } = await shop.ledger.order(order.id);
  assert.equal(status, "canceled", "the order is canceled");
}

/**
 * The payment row as it stands in the database, and what the provider says of the same money. A date is expected by
 * whether it is there.
 */
async function expectRecorded(shop, order, expected) {
  const [payment] = await shop.ledger.payments(order.id);
  report.recorded("payment", payment, [...Object.keys(expected), "data"]);
  const books = await shop.payments.books(payment.data.id);
  if (books) {
    report.moved("Stripe", `payment_intent ${payment.data.id}`, payment.currency_code, books);
    const { amount, amount_refunded: refunded, captured_at: captured, canceled_at: canceled } = expected;
    assert.equal(books.captured, captured ? amount : 0, "Stripe has captured something else");
    assert.equal(books.refunded, refunded, "Stripe has refunded something else");
    assert.equal(books.status === "canceled", canceled, "Stripe has not done what Medusa says of the cancellation");
  }
  for (const [column, value] of Object.entries(expected)) {
    const recorded = typeof value === "boolean" ? payment[column] !== null : payment[column];
    assert.equal(recorded, value, `payment.${column} is ${payment[column]}, which is wrong`);
  }
}

module.exports = { openStory };
