// An open session: who pays, what happens to it at Stripe while the cart changes, and how it goes on.

const { context, failure, openStripeStore } = require("./support/stripe-store");

let store;
let stripe;
let service;
beforeAll(async () => {
  store = await openStripeStore();
  ({ stripe } = store);
  service = store.open();
});
beforeEach(() => {
  stripe.requests.clear();
  store.logger.lines.length = 0;
});
afterEach(() => stripe.clearFaults());
afterAll(() => store.close());

const truth = ({ id }) => stripe.ledger.payment(id);
const update = (data, changes) => service.updatePayment(context({ paymentSessionData: data, ...changes }));
const sessionAfter = async (data, changes) => (await update(data, changes)).session_data;
const payable = () => stripe.ledger.payable();

const ADDRESS = {
  first_name: "Ada",
  last_name: "Lovelace",
  address_1: "1 Mall Road",
  address_2: null,
  city: "Pune",
  country_code: "in",
  province: "MH",
  postal_code: "411001",
  phone: "+91 20 1234",
};
const AT_STRIPE = {
  city: "Pune",
  country: "in",
  line1: "1 Mall Road",
  line2: null,
  postal_code: "411001",
  state: "MH",
};

describe("a new customer at Stripe", () => {
  const made = async (changes) => {
    const { customer } = await store.start(service, { resource_id: `cart_${Math.random()}`, ...changes });
    return stripe.ledger.customers().find(({ id }) => id === customer);
  };

  test("has the name, the phone number and the billing address that Medusa hands over", async () => {
    const customer = { id: "cus_m1", first_name: "Grace", last_name: "Hopper", phone: "+1 555", has_account: true };
    expect(await made({ customer, billing_address: ADDRESS })).toMatchObject({
      email: "buyer@example.com",
      name: "Grace Hopper",
      phone: "+1 555",
      address: AT_STRIPE,
    });
  });

  test("who is a guest is named by the billing address", async () => {
    const guest = { id: "cus_m2", first_name: null, last_name: null, phone: null, has_account: false };
    for (const customer of [guest, undefined]) {
      expect(await made({ customer, billing_address: ADDRESS })).toMatchObject({
        name: "Ada Lovelace",
        phone: "+91 20 1234",
        address: AT_STRIPE,
      });
    }
  });

  test("of whom only the e-mail address is known has that", async () => {
    expect(await made({})).toMatchObject({ email: "buyer@example.com", name: null, phone: null, address: null });
  });

  test("stays the same one if more is known at the cart's next start", async () => {
    const cart = { resource_id: "cart_known_later" };
    const first = await store.start(service, cart);
    const second = await store.start(service, { ...cart, billing_address: ADDRESS });
    expect(second.customer).toBe(first.customer);
    expect(stripe.ledger.customers().find(({ id }) => id === first.customer)).toMatchObject({ name: "Ada Lovelace" });
    expect(payable()).not.toContain(first.id);
  });

  test("pays although Stripe does not take the rest", async () => {
    stripe.fault({ kind: "status", status: 400, path: /^\/v1\/customers\/cus_/, times: Infinity });
    const data = await store.start(service, { resource_id: "cart_refused", billing_address: ADDRESS });
    expect(payable()).toContain(data.id);
    expect(store.logger.lines.map(([, line]) => line)).toContainEqual(
      expect.stringContaining(`Stripe was not told the name and the address of ${data.customer}`),
    );
  });
});

describe("where the cart is sent to", () => {
  const withCart = (retrieve, options) => store.open(options, { container: { cartService: { retrieve } } });
  const found = (shipping_address) => withCart(async (id) => ({ id, shipping_address }));

  test("is told with the intent", async () => {
    const asked = [];
    const one = withCart(async (...query) => {
      asked.push(query);
      return { id: "cart_1", shipping_address: ADDRESS };
    });
    const data = await store.start(one, { email: "" });
    expect(data.shipping).toMatchObject({ name: "Ada Lovelace", phone: "+91 20 1234", address: AT_STRIPE });
    const relations = ["billing_address", "shipping_address"];
    expect(asked).toStrictEqual([["cart_1", { select: ["id"], relations }]]);
  });

  test("is looked up with the billing address, if Medusa does not hand that over", async () => {
    const one = withCart(async (id) => ({ id, billing_address: ADDRESS, shipping_address: null }));
    const start = async (changes) => {
      const { customer } = await store.start(one, { resource_id: `cart_${Math.random()}`, ...changes });
      return stripe.ledger.customers().find(({ id }) => id === customer);
    };
    expect(await start({ billing_address: undefined })).toMatchObject({ name: "Ada Lovelace", address: AT_STRIPE });
    const billing_address = { ...ADDRESS, first_name: "Grace" };
    expect(await start({ billing_address })).toMatchObject({ name: "Grace Lovelace" });
  });

  test("stays told if another intent takes its place", async () => {
    const data = await store.start(found(ADDRESS), { email: "" });
    const after = await sessionAfter(data, { email: "", currency_code: "usd" });
    expect(after.id).not.toBe(data.id);
    expect(after.shipping).toStrictEqual(data.shipping);
  });

  test.each([
    ["is not known", null],
    ["has no name", { ...ADDRESS, first_name: null, last_name: "" }],
    ["has no street", { ...ADDRESS, address_1: null }],
  ])("and %s is not told", async (_, address) => {
    expect((await store.start(found(address), { email: "" })).shipping).toBeNull();
  });

  test("and cannot be looked up is not told, and the log says so", async () => {
    const one = withCart(async () => {
      throw new Error("the pool is empty");
    });
    expect((await store.start(one, { email: "" })).shipping).toBeNull();
    expect(store.logger.lines).toContainEqual([
      "warn",
      expect.stringContaining("addresses of cart_1: the pool is empty"),
    ]);
  });

  test("is not waited for", async () => {
    const one = withCart(() => new Promise(() => {}));
    expect((await store.start(one, { email: "" })).shipping).toBeNull();
  });

  test("is not looked up for a payment collection", async () => {
    const retrieve = jest.fn();
    await store.start(withCart(retrieve), { email: "", resource_id: "paycol_1" });
    expect(retrieve).not.toHaveBeenCalled();
  });
});

describe("a session whose intent was canceled at Stripe", () => {
  const canceled = async (options) => {
    const data = await store.start(service, options);
    await stripe.dashboard.cancel(data.id, { reason: "abandoned" });
    stripe.requests.clear();
    return data;
  };

  test.each([
    ["nothing", {}],
    ["the amount", { amount: 1200 }],
    ["the currency", { currency_code: "usd" }],
  ])("is paid with another one once an update changes %s", async (_, changes) => {
    const data = await canceled();
    const after = await sessionAfter(data, changes);
    expect(after.id).not.toBe(data.id);
    expect(after).toMatchObject({ amount: changes.amount ?? 1000, currency: changes.currency_code ?? "eur" });
    await stripe.shopper.confirm(after.client_secret, { card: "ok" });
    expect((await service.authorizePayment(after, {})).status).toBe("authorized");
    expect(await update(after, { ...changes })).toBeUndefined();
  });

  test("is left alone if its cart has become an order meanwhile", async () => {
    const data = await canceled();
    const cartService = { retrieve: async (id) => ({ id, completed_at: new Date() }) };
    const ofAnOrder = store.open(undefined, { container: { cartService } });
    const before = payable();
    for (const changes of [{}, { amount: 1200 }, { currency_code: "usd" }]) {
      expect(await ofAnOrder.updatePayment(context({ paymentSessionData: data, ...changes }))).toBeUndefined();
    }
    expect(payable()).toStrictEqual(before);
  });

  test("stays as it is while Stripe does not tell", async () => {
    const data = await canceled();
    const one = store.open({ timeout_ms: 400, deadline_ms: 1_000, max_retries: 0 });
    const unchanged = () => one.updatePayment(context({ paymentSessionData: data }));
    for (const kind of ["reset", "hang", "html"]) {
      const fault = stripe.fault({ kind, path: `/v1/payment_intents/${data.id}` });
      expect(await unchanged()).toBeUndefined();
      await fault.remove();
    }
    expect((await unchanged()).session_data.id).not.toBe(data.id);
  });

  test("is told as canceled", async () => {
    const data = await canceled();
    expect(await service.authorizePayment(data, {})).toStrictEqual({ status: "canceled", data });
  });
});

describe("a method that cannot be kept for later payments", () => {
  const usage = { setup_future_usage: "off_session" };

  test.each([
    ["stripe-blik", "pln"],
    ["stripe-giropay", "eur"],
    ["stripe-przelewy24", "pln"],
  ])("is paid with all the same: %s", async (identifier, currency_code) => {
    const one = store.open({}, { identifier });
    const data = await store.start(one, { currency_code, context: usage, email: "" });
    expect(data.setup_future_usage).toBeNull();
    const after = await one.updatePaymentData(data.id, { ...usage, description: "a gift" });
    expect(after).toMatchObject({ setup_future_usage: null, description: "a gift" });
    await stripe.shopper.confirm(data.client_secret);
    expect((await one.authorizePayment(data, {})).status).toBe("authorized");
  });

  test.each(["stripe-ideal", "stripe-bancontact"])("without the shopper is kept for that: %s", async (identifier) => {
    const one = store.open({}, { identifier });
    const start = (setup_future_usage) => store.start(one, { email: "", context: { setup_future_usage } });
    expect((await start("off_session")).setup_future_usage).toBe("off_session");
    expect((await start("on_session")).setup_future_usage).toBeNull();
  });

  test("is not offered where Stripe chooses", async () => {
    const one = store.open({ automatic_payment_methods: true, capture: true });
    const { payment_method_types: types } = await store.start(one, { email: "", context: usage, currency_code: "eur" });
    expect(types).toContain("card");
    expect(types).not.toContain("giropay");
  });
});

describe("while the bank looks at a payment", () => {
  const processing = async () => {
    const data = await store.start(service);
    await stripe.shopper.confirm(data.client_secret, { card: "processing" });
    return data;
  };

  test("a cart that changes is not completed, and the answer says to wait", async () => {
    const data = await processing();
    const changed = await sessionAfter(data, { amount: 1200 });
    expect(changed).toMatchObject({ id: data.id, amount: 1200, status: "processing" });
    const mismatch = await service.authorizePayment(changed, {});
    expect(mismatch).toStrictEqual(failure("amount_mismatch"));
    expect(mismatch.detail).toMatch(/Put the cart back to what was paid, or wait for its answer/);
    const currency = await update(data, { currency_code: "usd" });
    expect(currency).toStrictEqual(failure("payment_intent_unexpected_state"));
    expect(currency.detail).toMatch(/processing.*Wait for its answer/);
    const deleted = await service.deletePayment(data);
    expect(deleted).toStrictEqual(failure("payment_intent_unexpected_state"));
    expect(deleted.detail).toMatch(/processing.*Wait for the bank's answer/);
    expect(await service.authorizePayment(data, {})).toStrictEqual({ status: "pending", data });
    expect(truth(data)).toMatchObject({ amount: 1000, status: "processing" });
  });

  test("which then pays, the cart is completed once it is as it was", async () => {
    const data = await processing();
    const changed = await sessionAfter(data, { amount: 1200 });
    await stripe.shopper.settle(data.client_secret, { ok: true });
    expect(await service.authorizePayment(changed, {})).toStrictEqual(failure("amount_mismatch"));
    const back = await sessionAfter(changed, { amount: 1000 });
    expect((await service.authorizePayment(back, {})).status).toBe("authorized");
    expect(truth(data).held).toBe(1000);
  });

  test("or has held, no other way than paying makes an order of a cart that costs more", async () => {
    const data = await store.start(service, { email: "guest@example.com" });
    await stripe.shopper.confirm(data.client_secret, { card: "ok" });
    const changed = await sessionAfter(data, { amount: 100_000 });
    // As Medusa stores what a storefront sends (`updatePaymentSession`, dist/services/cart.js).
    const posted = { ...changed, ...(await service.updatePaymentData(data.id, { description: "x" })) };
    expect(await service.authorizePayment(posted, {})).toStrictEqual(failure("amount_mismatch"));
    // The shopper logs in, and the cart changes then.
    const customer = { id: "cus_later", email: "later@example.com", has_account: true, metadata: {} };
    const after = await sessionAfter(data, { amount: 100_000, customer });
    expect(after).toMatchObject({ id: data.id, amount: 100_000 });
    expect(await service.authorizePayment(after, {})).toStrictEqual(failure("amount_mismatch"));
    expect(truth(data).held).toBe(1000);
  });

  test("which then does not pay, the changed cart is paid anew", async () => {
    const data = await processing();
    const changed = await sessionAfter(data, { amount: 1200 });
    await stripe.shopper.settle(data.client_secret, { ok: false });
    expect((await service.authorizePayment(changed, {})).status).toBe("pending");
    await stripe.shopper.confirm(data.client_secret, { card: "ok" });
    expect((await service.authorizePayment(changed, {})).status).toBe("authorized");
    expect(truth(data).held).toBe(1200);
  });

  test("over an amount that an update has set whose reply was lost, the cart goes on with it", async () => {
    const data = await store.start(service);
    const one = store.open({ timeout_ms: 400, deadline_ms: 1_000, max_retries: 0 });
    const path = `/v1/payment_intents/${data.id}`;
    const fault = stripe.fault({ kind: "reset", method: "POST", path, when: "after" });
    const changed = () => one.updatePayment(context({ paymentSessionData: data, amount: 1200 }));
    expect(await changed()).toStrictEqual(failure());
    await fault.remove();
    await stripe.shopper.confirm(data.client_secret, { card: "processing" });
    const answer = await service.authorizePayment(data, {});
    expect(answer).toStrictEqual(failure("amount_mismatch"));
    expect(answer.detail).toMatch(/wait for its answer/);
    const { session_data: after } = await changed();
    expect(after).toMatchObject({ id: data.id, amount: 1200 });
    await stripe.shopper.settle(data.client_secret, { ok: true });
    expect((await service.authorizePayment(after, {})).status).toBe("authorized");
  });
});

describe("a cart that costs less than Stripe takes", () => {
  test.each([
    ["eur", 49, 50],
    ["usd", 49, 50],
    ["gbp", 29, 30],
    ["jpy", 49, 50],
    ["huf", 17_400, 17_500],
  ])("goes on in %s, and is paid once it costs more", async (currency_code, less, enough) => {
    const data = await store.start(service, { currency_code, amount: 20_000, email: "" });
    const change = (from, amount) => update(from, { currency_code, amount, email: "" });
    const { session_data: waiting } = await change(data, less);
    expect(waiting).toMatchObject({ amount: less, status: "canceled" });
    expect(payable()).not.toContain(data.id);
    expect(await change(waiting, less)).toBeUndefined();

    const answer = await service.authorizePayment(waiting, {});
    expect(answer).toStrictEqual(failure("amount_too_small"));
    expect(answer.detail).toContain(String(less));

    const { session_data: after } = await change(waiting, enough);
    await stripe.shopper.confirm(after.client_secret, { card: "ok" });
    expect((await service.authorizePayment(after, {})).status).toBe("authorized");
    expect(truth(after).held).toBe(enough);
  });

  test("cannot be paid over what it cost before", async () => {
    const data = await store.start(service);
    await update(data, { amount: 30 });
    await expect(stripe.shopper.confirm(data.client_secret, { card: "ok" })).rejects.toThrow(/canceled/);
  });

  test("keeps what the shopper has paid before, and makes no order of it", async () => {
    const data = await store.pay(service);
    const changed = await sessionAfter(data, { amount: 30 });
    expect(await service.authorizePayment(changed, {})).toStrictEqual(failure("amount_mismatch"));
    expect(truth(data).held).toBe(1000);
  });

  test("is not started", async () => {
    const answer = await service.initiatePayment(context({ amount: 30, email: "" }));
    expect(answer).toStrictEqual(failure("amount_too_small"));
    expect(answer.detail).toContain("Amount must be at least €0.50 eur");
  });

  test("goes on in another currency and for another customer, too", async () => {
    const data = await store.start(service, { email: "" });
    const account = { id: "cus_m5", has_account: true, metadata: {} };
    for (const changes of [{ currency_code: "usd" }, { customer: account }]) {
      const after = await sessionAfter(data, { ...changes, amount: 30, email: "" });
      expect(after).toMatchObject({ amount: 30, status: "canceled" });
    }
    expect(payable()).not.toContain(data.id);
  });
});
