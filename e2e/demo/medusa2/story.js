// What happens in a Medusa 2 store: an order that is captured in two parts and refunded in two, and one that is canceled.

const assert = require("node:assert/strict");
const { acts } = require("../acts");
const report = require("../../support/report");
const { openShop } = require("../../support/medusa2");
const { OPERATOR } = require("../../../support/medusa2/operator");
const { ROOT } = require("../../../support/paths");

const TOTAL = "15"; // a mug and its parcel

async function openStory(payments, { step, serve }) {
  const { packages = [ROOT], providers, provider } = payments;
  const { act, onCall } = acts();
  const opened = await openShop({ packages, providers, provider, admin: serve, step, onCall });
  const shop = Object.assign(opened, { act, payments });
  return {
    shop,
    async tell() {
      await sell(shop);
      await sellAndCancel(shop);
    },
    showDoors() {
      const { url, catalog } = shop;
      report.serving({
        Admin: `${url}/app   ${OPERATOR.email}, ${OPERATOR.password}`,
        "Store API": `curl -H 'x-publishable-api-key: ${catalog.publishableKey}' ${url}/store/products`,
        Health: `${url}/health`,
      });
    },
  };
}

async function sell(shop) {
  const { act, buyer, operator, ledger } = shop;
  report.title("The first order: captured in two parts, refunded in two");

  const cart = await act(shop, "The shopper fills a cart", [], () => buyer.fillCart());

  await act(shop, "The shopper goes to pay", ["initiate_payment"], () => buyer.startPayment(cart.id));
  const [session] = await ledger.paymentSessions(cart.id);
  report.recorded("payment_session", session, ["status", "amount", "data"]);
  assert.equal(session.amount, TOTAL, "the session is over the cart's total");

  const { order } = await act(shop, "The shopper places the order", ["authorize_payment"], () =>
    buyer.complete(cart.id),
  );
  const [{ id }] = await operator.payments(order.id);
  await expectRecorded(shop, order, { captures: [], refunds: [] });

  await act(shop, "The mug is sent: the shop captures a part", ["capture_payment"], () => operator.capture(id, 6.5));
  await expectRecorded(shop, order, { captures: ["6.5"], refunds: [] });

  await act(shop, "The rest is sent: the shop captures what is left", ["capture_payment"], () =>
    operator.capture(id, 8.5),
  );
  await expectRecorded(shop, order, { captures: ["6.5", "8.5"], refunds: [] });

  await act(shop, "The shop refunds a part", ["refund_payment"], () => operator.refund(id, 4));
  await expectRecorded(shop, order, { captures: ["6.5", "8.5"], refunds: ["4"] });

  await act(shop, "The shop refunds another part", ["refund_payment"], () => operator.refund(id, 2.35));
  await expectRecorded(shop, order, { captures: ["6.5", "8.5"], refunds: ["4", "2.35"] });
}

async function sellAndCancel(shop) {
  const { act, buyer, operator } = shop;
  report.title("The second order: canceled before it is paid");

  const order = await act(shop, "The shopper orders", ["initiate_payment", "authorize_payment"], () =>
    buyer.placeOrder(),
  );
  await expectRecorded(shop, order, { captures: [], refunds: [] });

  await act(shop, "The shop cancels the order", ["cancel_payment"], () => operator.cancelOrder(order.id));
  await expectRecorded(shop, order, { captures: [], refunds: [], canceled: true });
  const { status } = await shop.ledger.order(order.id);
  assert.equal(status, "canceled", "the order is canceled");
}

/**
 * The payment row as it stands in the database, with its captures and refunds, the order's own account of them, and what
 * the provider says of the same money.
 */
async function expectRecorded({ ledger, payments }, order, { captures, refunds, canceled = false }) {
  const [payment] = await ledger.payments(order.id);
  const rows = { capture: await ledger.captures(payment.id), refund: await ledger.refunds(payment.id) };
  report.recorded("payment", payment, ["amount", "captured_at", "canceled_at"]);
  for (const [table, those] of Object.entries(rows)) {
    for (const row of those) report.recorded(table, { ...row, currency_code: payment.currency_code }, ["amount"]);
  }
  const books = await payments.books(payment.data);
  report.moved(payments.name, `payment ${payment.data.id}`, payment.currency_code, books);

  const amounts = (those) => those.map(({ amount }) => amount);
  assert.equal(payment.amount, TOTAL, "the payment is over the cart's total");
  assert.deepEqual(amounts(rows.capture), captures, "other captures are recorded");
  assert.deepEqual(amounts(rows.refund), refunds, "other refunds are recorded");
  const whole = sum(captures) === Number(TOTAL);
  assert.equal(payment.captured_at !== null, whole, "captured_at is there once all is captured");
  assert.equal(payment.canceled_at !== null, canceled, "canceled_at is there once the payment is canceled");
  const moved = [...captures, ...refunds.map((amount) => `-${amount}`)];
  assert.deepEqual(amounts(await ledger.transactions(order.id)), moved, "the order's transactions are others");
  assert.equal(books.captured, minorUnits(captures), "the provider has captured something else");
  assert.equal(books.refunded, minorUnits(refunds), "the provider has refunded something else");
  const status = canceled ? "canceled" : whole ? "captured" : "authorized";
  assert.equal(books.status, status, "the provider has the payment in another state");
}

const sum = (amounts) => amounts.reduce((total, amount) => total + Number(amount), 0);
const minorUnits = (amounts) => Math.round(sum(amounts) * 100);

module.exports = { openStory };
