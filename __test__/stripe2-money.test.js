// Stripe in Medusa 2 where money goes wrong: in each scenario that the JavaScript plugin loses
// (`stripe2-javascript-plugin.test.js`), what Medusa has recorded is what Stripe has.

const { startFakeStripe } = require("../support/stripe");
const { scenarios } = require("./support/stripe2/scenarios");
const { agree, openShop } = require("./support/stripe2/shop");

const { services } = require("medusa-payment-rs/v2/stripe");

const API_KEY = "sk_test_ours";
const WEBHOOK_SECRET = "whsec_ours";

const Service = services.find(({ identifier }) => identifier === "stripe");

let fake;
beforeEach(async () => {
  fake = await startFakeStripe({ apiKey: API_KEY, webhookSecret: WEBHOOK_SECRET });
});
afterEach(() => fake.close());

const create = (cradle, options) =>
  new Service(cradle, {
    apiKey: API_KEY,
    webhookSecret: WEBHOOK_SECRET,
    api_base: `http://127.0.0.1:${fake.port}`,
    timeout_ms: 1_000,
    deadline_ms: 3_000,
    ...options,
  });

async function run(name) {
  const result = await scenarios[name]({ create, fake });
  return { ...result, agree: agree(result) };
}

test("a second refund that is wanted is paid", async () => {
  const { books, ledger } = await run("refundTwiceOnPurpose");
  expect([books.refunded, ledger.refunded]).toEqual([600, 600]);
});

test("of two refunds at once each is paid and recorded, or refused", async () => {
  const result = await run("refundsAtOnce");
  expect(result).toMatchObject({ agree: true });
  expect(result.books.refunded).toBeGreaterThanOrEqual(300);
});

test("of two parts the first is taken, and the second refused because Stripe has released the rest", async () => {
  const { books, ledger, between, error } = await run("captureInTwoParts");
  expect([between.books.captured, between.ledger.captured]).toEqual([400, 400]);
  expect([books.captured, ledger.captured, ledger.held]).toEqual([400, 400, 0]);
  expect(error).toMatchObject({ type: "not_allowed", code: "nothing_left_to_capture" });
  expect(error.message).toMatch(/released the rest/);
});

test("a refund whose reply is lost is found, and what is paid is what is recorded", async () => {
  expect(await run("refundWithLostReply")).toMatchObject({ agree: true, books: { refunded: 600 } });
});

test("a capture of a part takes the part", async () => {
  const { books, ledger, error } = await run("captureOfAPart");
  expect([books.captured, ledger.captured, error]).toEqual([550, 550, undefined]);
});

test.each(["captureBehindAProxy", "refundBehindAProxy"])("a proxy's error is not a success: %s", async (name) => {
  expect(await run(name)).toMatchObject({ agree: true });
});

test("a proxy's error is not a cancellation: Medusa is told, and the log says what to do", async () => {
  const { value, books, ledger } = await run("cancelBehindAProxy");
  // Medusa cancels the order whatever the provider says. The provider goes on in the background.
  expect([value, books.canceled, ledger.held]).toEqual([undefined, true, 1000]);
});

test("a refund that failed is not recorded", async () => {
  const { books, ledger, error } = await run("refundThatFails");
  expect([books.refunded, ledger.refunded]).toEqual([0, 0]);
  expect(error).toMatchObject({ type: "not_allowed" });
});

test("a session cannot pay with another payment's intent", async () => {
  expect(await run("sessionNamesAnotherPayment")).toMatchObject({ agree: true, books: { captured: 1000 } });
});

test("a payment that is confirmed at once and whose reply is lost is found, and held once", async () => {
  const { books, ledger } = await run("paidAtOnceWithLostReply");
  expect([books.status, ledger.held]).toEqual(["authorized", 1000]);
});

test("a declined card leaves a session that can be paid", async () => {
  const { books, ledger } = await run("completedWhileDeclined");
  expect([books.status, ledger.payable]).toEqual(["pending", 1]);
});

test("a person reads why a refund was refused", async () => {
  const { error } = await run("refusedRefund");
  expect(error).toMatchObject({ __isMedusaError: true, type: "invalid_data" });
  expect(error.message).toMatch(/greater than unrefunded amount/);
});

test.each(["cancelWhileRateLimited", "cancelWithStoredError"])(
  "an error that passes releases the money: %s",
  async (name) => {
    const { books, ledger, error } = await run(name);
    expect([books.canceled, ledger.held, error]).toEqual([true, 0, undefined]);
  },
);

test("a customer with another phone number gets an account holder", async () => {
  const { error } = await run("accountHolderWithAnotherPhone");
  expect(error).toBeUndefined();
});

test("an account holder that is made anew can pay", async () => {
  const { error, ledger } = await run("accountHolderMadeAnew");
  expect([error, ledger.intents]).toEqual([undefined, 1]);
});

test("another currency at the same amount is told to Stripe", async () => {
  const { error, currencies } = await run("changeOfCurrency");
  expect([error, currencies]).toEqual([undefined, ["eur"]]);
});

test("without a currency in the data a refund is paid", async () => {
  const { error, ledger } = await run("refundWithoutACurrency");
  expect([error, ledger.refunded]).toEqual([undefined, 300]);
});

test("what was captured in the Dashboard does not count as everything", async () => {
  const { books, ledger, error } = await run("capturedInTheDashboard");
  expect([books.captured, ledger.captured]).toEqual([0, 500]);
  expect(error).toMatchObject({ type: "not_allowed", code: "partially_captured" });
});

test("a refund of what the Dashboard has refunded is refused", async () => {
  const { books, refunds, error } = await run("refundedInTheDashboard");
  expect([books.refunded, refunds]).toEqual([0, 1]);
  expect(error).toMatchObject({ type: "not_allowed" });
});

test("no order is placed for money that is back with the shopper", async () => {
  const { ordered, books } = await run("refundedBeforeTheOrder");
  expect([ordered, books.captured]).toEqual([false, 0]);
});

test("a thousandth of a dinar is refused", async () => {
  const { books, ledger, error } = await run("refundOfAThousandth");
  expect([books.refunded, ledger.refunded]).toEqual([0, 0]);
  expect(error).toMatchObject({ type: "invalid_data", code: "invalid_amount" });
});

test("a webhook gives Medusa back the session's own dinars", async () => {
  const { session, amount } = await run("webhookOfThreeDecimals");
  expect([session, amount]).toEqual([1.234, 1.234]);
});

test("shillings are charged in the hundredths that Stripe counts", async () => {
  const { session, charged } = await run("shillings");
  expect([session, charged]).toEqual([50_000, 50_000]);
});

test("an amount that is not a number does not reach Stripe", async () => {
  const { requests, error } = await run("refundOfNoNumber");
  expect(requests).toEqual([]);
  expect(error).toMatchObject({ type: "invalid_data" });
});

test("a completion that Medusa takes back leaves a cart that can be paid", async () => {
  const { initiated, deleted, ledger } = await run("rolledBack");
  expect([initiated, deleted]).toEqual([undefined, undefined]);
  expect([ledger.captured, ledger.refunded, ledger.payable]).toEqual([1000, 1000, 1]);
});

test("a card is saved for the shopper's own customer, whomever the storefront names", async () => {
  const { isOwn, error } = await run("cardForAnotherCustomer");
  expect(isOwn || error?.type === "invalid_data" || error?.type === "not_allowed").toBe(true);
});

test("money that is held for a session that is gone is released", async () => {
  const { action, ledger } = await run("webhookOfAForgottenSession");
  expect([action, ledger.held]).toEqual(["not_supported", 0]);
});

describe("a session whose server died before the start was recorded, with money held,", () => {
  const SENT = { confirm: true, payment_method: "pm_card_visa", return_url: "https://shop.example/thanks" };
  const HELD = "payment_intent.amount_capturable_updated";

  /** All that Medusa has is what the storefront has sent, which may name another payment. */
  async function shopWithLostStart() {
    const shop = openShop({ create, fake });
    await shop.initiate(1500, { data: SENT });
    shop.session.data = { ...SENT, id: "pi_of_somebody_else", amount: 1 };
    return shop;
  }

  test("is authorized once Stripe's event has told of its intent", async () => {
    const shop = await shopWithLostStart();
    expect(await shop.webhook(HELD)).toMatchObject({ value: { action: "authorized", data: { amount: 15 } } });
    expect(await shop.authorize()).toMatchObject({ value: { status: "authorized" } });
    expect(await shop.capture()).not.toHaveProperty("error");
    expect([shop.books().captured, shop.ledger().captured]).toEqual([1500, 1500]);
  });

  test("releases the money if it is given up after the event", async () => {
    const shop = await shopWithLostStart();
    await shop.webhook(HELD);
    await shop.deleteSession();
    expect(shop.ledger()).toMatchObject({ held: 0, payable: 0 });
  });

  test("is reported with the event's action if its intent cannot be read", async () => {
    const shop = await shopWithLostStart();
    fake.fault({ kind: "status", status: 503, path: "/v1/payment_intents/", times: 10 });
    expect(await shop.webhook(HELD)).toMatchObject({ value: { action: "authorized" } });
    expect(shop.log.filter(({ level }) => level === "error")).toEqual([
      expect.objectContaining({
        text: expect.stringMatching(/pi_\w+ is authorized for payses_1, which has no record of it/),
      }),
    ]);
  });
});

test("a session that has its payment is left alone by Stripe's event", async () => {
  const shop = openShop({ create, fake });
  await shop.initiate(1500);
  await fake.shopper.confirm(shop.session.data.id);
  const before = shop.session.data;
  fake.requests.clear();
  await shop.webhook("payment_intent.amount_capturable_updated");
  expect(shop.session.data).toBe(before);
  expect(fake.requests).toHaveLength(0);
});

describe("of a payment that is captured in several parts,", () => {
  async function shopWithFirstPart() {
    const shop = openShop({ create, fake }, { multicapture: true });
    await shop.initiate(1500);
    await fake.shopper.confirm(shop.session.data.id);
    await shop.authorize();
    await shop.capture(550);
    return shop;
  }

  test("what was captured is refunded while the rest is held, and then the rest is captured", async () => {
    const shop = await shopWithFirstPart();
    expect(await shop.refund(200)).not.toHaveProperty("error");
    expect(await shop.refund(200)).not.toHaveProperty("error");
    expect(shop.ledger()).toMatchObject({ captured: 550, refunded: 400, held: 950 });
    expect(await shop.capture(950)).not.toHaveProperty("error");
    expect(await shop.refund(1100)).not.toHaveProperty("error");
    expect([shop.books(), shop.ledger()]).toMatchObject(Array(2).fill({ captured: 1500, refunded: 1500 }));
  });

  test("more than what was captured is not refunded", async () => {
    const shop = await shopWithFirstPart();
    expect((await shop.refund(551)).error.message).toMatch(/is greater than/);
    expect(shop.ledger()).toMatchObject({ captured: 550, refunded: 0, held: 950 });
  });

  test("a refund whose replies are lost while the rest is held is paid once", async () => {
    const shop = await shopWithFirstPart();
    const isByCharge = ({ path, params }) => path === "/v1/refunds" && params.charge !== undefined;
    fake.fault({ kind: "reset", when: "after", method: "POST", where: isByCharge, times: 10 });
    await shop.refund(200);
    await fake.clearFaults();
    if (shop.books().refunded === 0) expect(await shop.refund(200)).not.toHaveProperty("error");
    expect([shop.books().refunded, shop.ledger().refunded]).toEqual([200, 200]);
  });
});
