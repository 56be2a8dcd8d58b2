// An open session in Medusa 2: what happens to it at Stripe meanwhile, and how the cart goes on.

const { services: OURS } = require("medusa-payment-rs/v2/stripe");
const { openShop } = require("./support/stripe2/shop");
const { startFakeStripe } = require("../support/stripe");

const API_KEY = "sk_test_of_the_open_sessions";
const [StripeProviderService] = OURS.filter(({ identifier }) => identifier === "stripe");
const serviceOf = (wanted) => OURS.find(({ identifier }) => identifier === wanted);

let fake;
beforeEach(async () => {
  fake = await startFakeStripe({ apiKey: API_KEY });
});
afterEach(() => fake.close());

function open(options, Service = StripeProviderService) {
  const create = (cradle, more) =>
    new Service(cradle, { apiKey: API_KEY, api_base: fake.url, webhookSecret: fake.webhookSecret, ...more });
  return openShop({ create, fake }, options);
}

const secretOf = (shop) => shop.session.data.client_secret;
const intentOf = (shop) => shop.session.data.id;

async function started(data, options, Service) {
  const shop = open(options, Service);
  const answer = await shop.initiate(1200, { data });
  if (answer.error) throw answer.error;
  return shop;
}

const update = (shop, amount) =>
  shop.ask("updatePayment", { data: shop.session.data, amount, currency_code: "usd", context: {} });

describe("a session whose intent was canceled at Stripe", () => {
  const canceled = async () => {
    const shop = await started();
    await fake.dashboard.cancel(intentOf(shop));
    return { shop, before: intentOf(shop) };
  };

  test.each([12, 13])("is paid with another one once a store's own code updates it to %d", async (amount) => {
    const { shop, before } = await canceled();
    const { value } = await update(shop, amount);
    expect(value.data).toMatchObject({ amount: amount * 100, status: "requires_payment_method" });
    expect(value.data.id).not.toBe(before);
    expect(fake.ledger.payable()).toStrictEqual([value.data.id]);
  });

  test("says so once the cart is completed, and stays one that can be replaced", async () => {
    const { shop, before } = await canceled();
    const { error } = await shop.authorize();
    expect(error).toMatchObject({ type: "payment_authorization_error", code: "payment_canceled" });
    expect(error.message).toContain(`${before} was canceled at Stripe`);
    expect(shop.books().status).toBe("pending");
  });

  test("is replaced by a new session", async () => {
    const { shop, before } = await canceled();
    const old = shop.session;
    expect((await shop.deleteSession(old)).error).toBeUndefined();
    await shop.initiate(1200);
    expect(intentOf(shop)).not.toBe(before);
    expect(fake.ledger.payable()).toStrictEqual([intentOf(shop)]);
  });
});

describe("while the bank looks at a payment", () => {
  const processing = async () => {
    const shop = await started();
    await fake.shopper.confirm(secretOf(shop), { card: "processing" });
    return shop;
  };

  test("an update is refused and says to wait", async () => {
    const shop = await processing();
    const { error } = await update(shop, 13);
    expect(error.message).toMatch(/processing.*Wait for its answer/);
    expect(fake.ledger.payment(intentOf(shop)).amount).toBe(1200);
  });

  test("the cart goes on with a new session, and the log names the payment that may still come", async () => {
    const shop = await processing();
    const before = intentOf(shop);
    expect((await shop.deleteSession()).error).toBeUndefined();
    await shop.initiate(3500);
    await fake.shopper.settle(before, { ok: true });
    expect(await shop.authorize()).toMatchObject({ value: { status: "pending" } });
    await fake.shopper.confirm(secretOf(shop), { card: "ok" });
    expect(await shop.authorize()).toMatchObject({ value: { status: "authorized" } });
    // The session is gone: the money that was held for it is released.
    await shop.webhook("payment_intent.amount_capturable_updated");
    expect(fake.ledger.payment(intentOf(shop)).held).toBe(3500);
  });

  test.each([true, false])("waiting for it leads on: paid is %s", async (ok) => {
    const shop = await processing();
    expect(await shop.authorize()).toMatchObject({ value: { status: "pending" } });
    await fake.shopper.settle(secretOf(shop), { ok });
    if (!ok) await fake.shopper.confirm(secretOf(shop), { card: "ok" });
    expect(await shop.authorize()).toMatchObject({ value: { status: "authorized" } });
    expect(shop.ledger()).toMatchObject({ held: 1200, intents: 1 });
  });
});

describe("a method that cannot be kept for later payments", () => {
  const usage = { setup_future_usage: "off_session" };

  test.each([
    ["stripe-blik", "pln"],
    ["stripe-giropay", "eur"],
    ["stripe-przelewy24", "pln"],
    ["stripe-promptpay", "thb"],
    ["stripe-oxxo", "mxn"],
  ])("is paid with all the same: %s", async (identifier, currency) => {
    const shop = open({}, serviceOf(identifier));
    const { error } = await shop.initiate(120_000, { currency, data: usage });
    expect(error).toBeUndefined();
    expect(fake.ledger.intents()[0].setup_future_usage).toBeNull();
  });

  test("does not keep the card beside it from being kept", async () => {
    const shop = open({ capture: true });
    const data = { ...usage, payment_method_types: ["card", "p24"] };
    const { error } = await shop.initiate(1200, { currency: "pln", data });
    expect(error).toBeUndefined();
    const [intent] = fake.ledger.intents();
    expect(intent).toMatchObject({ setup_future_usage: null, payment_method_types: ["card", "p24"] });
    expect(intent.payment_method_options.card).toMatchObject(usage);
    expect(intent.payment_method_options.p24).not.toHaveProperty("setup_future_usage");
  });

  test("is not offered where Stripe chooses", async () => {
    const shop = await started(usage, { automaticPaymentMethods: true });
    expect(shop.session.data).toMatchObject({ ...usage, payment_method_types: ["card"] });
  });
});

describe("where the goods are sent to", () => {
  const shipping = { name: "Ada Lovelace", address: { line1: "1 Mall Road", city: "Pune", country: "in" } };

  test("is told as the storefront says it", async () => {
    const shop = await started({ shipping });
    expect(shop.session.data.shipping).toMatchObject(shipping);
  });

  test("is told as a store's own class says it", async () => {
    class Own extends StripeProviderService {
      initiatePayment(input) {
        const shipping_address = { first_name: "Ada", last_name: "Lovelace", address_1: "1 Mall Road" };
        return super.initiatePayment({ ...input, context: { ...input.context, shipping_address } });
      }
    }
    const shop = await started({}, {}, Own);
    expect(shop.session.data.shipping).toMatchObject({ name: "Ada Lovelace", address: { line1: "1 Mall Road" } });
  });

  test.each(["express", { option: "so_1" }, { name: "Ada" }, null])("is not %j", async (shipping) => {
    const shop = await started({ shipping });
    expect(fake.ledger.payment(intentOf(shop)).amount).toBe(1200);
    expect(fake.ledger.intents()[0].shipping).toBeNull();
  });
});

test("what costs less than Stripe takes is not started, with the reason, and the cart goes on", async () => {
  const shop = await started();
  await shop.deleteSession();
  const { error } = await shop.initiate(30);
  expect(error).toMatchObject({ type: "not_allowed" });
  expect(error.message).toContain("Amount must be at least $0.50 usd");
  await shop.initiate(1200);
  await fake.shopper.confirm(secretOf(shop), { card: "ok" });
  expect(await shop.authorize()).toMatchObject({ value: { status: "authorized" } });
});
