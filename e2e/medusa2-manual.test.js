// The manual processor in a real Medusa 2: what stands in Medusa's rows and what in the payment's data.

const assert = require("node:assert/strict");
const { after, before, describe, test } = require("node:test");
const { openShop } = require("./support/medusa2");
const { startMedusa } = require("../support/medusa2");
const { MEDUSA_2, ROOT } = require("../support/paths");
const { run } = require("../support/processes");

let shop;
let refusedBoot; // beside the tests, because it takes as long as a boot
before(async () => {
  shop = await openShop({ packages: [ROOT] });
  const provider = { resolve: "medusa-payment-rs/v2/manual", id: "manual", options: { colour: "green" } };
  const settings = { store: MEDUSA_2.store, databaseUrl: shop.postgres.url, providers: [provider] };
  refusedBoot = startMedusa(settings).then((medusa) => medusa.stop());
  refusedBoot.catch(() => {});
});
after(() => shop?.close());

const amounts = (rows) => rows.map((row) => row.amount);
const byId = (rows, minorUnits) => Object.fromEntries(rows.map(({ id }, index) => [id, minorUnits[index]]));
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

const paymentOf = async (order) => (await shop.ledger.payments(order.id))[0];

/** What is recorded of an order's payment, in Medusa's rows. */
async function recorded(order) {
  const [payment, ...others] = await shop.ledger.payments(order.id);
  assert.deepEqual(others, []);
  return {
    payment,
    captures: await shop.ledger.captures(payment.id),
    refunds: await shop.ledger.refunds(payment.id),
    transactions: amounts(await shop.ledger.transactions(order.id)),
  };
}

/** Medusa's rows are over these amounts, and the data has the same in minor units, row by row. */
async function expectBooks(order, { status, captures, refunds = [], minorUnits }) {
  const found = await recorded(order);
  assert.deepEqual(amounts(found.captures), captures);
  assert.deepEqual(amounts(found.refunds), refunds);
  const [captured, refunded] = [minorUnits.captures, minorUnits.refunds ?? []];
  const { data } = found.payment;
  assert.deepEqual(data.captures ?? {}, byId(found.captures, captured));
  assert.deepEqual(data.refunds ?? {}, byId(found.refunds, refunded));
  assert.equal(data.captured, sum(captured));
  assert.equal(data.refunded, sum(refunded));
  assert.equal(data.status, status);
  return found;
}

test("three captures take the whole payment part by part, and one beyond what is left takes nothing", async () => {
  const order = await shop.buyer.placeOrder();
  const { id } = await paymentOf(order);

  await shop.operator.capture(id, 6.5);
  const first = { captures: ["6.5"], minorUnits: { captures: [650] } };
  await assert.rejects(shop.operator.capture(id, 8.51), { status: 400, message: /cannot capture more/i });
  assert.equal((await expectBooks(order, { status: "authorized", ...first })).payment.captured_at, null);

  await shop.operator.capture(id, 3.25);
  await shop.operator.capture(id, 5.25);
  const { payment, transactions } = await expectBooks(order, {
    status: "captured",
    captures: ["6.5", "3.25", "5.25"],
    minorUnits: { captures: [650, 325, 525] },
  });
  assert.ok(payment.captured_at);
  assert.deepEqual(transactions, ["6.5", "3.25", "5.25"]);
});

test("refunds give back parts of what is captured, and no more than that", async () => {
  const order = await shop.buyer.placeOrder();
  const { id } = await paymentOf(order);
  await assert.rejects(shop.operator.refund(id, 1), { status: 400 });
  await shop.operator.capture(id, 12);
  await shop.operator.refund(id, 4);
  await shop.operator.refund(id, 2.35);
  await assert.rejects(shop.operator.refund(id, 6), { status: 400, message: /not allowed to refund more/ });
  // Medusa itself would give back a cent more than was taken.
  await assert.rejects(shop.operator.refund(id, 5.66), { status: 400, message: /refund_exceeds_captured/ });
  await shop.operator.refund(id, 5.65);
  const { transactions } = await expectBooks(order, {
    status: "authorized",
    captures: ["12"],
    refunds: ["4", "2.35", "5.65"],
    minorUnits: { captures: [1200], refunds: [400, 235, 565] },
  });
  assert.deepEqual(transactions, ["12", "-4", "-2.35", "-5.65"]);
});

describe("the amount comes back as it was asked for, and is rounded for the provider only:", () => {
  const rows = [
    { currency: "usd", price: 13.065, text: "13.065", minor: 1_307 },
    { currency: "eur", price: 99_999_999.99, text: "99999999.99", minor: 9_999_999_999 },
    { currency: "jpy", price: 1500.4, text: "1500.4", minor: 1_500 },
    { currency: "krw", price: 1500.5, text: "1500.5", minor: 1_501 },
    { currency: "kwd", price: 1.234, text: "1.234", minor: 1_234 },
  ];
  after(() => shop.operator.setPrice(Object.fromEntries(rows.map(({ currency }) => [currency, 10]))));

  for (const { currency, price, text, minor } of rows) {
    test(`${text} ${currency}`, async () => {
      await shop.operator.setPrice({ [currency]: price });
      const order = await shop.buyer.placeOrder({ currency, shipping: "letter" });
      const { id, amount, data } = await paymentOf(order);
      assert.equal(amount, text);
      assert.deepEqual([data.amount, data.currency], [minor, currency]);
      const { id: session, ...asked } = data.medusa_session;
      assert.match(session, /^payses_/);
      assert.deepEqual(asked, { currency_code: currency, amount: text });

      await shop.operator.capture(id);
      await shop.operator.refund(id);
      await expectBooks(order, {
        status: "captured",
        captures: [text],
        refunds: [text],
        minorUnits: { captures: [minor], refunds: [minor] },
      });
    });
  }
});

test("halves of a cent that are captured and refunded in parts come to the whole, not to a cent more", async () => {
  await shop.operator.setPrice({ usd: 13.07 });
  after(() => shop.operator.setPrice({ usd: 10 }));
  const order = await shop.buyer.placeOrder({ currency: "usd", shipping: "letter" });
  const { id } = await paymentOf(order);
  for (const move of ["capture", "refund"]) {
    await shop.operator[move](id, 6.535);
    await shop.operator[move](id, 6.535);
  }
  await expectBooks(order, {
    status: "captured",
    captures: ["6.535", "6.535"],
    refunds: ["6.535", "6.535"],
    minorUnits: { captures: [654, 653], refunds: [654, 653] },
  });
});

describe("of two at once one is done, and the other is refused with a reason and leaves no row:", () => {
  /** Medusa asks for both with the same data, because none of the answers is stored before one is refused. */
  async function atOnce(...moves) {
    const release = await shop.postgres.holdWrites("payment");
    const answers = moves.map((move) => move());
    const refusals = answers.map((answer) =>
      answer.then(
        () => Promise.reject(),
        (error) => error,
      ),
    );
    const { status, message } = await Promise.any(refusals).finally(release);
    assert.equal(status, 500);
    assert.match(message, /has to wait.*Nothing was moved.*retry the (capture|refund) in ten seconds/s);
    const done = (await Promise.allSettled(answers)).map((answer) => answer.status === "fulfilled");
    assert.deepEqual(done.toSorted(), [false, true]);
    return done;
  }

  test("captures", async () => {
    const order = await shop.buyer.placeOrder();
    const { id } = await paymentOf(order);
    const [first] = await atOnce(
      () => shop.operator.capture(id, 4),
      () => shop.operator.capture(id, 5),
    );
    const [text, minor] = first ? ["4", 400] : ["5", 500];
    await expectBooks(order, { status: "authorized", captures: [text], minorUnits: { captures: [minor] } });
  });

  test("refunds", async () => {
    const order = await shop.buyer.placeOrder();
    const { id } = await paymentOf(order);
    await shop.operator.capture(id);
    const [first] = await atOnce(
      () => shop.operator.refund(id, 4),
      () => shop.operator.refund(id, 5),
    );
    const [text, minor] = first ? ["4", 400] : ["5", 500];
    await expectBooks(order, {
      status: "captured",
      captures: ["15"],
      refunds: [text],
      minorUnits: { captures: [1500], refunds: [minor] },
    });
  });

  test("a capture and a refund", async () => {
    const order = await shop.buyer.placeOrder();
    const { id } = await paymentOf(order);
    await shop.operator.capture(id, 5);
    const [captured, refunded] = await atOnce(
      () => shop.operator.capture(id, 4),
      () => shop.operator.refund(id, 3),
    );
    await expectBooks(order, {
      status: "authorized",
      captures: captured ? ["5", "4"] : ["5"],
      refunds: refunded ? ["3"] : [],
      minorUnits: { captures: captured ? [500, 400] : [500], refunds: refunded ? [300] : [] },
    });
  });
});

test("a capture whose row is there although its data was never stored is in the books again with the next one", async () => {
  const order = await shop.buyer.placeOrder();
  const { id, data } = await paymentOf(order);
  await shop.operator.capture(id, 5);
  // As if the server had died before it stored the answer, and another one took over two minutes later, which does not
  // know what this one remembers of the data.
  const before = { ...data, server: "another one" };
  await shop.postgres.query("UPDATE payment SET data = $2 WHERE id = $1", [id, before]);
  await shop.postgres.query("UPDATE capture SET created_at = created_at - interval '2 minutes' WHERE payment_id = $1", [
    id,
  ]);
  await shop.operator.capture(id, 4);
  await expectBooks(order, { status: "authorized", captures: ["5", "4"], minorUnits: { captures: [500, 400] } });
});

test("an order that is canceled before it is captured has a canceled payment", async () => {
  const order = await shop.buyer.placeOrder();
  await shop.operator.cancelOrder(order.id);
  const { payment } = await expectBooks(order, { status: "canceled", captures: [], minorUnits: { captures: [] } });
  assert.ok(payment.canceled_at);
  await assert.rejects(shop.operator.capture(payment.id), { status: 400, message: /canceled/ });
});

test("an order that is canceled after a part was captured gives that part back", async () => {
  const order = await shop.buyer.placeOrder();
  await shop.operator.capture((await paymentOf(order)).id, 5);
  await shop.operator.cancelOrder(order.id);
  await expectBooks(order, {
    status: "authorized", // Medusa does not cancel the rest
    captures: ["5"],
    refunds: ["5"],
    minorUnits: { captures: [500], refunds: [500] },
  });
});

test("what the processor refuses reaches the operator with its reason, and leaves no row", async () => {
  const order = await shop.buyer.placeOrder();
  const { id } = await paymentOf(order);
  // As if another system had canceled the payment: Medusa's own row does not know of it.
  await shop.postgres.query(`UPDATE payment SET data = data || '{"status":"canceled"}' WHERE id = $1`, [id]);
  await assert.rejects(shop.operator.capture(id, 5), { status: 400, message: /payment_canceled.*was canceled/s });
  assert.deepEqual((await recorded(order)).captures, []);
});

test("a cart that changes gets a new session over the new total, and the old one is given up", async () => {
  const cart = await shop.buyer.fillCart();
  const old = await shop.buyer.startPayment(cart.id);
  assert.equal(old.data.amount, 1500);
  await shop.processor.take();

  await shop.buyer.updateItem(cart.id, cart.items[0].id, 2);
  const session = await shop.buyer.startPayment(cart.id);
  await shop.processor.take(["delete_payment", "initiate_payment"]);
  assert.notEqual(session.id, old.id);
  assert.notEqual(session.data.id, old.data.id);
  assert.equal(session.data.amount, 2500);
  assert.deepEqual(session.data.medusa_session, { id: session.id, currency_code: "eur", amount: "25" });
  const rows = await shop.ledger.paymentSessions(cart.id);
  assert.deepEqual(
    rows.map(({ id, amount }) => [id, amount]),
    [[session.id, "25"]],
  );

  const { order } = await shop.buyer.complete(cart.id);
  assert.equal((await paymentOf(order)).amount, "25");
});

test("what the shopper's browser sends with a session does not become the provider's books", async () => {
  const cart = await shop.buyer.fillCart();
  const forged = {
    id: "manual_forged",
    status: "captured",
    amount: 1,
    currency: "krw",
    captured: 1,
    captures: { capt_forged: 1500 },
    refunds: { ref_forged: 1500 },
    medusa_session: { id: "payses_forged", currency_code: "krw", amount: "1" },
    note: "leave it at the door",
  };
  const { id, data } = await shop.buyer.startPayment(cart.id, { data: forged });
  assert.match(data.id, /^manual_[0-9a-f]{32}$/);
  const { status, amount, currency, captured, captures, refunds, medusa_session: session, note } = data;
  assert.deepEqual([status, amount, currency, captured, captures, refunds], ["pending", 1500, "eur", 0, null, null]);
  assert.deepEqual(session, { id, currency_code: "eur", amount: "15" });
  assert.equal(note, forged.note);

  const { order } = await shop.buyer.complete(cart.id);
  await shop.operator.capture((await paymentOf(order)).id, 5);
  await expectBooks(order, { status: "authorized", captures: ["5"], minorUnits: { captures: [500] } });
});

test("the classes of both hosts work in one process, and errors are those of the Medusa that is installed", async () => {
  const script = `
    const { AbstractPaymentProcessor, AbstractPaymentProvider } = require("medusa-payment-rs");
    const { services: [Provider] } = require("medusa-payment-rs/v2/manual");
    const Service = require("medusa-payment-rs/services/manual-payment.js");
    const Processor = Service.default ?? Service;
    const { MedusaError } = require("@medusajs/framework/utils");
    const logger = console;
    (async () => {
      const provider = new Provider({ logger }, {});
      const processor = new Processor({ logger }, {});
      const input = { amount: 13.065, currency_code: "usd", data: {}, context: { idempotency_key: "payses_1" } };
      const context = { amount: 1500, currency_code: "eur", resource_id: "cart_1", context: {}, email: "", paymentSessionData: {} };
      const error = await provider.capturePayment({ data: { id: "manual_1", currency: "usd" } }).catch((error) => error);
      process.stdout.write("RESULT" + JSON.stringify({
        provider: provider instanceof AbstractPaymentProvider && !(provider instanceof AbstractPaymentProcessor),
        processor: processor instanceof AbstractPaymentProcessor && !(processor instanceof AbstractPaymentProvider),
        medusa2: (await provider.initiatePayment(input)).data.amount,
        medusa1: (await processor.initiatePayment(context)).session_data.amount,
        error: [error instanceof MedusaError, error.type, error.code],
      }));
    })();`;
  const output = await run(process.execPath, ["-e", script], { cwd: MEDUSA_2.store });
  assert.deepEqual(JSON.parse(output.split("RESULT")[1]), {
    provider: true,
    processor: true,
    medusa2: 1307,
    medusa1: 1500,
    error: [true, "unexpected_state", "capture_amount_unknown"],
  });
});

test("an option that does not exist stops the boot, and the message names it", async () => {
  await assert.rejects(refusedBoot, /the options of "manual" are not valid.*colour/);
});
