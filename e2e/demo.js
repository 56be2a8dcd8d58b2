// `npm run demo`: a shopper buys in a real Medusa store, and the payments run through Rust. `-- --stripe` pays with
// Stripe (`demo/stripe.js`), `-- --plugin ../acme-pay` through a package of your own (`demo/plugin.js`), and
// `-- --serve` leaves the store open afterwards.

require("../support/prerequisites").check(); // before anything that an old Node could not read

const assert = require("node:assert/strict");
const { parseArgs, stripVTControlCharacters } = require("node:util");
const { openShop } = require("./support");
const { isInstalled, npm } = require("../support/npm");
const { ROOT } = require("../support/paths");
const { stopAll } = require("../support/processes");
const { progress } = require("./support/progress");
const report = require("./support/report");

const OPTIONS = {
  stripe: { type: "boolean" },
  plugin: { type: "string" },
  options: { type: "string" },
  serve: { type: "boolean" },
  help: { type: "boolean", short: "h" },
};

const HELP = `Usage: npm run demo [-- <options>]        (the first -- is for npm)

  --stripe              pay with Stripe: a fake of it, or with a test key in STRIPE_API_KEY Stripe itself
  --plugin <folder>     pay through a payment plugin of your own, as npx medusa-payment-rs new makes one
  --options <json>      the plugin's options; without them its own fake is started
  --serve               leave the store open afterwards
  -h, --help            say this`;

const step = progress();
const httpCalls = [];
let interrupted = false;

main().catch(async (error) => {
  if (interrupted) return;
  await stopAll();
  console.error(failure(error));
  process.exitCode = 1;
});

/** Where a server has said much before it ended: first that, and last what happened and why. */
function failure({ message }) {
  const [headline, ...output] = stripVTControlCharacters(message).split("\n");
  const reason = output.find((line) => /^\w*Error: /.test(line));
  if (!reason) return `\nThe demo failed: ${message}`;
  return [...output, "", `The demo failed: ${headline.trim()}`, reason].join("\n");
}

for (const [signal, number] of Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 })) {
  process.once(signal, async () => {
    interrupted = true;
    console.log("\nStopping the servers and deleting their data.");
    await stopAll();
    process.exit(128 + number);
  });
}

function flagsOf(args) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new Error(`${error.message.split(". ")[0]}\n\n${HELP}`);
  }
}

async function main() {
  const flags = flagsOf(process.argv.slice(2));
  if (flags.help) return console.log(HELP);
  const { title, open } = require(providerFor(flags));
  report.title(title);
  const payments = await open(flags);
  try {
    if (payments.where) report.act(`Payments go to ${payments.where}`);
    await tell(payments, flags);
  } finally {
    await payments.close();
  }
}

function providerFor({ stripe, plugin }) {
  if (plugin !== undefined) return "./demo/plugin";
  return stripe ? "./demo/stripe" : "./demo/manual";
}

async function tell(payments, { serve }) {
  if (!isInstalled(ROOT)) await step("npm ci", (note) => npm(ROOT, ["ci"], { onLine: note }));
  await step("npm run build", (note) => npm(ROOT, ["run", "build"], { onLine: note }));
  await payments.prepare?.(step);
  const { packages = [ROOT], plugins, providers } = payments;
  const onCall = (call) => httpCalls.push(call);
  const shop = Object.assign(await openShop({ packages, plugins, providers, step, onCall }), { payments });

  await sell(shop);
  await sellAndCancel(shop);

  if (serve) {
    report.serving(shop);
    const how = await shop.medusa.exited;
    throw new Error(`Medusa ended by itself with ${how}`);
  }
  await shop.close();
  report.title("Done. Both orders are booked as they should be; nothing is left running.");
}

async function sell(shop) {
  const { buyer, operator, ledger, payments } = shop;
  report.title("The first order: paid, then partly refunded");

  const cart = await act(shop, "The shopper fills a cart", [], () => buyer.fillCart());

  await act(shop, "The shopper goes to pay", ["initiate_payment"], () => buyer.createPaymentSessions(cart.id));
  const [session] = await ledger.paymentSessions(cart.id);
  report.booked("payment_session", session, ["status", "amount", "data"]);
  assert.equal(session.amount, 1500, "the session is over the cart's total");
  await payments.pay(session);

  const { data: order } = await act(
    shop,
    "The shopper places the order",
    ["authorize_payment", "get_payment_status"],
    () => buyer.complete(cart.id),
  );
  await expectBooked(shop, order, { amount: 1500, amount_refunded: 0, captured_at: false, canceled_at: false });

  await act(shop, "The money has come: the shop captures", ["capture_payment"], () => operator.capture(order.id));
  await expectBooked(shop, order, { amount: 1500, amount_refunded: 0, captured_at: true, canceled_at: false });

  await act(shop, "The shop refunds a part", ["refund_payment"], () => operator.refund(order.id, 400));
  await expectBooked(shop, order, { amount: 1500, amount_refunded: 400, captured_at: true, canceled_at: false });
  const refunds = await ledger.refunds(order.id);
  assert.deepEqual(
    refunds.map((refund) => refund.amount),
    [400],
    "one refund is booked",
  );
}

async function sellAndCancel(shop) {
  const { buyer, operator } = shop;
  report.title("The second order: canceled before it is paid");

  const calls = ["initiate_payment", "authorize_payment", "get_payment_status"];
  const order = await act(shop, "The shopper orders", calls, async () => {
    const cart = await buyer.fillCart();
    await buyer.createPaymentSessions(cart.id);
    const [session] = await shop.ledger.paymentSessions(cart.id);
    await shop.payments.pay(session);
    return (await buyer.complete(cart.id)).data;
  });
  await expectBooked(shop, order, { amount: 1500, amount_refunded: 0, captured_at: false, canceled_at: false });

  await act(shop, "The shop cancels the order (Medusa leaves the data as it was)", ["cancel_payment"], () =>
    operator.cancelOrder(order.id),
  );
  await expectBooked(shop, order, { amount: 1500, amount_refunded: 0, captured_at: false, canceled_at: true });
  const { status } = await shop.ledger.order(order.id);
  assert.equal(status, "canceled", "the order is canceled");
}

/** One step of a story: what it is, which HTTP calls it took, which Rust methods these ran. */
async function act(shop, title, methods, work) {
  report.act(title);
  httpCalls.length = 0;
  const result = await work();
  report.calls(httpCalls, await shop.processor.take(methods));
  return result;
}

/**
 * The payment row as it stands in the database, and what the provider says of the same money. A date is expected by
 * whether it is there.
 */
async function expectBooked(shop, order, expected) {
  const [payment] = await shop.ledger.payments(order.id);
  report.booked("payment", payment, [...Object.keys(expected), "data"]);
  const books = await shop.payments.books(payment.data.id);
  if (books) {
    report.moved(payment, books);
    const { amount, amount_refunded: refunded, captured_at: captured, canceled_at: canceled } = expected;
    assert.equal(books.captured, captured ? amount : 0, "Stripe has captured something else");
    assert.equal(books.refunded, refunded, "Stripe has refunded something else");
    assert.equal(books.canceled, canceled, "Stripe has not done what Medusa says of the cancellation");
  }
  for (const [column, value] of Object.entries(expected)) {
    const booked = typeof value === "boolean" ? payment[column] !== null : payment[column];
    assert.equal(booked, value, `payment.${column} is ${payment[column]}, which is wrong`);
  }
}
