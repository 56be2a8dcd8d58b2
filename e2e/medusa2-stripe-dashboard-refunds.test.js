// Money that was given back in Stripe's dashboard, and is then recorded by hand in Medusa 2.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { checkout } = require("./stripe/medusa2/checkout");
const { openStripeShop, PRICE } = require("./stripe/medusa2/shop");
const { SUBJECTS } = require("./stripe/medusa2/subjects");

let shop;
let steps;
before(async () => {
  shop = await openStripeShop({ subject: SUBJECTS.ours });
  steps = checkout({ shop });
});
after(() => shop?.close());

const CENTS = PRICE * 100;

/** What Medusa has recorded, in cents, and what Stripe has given back. */
async function books({ row, intent }) {
  const rows = await shop.ledger.refunds(row);
  const { refunded, refunds } = shop.stripe.ledger.payment(intent);
  return { recorded: rows.map(({ amount }) => Number(amount) * 100), refunded, refunds: refunds.length };
}

test("what was given back is the refund that cannot be paid any more, all of it", async () => {
  const payment = await steps.paidOrder();
  await shop.stripe.dashboard.refund(payment.intent);
  await steps.refund(payment, PRICE);
  assert.deepEqual(await books(payment), { recorded: [CENTS], refunded: CENTS, refunds: 1 });
});

test("so is a part, and after that the rest is paid", async () => {
  const payment = await steps.paidOrder();
  await shop.stripe.dashboard.refund(payment.intent, { amount: 1_000 });
  await steps.refund(payment, 10);
  assert.deepEqual(await books(payment), { recorded: [1_000], refunded: 1_000, refunds: 1 });
  await steps.refund(payment, 5);
  assert.deepEqual((await books(payment)).refunded, CENTS);
});

test("so are two that are the amount together", async () => {
  const payment = await steps.paidOrder();
  for (const amount of [700, 300]) await shop.stripe.dashboard.refund(payment.intent, { amount });
  await steps.refund(payment, 10);
  assert.deepEqual(await books(payment), { recorded: [1_000], refunded: 1_000, refunds: 2 });
});

test("while enough is left, a wanted refund is paid", async () => {
  const payment = await steps.paidOrder();
  await shop.stripe.dashboard.refund(payment.intent, { amount: 300 });
  await steps.refund(payment, 3);
  assert.deepEqual(await books(payment), { recorded: [300], refunded: 600, refunds: 2 });
});

test("what a capture has left of the hold was not given back", async () => {
  const payment = await steps.partlyPaidOrder();
  await assert.rejects(steps.refund(payment, 9.5));
  await shop.stripe.dashboard.refund(payment.intent);
  await steps.refund(payment, 5.5);
  assert.deepEqual((await books(payment)).recorded, [550]);
  assert.equal(shop.stripe.ledger.payment(payment.intent).refunded, 550);
});

test("two operators record it once", async () => {
  const payment = await steps.paidOrder();
  await shop.stripe.dashboard.refund(payment.intent, { amount: 1_000 });
  const refunds = await Promise.allSettled([1, 2].map(() => steps.refund(payment, 10)));
  assert.equal(refunds.filter(({ status }) => status === "fulfilled").length, 1);
  assert.deepEqual(await books(payment), { recorded: [1_000], refunded: 1_000, refunds: 1 });
});

test("a reply that is lost on the way is found out, and it is recorded once", async () => {
  const payment = await steps.paidOrder();
  const { id } = await shop.stripe.dashboard.refund(payment.intent);
  const fault = shop.stripe.fault({ kind: "reset", when: "after", method: "POST", path: `/v1/refunds/${id}` });
  await steps.refund(payment, PRICE);
  assert.equal(fault.hits, 1);
  assert.deepEqual(await books(payment), { recorded: [CENTS], refunded: CENTS, refunds: 1 });
});

test("what is neither left nor given back is refused, and the error says what can be done", async () => {
  const payment = await steps.paidOrder();
  const { id } = await shop.stripe.dashboard.refund(payment.intent, { amount: 1_200 });
  await assert.rejects(steps.refund(payment, 5), (error) => {
    assert.match(String(error.message), new RegExp(`${id} over 1200.*300 can still be refunded`));
    return true;
  });
  assert.deepEqual(await books(payment), { recorded: [], refunded: 1_200, refunds: 1 });
});
