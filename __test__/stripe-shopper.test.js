// What a shopper's browser posts to a payment session.

const { failure, openStripeStore } = require("./support/stripe-store");

let store;
let stripe;
beforeAll(async () => {
  store = await openStripeStore();
  ({ stripe } = store);
});
beforeEach(() => stripe.requests.clear());
afterAll(() => store.close());

/** A store with one session, as Medusa has it. */
async function openSession() {
  const data = await store.start(store.open());
  const asked = [];
  const paymentProviderService = {
    async retrieveSession(id) {
      asked.push(id);
      return { id, provider_id: "stripe", data };
    },
  };
  stripe.requests.clear();
  return { data, asked, service: store.open({}, { container: { paymentProviderService } }) };
}

const posted = () =>
  stripe.requests.filter(({ method }) => method === "POST").map(({ method, path, params }) => [method, path, params]);

test("reaches the intent of the session that Medusa names", async () => {
  const { data, asked, service } = await openSession();
  const answer = await service.updatePaymentData("ps_1", { description: "a gift", metadata: { note: "ring twice" } });
  expect(asked).toStrictEqual(["ps_1"]);
  expect(answer).toMatchObject({
    id: data.id,
    description: "a gift",
    metadata: { resource_id: "cart_1", note: "ring twice" },
  });
  expect(posted()).toStrictEqual([
    ["POST", `/v1/payment_intents/${data.id}`, { description: "a gift", metadata: { note: "ring twice" } }],
  ]);
});

test("reaches it also where the deadline's option is null, which is as if it were not set", async () => {
  const { data } = await openSession();
  const container = { paymentProviderService: { retrieveSession: async () => ({ data }) } };
  const answer = await store.open({ deadline_ms: null }, { container }).updatePaymentData("ps_1", { description: "x" });
  expect(answer).toMatchObject({ id: data.id, description: "x" });
});

test("reaches an intent that is named itself, and Medusa is not asked", async () => {
  const { data, asked, service } = await openSession();
  expect(await service.updatePaymentData(data.id, { receipt_email: "ada@example.com" })).toMatchObject({
    receipt_email: "ada@example.com",
  });
  expect(asked).toStrictEqual([]);
});

/** Medusa puts the answer over the session's data, which knows what the cart costs. */
const withoutMoney = ({ amount: _amount, currency: _currency, ...data }) => data;

test("is the bare intent: nothing of the store's own is among it", async () => {
  const { data, service } = await openSession();
  const answer = await service.updatePaymentData("ps_1", { description: "a gift" });
  expect(Object.keys(answer).sort()).toStrictEqual(Object.keys(withoutMoney(data)).sort());
});

describe("may be all that the session has, with one member changed", () => {
  const note = { metadata: { resource_id: "cart_1", note: "ring twice" } };

  test.each([
    ["as Medusa has stored it", async (data) => data],
    ["as the shopper's browser has read it at Stripe", async ({ id }) => store.open().retrievePayment({ id })],
  ])("%s", async (_, read) => {
    const { data, service } = await openSession();
    await stripe.shopper.confirm(data.client_secret, { card: "3ds" });
    const whole = await read(data);
    stripe.requests.clear();
    const answer = await service.updatePaymentData("ps_1", { ...whole, ...note, description: "a gift" });
    expect(answer).toMatchObject({ id: data.id, description: "a gift", ...note, status: "requires_action" });
    expect(posted()).toStrictEqual([
      ["POST", `/v1/payment_intents/${data.id}`, { description: "a gift", metadata: { note: "ring twice" } }],
    ]);
  });

  test("which Medusa has stored with what the plugin remembers", async () => {
    const data = { ...(await store.start(store.open())), medusa_payment_rs: { orphaned_intents: { pi_0: 5 } } };
    const container = { paymentProviderService: { retrieveSession: async () => ({ data }) } };
    const service = store.open({}, { container });
    expect(await service.updatePaymentData("ps_1", { ...data, ...note })).toMatchObject(note);
    const changed = { ...data, medusa_payment_rs: {} };
    expect(await service.updatePaymentData("ps_1", changed)).toStrictEqual(failure("field_not_allowed"));
  });

  test("but not one that says what is paid, by whom or for what", async () => {
    const { data, service } = await openSession();
    const stolen = { amount: 1, customer: "cus_other", metadata: { resource_id: "cart_2", note: "x" } };
    const answer = await service.updatePaymentData("ps_1", { ...data, ...stolen });
    expect(answer).toStrictEqual(failure("field_not_allowed"));
    expect(answer.detail).toContain(": amount, customer, metadata.resource_id. ");
    expect(posted()).toStrictEqual([]);
  });

  test("and nothing is changed if it is just as it was", async () => {
    const { data, service } = await openSession();
    expect(await service.updatePaymentData("ps_1", data)).toStrictEqual(withoutMoney(data));
    expect(await store.open().updatePaymentData(data.id, data)).toStrictEqual(withoutMoney(data));
    expect(posted()).toStrictEqual([]);
  });
});

test("may be nothing", async () => {
  const { data, service } = await openSession();
  expect(await service.updatePaymentData("ps_1", {})).toStrictEqual(withoutMoney(data));
});

test("may be all that is harmless", async () => {
  const { service } = await openSession();
  const shipping = { name: "Ada", address: { line1: "Unter den Linden 1", country: "DE" } };
  const answer = await service.updatePaymentData("ps_1", {
    description: "a gift",
    receipt_email: "ada@example.com",
    setup_future_usage: "off_session",
    shipping,
  });
  expect(answer).toMatchObject({ setup_future_usage: "off_session", shipping });
});

describe("is refused whole, with the fields named, where it sets", () => {
  test.each([
    "amount",
    "currency",
    "customer",
    "capture_method",
    "payment_method_types",
    "application_fee_amount",
    "transfer_data",
    "on_behalf_of",
    "statement_descriptor",
    "id",
    "status",
    "client_secret",
    "medusa_payment_rs",
    "invented",
  ])("%s", async (field) => {
    const { data, service } = await openSession();
    const answer = await service.updatePaymentData("ps_1", { description: "x", [field]: "1" });
    expect(answer).toStrictEqual(failure("field_not_allowed"));
    expect(answer.detail).toContain(field);
    expect(posted()).toStrictEqual([]);
    expect(stripe.ledger.intents({ resource_id: "cart_1" }).find(({ id }) => id === data.id).description).toBeNull();
  });

  test.each([
    [{ amount: 0 }, "amount"],
    [{ amount: null }, "amount"],
    [{ metadata: { resource_id: "cart_2" } }, "metadata.resource_id"],
    [{ metadata: { cart_id: "cart_2" } }, "metadata.cart_id"],
    [{ metadata: { medusa_payment_rs: "refund" } }, "metadata.medusa_payment_rs"],
    [{ metadata: "" }, "metadata"],
    [{ metadata: [] }, "metadata"],
  ])("%j", async (fields, name) => {
    const { service } = await openSession();
    const answer = await service.updatePaymentData("ps_1", fields);
    expect(answer).toStrictEqual(failure("field_not_allowed"));
    expect(answer.detail).toContain(name);
    expect(posted()).toStrictEqual([]);
  });
});

describe("is an error", () => {
  const withSession = (retrieveSession) =>
    store.open({}, { container: { paymentProviderService: { retrieveSession } } });

  test("where Medusa has no such session", async () => {
    const service = withSession(async () => {
      throw new Error("Payment Session with ps_0 was not found");
    });
    const answer = await service.updatePaymentData("ps_0", { description: "x" });
    expect(answer).toStrictEqual(failure("session_not_found"));
    expect(answer.detail).toContain("was not found");
  });

  test.each([100, "100"])("where Medusa does not find the session within the deadline of %j", async (limit) => {
    const container = { paymentProviderService: { retrieveSession: () => new Promise(() => {}) } };
    const answer = await store
      .open({ deadline_ms: limit }, { container })
      .updatePaymentData("ps_0", { description: "x" });
    expect(answer).toStrictEqual(failure("session_not_found"));
    expect(answer.detail).toContain("no answer within 100 ms");
  });

  test("where Stripe does not answer in what the look-up has left of the deadline", async () => {
    const { data } = await openSession();
    const fault = stripe.fault({ kind: "hang", path: `/v1/payment_intents/${data.id}` });
    // As if most of the time had gone: the deadline of the call itself begins anew.
    const now = jest.spyOn(Date, "now");
    const retrieveSession = async () => {
      const late = Date.now() + 59_900;
      now.mockImplementation(() => late);
      return { data };
    };
    const container = { paymentProviderService: { retrieveSession } };
    const options = { deadline_ms: 60_000, timeout_ms: 60_000 };
    const answer = await store.open(options, { container }).updatePaymentData("ps_0", { description: "x" });
    now.mockRestore();
    await fault.remove();
    expect(answer).toStrictEqual(failure("temporarily_unavailable"));
    expect(answer.detail).toContain("no answer within 60000 ms");
  });

  test.each([null, undefined, {}, { data: null }, { data: {} }, { data: { id: "ps_2" } }])(
    "where the session is %j",
    async (session) => {
      const answer = await withSession(async () => session).updatePaymentData("ps_0", { description: "x" });
      expect(answer).toStrictEqual(failure("missing_payment_intent"));
      expect(posted()).toStrictEqual([]);
    },
  );

  test("where Stripe has no such intent", async () => {
    const answer = await store.open().updatePaymentData("pi_0", { description: "x" });
    expect(answer).toStrictEqual(failure("resource_missing"));
  });

  test("where it is no object", async () => {
    const { service } = await openSession();
    for (const data of [[], "x", null, undefined, 5]) {
      await service.updatePaymentData("ps_1", data).then(
        (answer) => expect(answer).toStrictEqual(failure()),
        (error) => expect(error).toBeInstanceOf(TypeError),
      );
    }
    expect(posted()).toStrictEqual([]);
  });
});
