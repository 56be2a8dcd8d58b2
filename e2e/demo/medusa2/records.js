// What Medusa has recorded of an order, shown beside what the provider says of the same money, and compared.

const assert = require("node:assert/strict");
const report = require("../../support/report");

const TOTAL = "15"; // a mug and its parcel

const sum = (amounts) => amounts.reduce((total, amount) => total + Number(amount), 0);
const minorUnits = (amounts) => Math.round(sum(amounts) * 100);

/**
 * The payment row as it stands in the database, with its captures and refunds, the order's own account of them, and what
 * the provider says of the same money. `unrecorded` are refunds that only the provider knows of, `released` is what it
 * does not hold any more.
 */
async function expectRecorded({ ledger }, means, order, expected) {
  const { captures, refunds, unrecorded = [], released = "0", isCanceled = false } = expected;
  const [payment] = await ledger.payments(order.id);
  const rows = { capture: await ledger.captures(payment.id), refund: await ledger.refunds(payment.id) };
  report.recorded("payment", payment, ["amount", "captured_at", "canceled_at"]);
  for (const [table, those] of Object.entries(rows)) {
    for (const row of those) report.recorded(table, { ...row, currency_code: payment.currency_code }, ["amount"]);
  }

  const amounts = (those) => those.map(({ amount }) => amount);
  assert.equal(payment.amount, TOTAL, "the payment is not over the cart's total");
  assert.deepEqual(amounts(rows.capture), captures, "other captures are recorded");
  assert.deepEqual(amounts(rows.refund), refunds, "other refunds are recorded");
  const isWhole = sum(captures) === Number(TOTAL);
  assert.equal(payment.captured_at !== null, isWhole, "captured_at is not what the captures say");
  assert.equal(payment.canceled_at !== null, isCanceled, "canceled_at is not what became of the order");
  const moved = [...captures, ...refunds.map((amount) => `-${amount}`)];
  assert.deepEqual(amounts(await ledger.transactions(order.id)), moved, "the order's transactions are others");

  const gone = isCanceled ? TOTAL : released;
  await expectAtProvider(means, payment, {
    status: isCanceled ? "canceled" : isWhole || released !== "0" ? "captured" : "authorized",
    held: minorUnits([TOTAL, -gone, -sum(captures)]),
    captured: minorUnits(captures),
    released: minorUnits([gone]),
    refunded: minorUnits([...refunds, ...unrecorded]),
  });
}

/** A shopper has paid, and Medusa does not know it. */
async function expectNoOrder(shop, means, cart) {
  const [session] = await shop.ledger.paymentSessions(cart.id);
  const order = await orderOf(shop, cart);
  report.recorded("payment_session", session, ["status", "amount"]);
  report.nothingRecorded("order");
  const wanted = { status: "authorized", held: minorUnits([TOTAL]), captured: 0, released: 0, refunded: 0 };
  await expectAtProvider(means, session, wanted);
  assert.equal(order, undefined, "there is an order already");
}

async function expectAtProvider({ name, what, books: read, statuses }, { data, currency_code: currency }, expected) {
  if (!read) return;
  const { status, ...money } = await read(data);
  report.moved(name, `${what} ${data.id}`, currency, { status, ...money });
  assert.equal(status, statuses[expected.status], `${name} has the payment in another state`);
  for (const [word, amount] of Object.entries(money)) {
    assert.equal(amount, expected[word], `${name} says ${word} of another amount`);
  }
}

/** The order that the cart has become, if it has. */
async function orderOf({ ledger, postgres }, cart) {
  const query = "SELECT order_id FROM order_cart WHERE cart_id = $1 AND deleted_at IS NULL";
  const [link] = await postgres.query(query, [cart.id]);
  return link && ledger.order(link.order_id);
}

module.exports = { expectNoOrder, expectRecorded, orderOf, TOTAL };
