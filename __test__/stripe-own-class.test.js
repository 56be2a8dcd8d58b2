// Classes of a store's own on top of Stripe's, in both hosts: ways to pay of their own, and accounts of their own.

const { StripeBase } = require("medusa-payment-rs/stripe/base");
const { StripeBase: StripeBase2 } = require("medusa-payment-rs/v2/stripe/base");
const { services } = require("medusa-payment-rs/v2/stripe");
const { startFakeStripe } = require("../support/stripe");
const { API_KEY, context, failure, openStripeStore, serviceOf } = require("./support/stripe-store");

const KLARNA = { payment_method_types: ["klarna"], capture_method: "automatic" };

let store;
let stripe;
beforeEach(async () => {
  store = await openStripeStore();
  ({ stripe } = store);
});
afterEach(() => store.close());

const options = (more) => ({ api_key: API_KEY, api_base: stripe.url, ...more });

/** A class as stores have it, with what it says of its intents. */
const classOf = (Base, identifier, intentOptions) =>
  class extends Base {
    static identifier = identifier;
    get paymentIntentOptions() {
      return typeof intentOptions === "function" ? intentOptions.call(this) : intentOptions;
    }
  };

const created = () => stripe.requests.findLast(({ method, path }) => method === "POST" && path.endsWith("_intents"));

test.each([
  ["medusa-payment-rs/stripe/base", StripeBase],
  ["medusa-payment-rs/v2/stripe/base", StripeBase2],
])("%s is found by each spelling of an import", async (path, Base) => {
  const module = require(path);
  expect([module.default, module.StripeBase, module.__esModule]).toStrictEqual([Base, Base, true]);
});

describe("in Medusa 1", () => {
  test.each([
    ["the base class", () => StripeBase],
    ["the service of `stripe`", () => serviceOf("stripe")],
  ])("a class on top of %s has the intents that it says", async (_, base) => {
    const Klarna = classOf(base(), "stripe-klarna", KLARNA);
    const service = new Klarna({}, options({ automatic_payment_methods: true }));
    const { session_data: data } = await service.initiatePayment(context());
    expect(service.getIdentifier()).toBe("stripe-klarna");
    expect(data).toMatchObject({ payment_method_types: ["klarna"], capture_method: "automatic" });
    expect(data.automatic_payment_methods).toBeNull();
    await stripe.shopper.confirm(data.client_secret);
    expect(await service.authorizePayment(data, {})).toMatchObject({ status: "authorized" });
    expect(await service.refundPayment(data, 300)).toMatchObject({ id: data.id });
    expect(stripe.ledger.payment(data.id)).toMatchObject({ captured: 1000, refunded: 300 });
  });

  test("it is asked each time, and may say what follows from its options and its container", async () => {
    const Own = classOf(StripeBase, "stripe-own", function () {
      this.container.asked.push(this.options.capture);
      return { payment_method_types: this.options_.capture ? ["klarna"] : ["card"] };
    });
    const asked = [];
    await new Own({ asked }, options({ capture: true })).initiatePayment(context());
    expect(created().params).toMatchObject({ payment_method_types: ["klarna"], capture_method: "automatic" });
    const service = new Own({ asked }, options({ capture: false }));
    const { session_data: data } = await service.initiatePayment(context({ resource_id: "cart_2" }));
    expect(created().params).toMatchObject({ payment_method_types: ["card"], capture_method: "manual" });
    const login = { id: "cus_01ADA", email: "ada@example.com", has_account: true };
    await service.updatePayment(context({ resource_id: "cart_2", customer: login, paymentSessionData: data }));
    expect(created().params).toMatchObject({ payment_method_types: ["card"], capture_method: "manual" });
    expect(asked).toStrictEqual([true, false, false]);
  });

  test("a local method's class can be built upon, and stays the local method", async () => {
    const Ideal = classOf(serviceOf("stripe-ideal"), "ideal-nl", { setup_future_usage: "off_session" });
    const { session_data: data } = await new Ideal({}, options()).initiatePayment(context());
    expect(data).toMatchObject({ payment_method_types: ["ideal"], setup_future_usage: "off_session" });
  });

  test.each([
    ["amount", 1],
    ["customer", "cus_1"],
    ["payment_method_options", { card: {} }],
  ])("what a class cannot say (%s) is a clear error, and Stripe is not asked", async (name, value) => {
    const Own = classOf(StripeBase, "stripe-own", { ...KLARNA, [name]: value });
    const answer = await new Own({}, options()).initiatePayment(context());
    expect(answer).toStrictEqual(failure("invalid_intent_options"));
    expect(answer.detail).toContain(`unknown option \`${name}\``);
    expect(stripe.requests).toHaveLength(0);
  });

  test("no shopper says it: the cart's context is not looked at for it", async () => {
    const Klarna = classOf(StripeBase, "stripe-klarna", KLARNA);
    const said = { payment_method_types: ["card"], capture_method: "manual", setup_future_usage: "off_session" };
    const hostile = { ...said, paymentIntentOptions: said, intent_options: said };
    const posted = { ...context({ context: hostile }), paymentIntentOptions: said, intent_options: said };
    await new Klarna({}, options()).initiatePayment(posted, said);
    expect(created().params).toMatchObject({ payment_method_types: ["klarna"], capture_method: "automatic" });
  });

  test("two ways to pay for one cart leave each other's intents alone, and give up their own", async () => {
    const Klarna = classOf(StripeBase, "stripe-klarna", KLARNA);
    const Card = classOf(StripeBase, "stripe-card", { payment_method_types: ["card"] });
    const email = "ada@example.com";
    await store.start(store.open(), { resource_id: "cart_0", email });
    const [{ id: customer }] = stripe.ledger.customers();
    const shopper = { id: "cus_01ADA", email, has_account: true, metadata: { stripe_id: customer } };
    const open = async (service) =>
      (await service.initiatePayment(context({ customer: shopper, email: shopper.email }))).session_data.id;
    const all = [
      store.open(),
      new Klarna({}, options()),
      new Card({}, options()),
      store.open({}, { identifier: "stripe-ideal" }),
    ];
    const first = [];
    for (const service of all) first.push(await open(service));
    for (const id of first) expect(stripe.ledger.payment(id).canceled).toBe(false);
    // Medusa has dropped the sessions without a word.
    for (const [at, service] of all.entries()) {
      await open(service);
      expect(first.map((id) => stripe.ledger.payment(id).canceled)).toStrictEqual(first.map((_, one) => one <= at));
    }
  });

  test("two accounts in one store keep a customer each, and never ask for the other's", async () => {
    const other = await startFakeStripe({ apiKey: "sk_test_Other" });
    try {
      const Us = classOf(StripeBase, "stripe-us", {});
      const us = new Us({}, { api_key: "sk_test_Other", api_base: other.url });
      const eu = store.open();
      const shopper = { id: "cus_01ADA", email: "ada@example.com", has_account: true, metadata: {} };
      const start = async (service) => {
        const answer = await service.initiatePayment(context({ customer: shopper, email: shopper.email }));
        Object.assign(shopper.metadata, answer.update_requests?.customer_metadata);
        return answer.session_data;
      };
      const begun = [await start(us), await start(eu), await start(us), await start(eu)];
      expect(begun[2].customer).toBe(begun[0].customer);
      expect(begun[3].customer).toBe(begun[1].customer);
      expect([stripe.ledger.customers(), other.ledger.customers()].map((customers) => customers.length)).toStrictEqual([
        1, 1,
      ]);
      const unchanged = context({ customer: shopper, email: shopper.email, paymentSessionData: begun[2] });
      expect(await us.updatePayment(unchanged)).toBeUndefined();
      expect(await us.refundPayment(begun[3], 100)).toStrictEqual(failure("resource_missing"));
    } finally {
      await other.close();
    }
  });
});

describe("in Medusa 2", () => {
  const initiate = (provider, data = {}, more = {}) =>
    provider.initiatePayment({
      amount: 10,
      currency_code: "eur",
      data,
      context: { idempotency_key: "payses_1", ...more },
    });
  const options2 = (more) => ({ apiKey: API_KEY, webhookSecret: "whsec_1", api_base: stripe.url, ...more });
  const Stripe = services.find(({ identifier }) => identifier === "stripe");

  test.each([
    ["the base class", StripeBase2],
    ["the service of `stripe`", Stripe],
  ])("a class on top of %s has the intents that it says", async (_, Base) => {
    const Klarna = classOf(Base, "stripe-klarna", KLARNA);
    Klarna.validateOptions(options2());
    const provider = new Klarna({}, options2({ automaticPaymentMethods: true }));
    const { data } = await initiate(provider);
    expect(provider.getIdentifier()).toBe("stripe-klarna");
    expect(data).toMatchObject({ payment_method_types: ["klarna"], capture_method: "automatic" });
    await stripe.shopper.confirm(data.client_secret);
    const done = await provider.authorizePayment({ data, context: { idempotency_key: "payses_1" } });
    expect(done.status).toBe("captured");
    await provider.refundPayment({ amount: 3, data: done.data, context: { idempotency_key: "ref_1" } });
    expect(stripe.ledger.payment(data.id)).toMatchObject({ captured: 1000, refunded: 300 });
  });

  test("the storefront may say otherwise, as with the JavaScript plugin", async () => {
    const Klarna = classOf(StripeBase2, "stripe-klarna", KLARNA);
    const { data } = await initiate(new Klarna({}, options2()), { payment_method_types: ["card"] });
    expect(data).toMatchObject({ payment_method_types: ["card"], capture_method: "automatic" });
  });

  test("what a class cannot say is a clear error, and Stripe is not asked", async () => {
    const Own = classOf(StripeBase2, "stripe-own", { ...KLARNA, customer: "cus_1" });
    await expect(initiate(new Own({}, options2()))).rejects.toMatchObject({
      type: "invalid_data",
      code: "invalid_intent_options",
      message: expect.stringContaining("unknown option `customer`"),
    });
    expect(stripe.requests).toHaveLength(0);
  });

  test("a start that was not confirmed is remembered with what the class says", async () => {
    const Own = classOf(StripeBase2, "stripe-own", function () {
      return {
        payment_method_types: ["card"],
        setup_future_usage: this.options.capture ? "off_session" : "on_session",
      };
    });
    const provider = new Own({}, options2({ capture: true, max_retries: 0, timeout_ms: 300, deadline_ms: 1_000 }));
    const lost = stripe.fault({ kind: "reset", when: "after", method: "POST", times: Number.POSITIVE_INFINITY });
    const { data } = await initiate(provider, { confirm: true, payment_method: "pm_card_visa" });
    await lost.remove();
    const { status } = await provider.authorizePayment({ data, context: { idempotency_key: "payses_1" } });
    expect(status).toBe("captured");
    expect(stripe.ledger.intents()).toHaveLength(1);
  });

  test("a customer or a guest cannot pay with a method that is saved for another customer", async () => {
    const provider = new Stripe({}, options2());
    const hold = async (email) => {
      const customer = { id: `cus_${email}`, email };
      const account_holder = await provider.createAccountHolder({
        context: { customer, idempotency_key: customer.id },
      });
      const { data } = await provider.savePaymentMethod({ context: { account_holder } });
      return { account_holder, card: (await stripe.shopper.setup(data.client_secret)).payment_method };
    };
    const [ada, eve] = [await hold("ada@example.com"), await hold("eve@example.com")];
    const tries = [
      { account_holder: eve.account_holder, idempotency_key: "payses_2" },
      { idempotency_key: "payses_3" },
    ];
    for (const who of tries) {
      for (const confirm of [true, false]) {
        const key = `${who.idempotency_key}_${confirm}`;
        const started = initiate(provider, { payment_method: ada.card, confirm }, { ...who, idempotency_key: key });
        await expect(started).rejects.toMatchObject({ message: expect.stringMatching(/Customer/) });
      }
    }
    expect(stripe.ledger.intents()).toHaveLength(0);
    expect(stripe.ledger.moved()).toHaveLength(0);
    const own = { account_holder: ada.account_holder, idempotency_key: "payses_4" };
    const paid = { payment_method: ada.card, confirm: true, return_url: "https://shop.example.com/paid" };
    expect((await initiate(provider, paid, own)).status).toBe("authorized");
  });
});
