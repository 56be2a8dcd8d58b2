// Medusa is killed after Stripe has done what was asked, and before it is booked. The next server knows nothing of it;
// the plain repetition of the same action finds out.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { HAS_TO_WAIT, WAIT_MS, judged } = require("./stripe/matrix");
const { operationsOf } = require("./stripe/operations");
const { openStripeShop, optionsFor, ours } = require("./stripe/shop");

let shop;
before(async () => (shop = await openStripeShop()));
after(() => shop?.close());

/** The last method of the processor before Medusa writes its row down, and the row's table. */
const KILLED = {
  "initiate: intent": ["initiate_payment", "payment_session"],
  update: ["update_payment", "payment_session"],
  "another customer: new intent": ["update_payment", "payment_session"],
  "refresh: old intent": ["delete_payment", "payment_session"],
  delete: ["delete_payment", "payment_session"],
  authorize: ["retrieve_payment", "payment"],
  capture: ["capture_payment", "payment"],
  refund: ["refund_payment", "payment"],
  cancel: ["cancel_payment", "payment"],
};

for (const [name, [method, table]] of Object.entries(KILLED)) {
  test(`${name}: a server that is killed before it has booked leaves nothing lost and nothing doubled`, async () => {
    const operation = operationsOf({ shop }).find((operation) => operation.name === name);
    const payment = await operation.prepare();
    await killedBeforeItBooks(() => operation.act(payment), method, table);

    await shop.reboot({ plugins: [ours(optionsFor(shop.stripe))] });
    const left = await operation.books(payment, { attempts: 1, ok: false });
    assert.notEqual(left.booked, left.wanted, "the server had booked it before it was killed");
    await repeated(operation, payment);
    const books = await operation.books(payment, { attempts: 2, ok: true });
    assert.equal(judged(books).verdict, "consistent", JSON.stringify(books));
  });
}

async function killedBeforeItBooks(act, method, table) {
  const release = await shop.postgres.holdWrites(table);
  try {
    await shop.processor.take();
    const answer = act().then(
      () => assert.fail("the server answered"),
      (error) => error,
    );
    await shop.processor.take([method]);
    process.kill(shop.medusa.pid, "SIGKILL");
    assert.equal(await shop.medusa.exited, "SIGKILL");
    await answer;
  } finally {
    await release();
  }
}

/** As an operator who does what the message says. */
async function repeated(operation, payment) {
  try {
    await operation.act(payment);
  } catch (error) {
    assert.match(error.message, HAS_TO_WAIT);
    shop.stripe.advance(WAIT_MS);
    await operation.act(payment);
  }
}
