// An open session in a real Medusa 2: what happens to it at Stripe meanwhile, and how the cart goes on.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { checkout } = require("./stripe/medusa2/checkout");
const { openStripeShop } = require("./stripe/medusa2/shop");
const { SUBJECTS } = require("./stripe/medusa2/subjects");

let shop;
let steps;
before(async () => {
  shop = await openStripeShop({ subject: SUBJECTS.ours });
  steps = checkout({ shop });
});
after(() => shop?.close());

const truth = ({ intent }) => shop.stripe.ledger.payment(intent);

test("Stripe is told where a guest's cart is sent to", async () => {
  const { intent } = await steps.openSession();
  const { shipping } = shop.stripe.ledger.intents().find(({ id }) => id === intent);
  assert.equal(shipping.name, "Ada Lovelace");
  const { line1, city, country } = shipping.address;
  assert.deepEqual([line1, city, country], ["Long Street 1", "Springfield", "de"]);
});

test("a completion with a canceled intent says so, and the cart is paid with a new session", async () => {
  const payment = await steps.openSession();
  const { intent } = payment;
  await shop.stripe.dashboard.cancel(intent);
  for (let again = 0; again < 2; again++) await assert.rejects(steps.complete(payment), /Start a new payment session/);
  await steps.buy(payment);
  assert.notEqual(payment.intent, intent);
  assert.equal(truth(payment).held, 1_500);
});

test("a cart whose intent was canceled may change", async () => {
  const payment = await steps.openSession();
  await shop.stripe.dashboard.cancel(payment.intent);
  await steps.changeCart(payment, 2);
  await steps.buy(payment);
  assert.equal(truth(payment).held, 3_000);
});

test("while the bank looks at a payment the cart waits for it, and is completed then", async () => {
  const payment = await steps.openSession();
  await shop.stripe.shopper.confirm(payment.intent, { card: "processing" });
  await assert.rejects(steps.complete(payment), /was not authorized/);
  await shop.stripe.shopper.settle(payment.intent, { ok: true });
  await steps.complete(payment);
  assert.equal(truth(payment).held, 1_500);
});

test("a cart that changes while the bank looks at its payment is paid anew, and the money that comes late is released", async () => {
  const payment = await steps.openSession();
  const late = payment.intent;
  await shop.stripe.shopper.confirm(late, { card: "processing" });
  await steps.changeCart(payment, 2);
  await steps.buy(payment);
  assert.equal(truth(payment).held, 3_000);
  await shop.stripe.shopper.settle(late, { ok: true });
  await steps.deliver({ intent: late }, "payment_intent.amount_capturable_updated");
  const { eventually } = require("./support/eventually");
  await eventually(() => shop.stripe.ledger.payment(late).canceled);
  assert.equal(truth(payment).held, 3_000);
});

test("an amount that is less than Stripe takes is an error with the reason, and the cart goes on", async () => {
  const payment = await steps.openSession();
  const amount =
    'UPDATE payment_collection SET amount = 0.3, raw_amount = \'{"value":"0.3","precision":20}\' WHERE id = $1';
  await shop.postgres.query(amount, [payment.collection]);
  await assert.rejects(steps.start(payment), { status: 400, message: /Amount must be at least €0\.50 eur/ });
  await steps.changeCart(payment, 2);
  await steps.buy(payment);
  assert.equal(truth(payment).held, 3_000);
});
