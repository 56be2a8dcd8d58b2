// What a customer has saved, in Medusa 1: `GET /store/customers/me/payment-methods` asks each provider of a store.

const paypal = require("medusa-payment-rs-paypal");
const { Manual, Scripted } = require("./support/payments");
const { API_KEY, SERVICES, failure, openStripeStore, serviceOf } = require("./support/stripe-store");

/** A customer as Medusa hands it over. */
const customer = (metadata) => ({
  id: "cus_01ADA",
  email: "ada@example.com",
  has_account: true,
  first_name: "Ada",
  last_name: null,
  phone: null,
  metadata,
  created_at: new Date(),
});

let store;
let stripe;
beforeEach(async () => {
  store = await openStripeStore();
  ({ stripe } = store);
});
afterEach(() => store.close());

/** A client of Stripe's own API, for what a storefront and other parts of a store do there. */
async function post(path, params) {
  const response = await fetch(stripe.url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${API_KEY}`, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(params),
  });
  return response.json();
}

/** A customer of Stripe with a card: `{ id, card }`. */
async function shopper(email = "ada@example.com") {
  const { id } = await post("/v1/customers", { email });
  const { client_secret: secret } = await post("/v1/setup_intents", { customer: id });
  return { id, card: (await stripe.shopper.setup(secret)).payment_method };
}

test("a processor that keeps nothing has an empty list", async () => {
  class PayPal extends paypal.AbstractPaymentProcessor {
    static identifier = "paypal";
  }
  const options = { client_id: "id", client_secret: "secret", api_base: "http://127.0.0.1:1", sandbox: true };
  for (const processor of [new Manual({}, {}), new Scripted({}, {}), new PayPal({}, options)]) {
    const saved = processor.retrieveSavedMethods(customer({ stripe_id: "cus_1" }));
    expect(saved).toBeInstanceOf(Promise);
    expect(await saved).toStrictEqual([]);
  }
});

test("Stripe lists the customer's cards as Stripe shows them", async () => {
  const { id, card } = await shopper();
  await shopper("eve@example.com");
  const saved = await store.open().retrieveSavedMethods(customer({ stripe_id: id }));
  expect(saved).toHaveLength(1);
  expect(saved[0]).toMatchObject({ id: card, object: "payment_method", customer: id, card: { last4: "4242" } });
});

test.each([[null], [{}], [{ stripe_id: "" }], [{ stripe_id: 5 }]])(
  "a customer with the metadata %j has none, and Stripe is not asked",
  async (metadata) => {
    expect(await store.open().retrieveSavedMethods(customer(metadata))).toStrictEqual([]);
    expect(stripe.requests).toHaveLength(0);
  },
);

test("a customer whom Stripe does not know any more has none", async () => {
  expect(await store.open().retrieveSavedMethods(customer({ stripe_id: "cus_OfTheTestMode" }))).toStrictEqual([]);
});

test("a local method lists none: a card cannot pay with it", async () => {
  const { id } = await shopper();
  for (const identifier of Object.keys(SERVICES).filter((one) => one !== "stripe")) {
    const service = store.open({}, { identifier });
    expect(await service.retrieveSavedMethods(customer({ stripe_id: id }))).toStrictEqual([]);
  }
});

test("a class of the store's own lists cards if its payments can be made with one", async () => {
  const { id, card } = await shopper();
  const listed = async (options) => {
    class Own extends serviceOf("stripe") {
      static identifier = "stripe-own";
      get paymentIntentOptions() {
        return options;
      }
    }
    const own = new Own({}, { api_key: API_KEY, api_base: stripe.url });
    return (await own.retrieveSavedMethods(customer({ stripe_id: id }))).map((method) => method.id);
  };
  expect(await listed({})).toStrictEqual([card]);
  expect(await listed({ payment_method_types: ["klarna", "card"] })).toStrictEqual([card]);
  expect(await listed({ payment_method_types: ["klarna"] })).toStrictEqual([]);
});

test("what cannot be read is an error that Medusa shows, not an empty list", async () => {
  stripe.fault({ kind: "status", status: 500, times: Number.POSITIVE_INFINITY });
  const service = store.open({ max_retries: 0 });
  const error = await service.retrieveSavedMethods(customer({ stripe_id: "cus_1" })).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ type: "unexpected_state", code: expect.stringMatching(/\S/) });
  expect(error.message).toMatch(/list_payment_methods/);
});

test("an argument that is not a customer is a mistake of the caller's", async () => {
  for (const wrong of [undefined, null, "cus_1", []]) {
    const saved = store.open().retrieveSavedMethods(wrong);
    await expect(saved).rejects.toThrow(/medusa-payment-rs: retrieveSavedMethods: customer/);
  }
});

describe("a shopper chooses", () => {
  let service;
  let ada;
  let session;
  beforeEach(async () => {
    service = store.open();
    ada = await shopper();
    session = await store.start(service, { customer: customer({ stripe_id: ada.id }) });
    stripe.requests.clear();
  });

  test("a saved card of their own", async () => {
    const updated = await service.updatePaymentData(session.id, { payment_method: ada.card });
    expect(updated).toMatchObject({ payment_method: ada.card, status: "requires_confirmation" });
  });

  test("a card that they have just entered", async () => {
    const entered = await post("/v1/payment_methods", { type: "card", "card[token]": "tok_visa" });
    expect(await service.updatePaymentData(session.id, { payment_method: entered.id })).toMatchObject({
      payment_method: entered.id,
    });
  });

  test("but not another customer's card, and nothing that is sent along with it", async () => {
    const eve = await shopper("eve@example.com");
    stripe.requests.clear();
    const answer = await service.updatePaymentData(session.id, { payment_method: eve.card, description: "mine" });
    expect(answer).toStrictEqual(failure("not_the_customers"));
    expect(answer.detail).not.toContain(eve.id);
    expect(stripe.requests.filter(({ method }) => method === "POST")).toHaveLength(0);
    expect(stripe.ledger.moved()).toHaveLength(0);
  });

  // Any shopper may write their own metadata (`StorePostCustomersCustomerReq`).
  test("no card of another customer, whose id they have written into their metadata", async () => {
    const eve = await shopper("eve@example.com");
    const context = { customer: customer({ stripe_id: eve.id }), email: "ada@example.com", resource_id: "cart_2" };
    const { session_data: data, update_requests: asks } = await service.initiatePayment({
      ...context,
      amount: 1000,
      currency_code: "eur",
      context: {},
      paymentSessionData: {},
    });
    expect(data.customer).not.toBe(eve.id);
    expect(asks.customer_metadata).toStrictEqual({ stripe_id: data.customer });
    const [theirs, own] = stripe.ledger.intents({ resource_id: "cart_2" });
    expect([theirs.customer, stripe.ledger.payment(theirs.id).canceled]).toStrictEqual([eve.id, true]);
    expect([own.id, own.customer]).toStrictEqual([data.id, data.customer]);
    expect(await service.updatePaymentData(data.id, { payment_method: eve.card })).toStrictEqual(
      failure("not_the_customers"),
    );
  });

  test("a card of their own, however their e-mail address is spelled", async () => {
    const upper = { ...customer({ stripe_id: ada.id }), email: "ADA@example.com" };
    const data = await store.start(service, { customer: upper, resource_id: "cart_2" });
    expect(data.customer).toBe(ada.id);
  });

  test("nothing that Stripe does not have", async () => {
    const answer = await service.updatePaymentData(session.id, { payment_method: "pm_none" });
    expect(answer).toStrictEqual(failure("resource_missing"));
    expect(stripe.requests.filter(({ method }) => method === "POST")).toHaveLength(0);
  });

  test("and a guest whom Stripe does not know cannot choose a saved card", async () => {
    const guest = await store.start(service, { email: "", resource_id: "cart_2" });
    const answer = await service.updatePaymentData(guest.id, { payment_method: ada.card });
    expect(answer).toStrictEqual(failure("not_the_customers"));
  });
});
