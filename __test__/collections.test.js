// The payment of a payment collection is recorded once, whatever its provider: what the class asks Medusa's database right
// before Medusa records a payment. That two requests at once record it once is tried on a real Medusa, in
// `e2e/stripe-webhooks-collections.test.js`.

const { Scripted, context } = require("./support/payments");
const { openStripeStore } = require("./support/stripe-store");

let store;
beforeAll(async () => {
  store = await openStripeStore();
});
afterAll(() => store.close());

/** For each provider: a service in a store with this database, and the data of a session that its shopper has paid. */
const PROVIDERS = {
  stripe: {
    open: (manager) => store.open({}, { container: { manager } }),
    paid: (service) => store.pay(service, { resource_id: "paycol_1" }),
  },
  "another provider": {
    identifier: "scripted",
    open: (manager) => new Scripted({ manager }, {}),
    paid: async (service) => (await service.initiatePayment(context({ resource_id: "paycol_1" }))).session_data,
  },
};

describe.each(Object.entries(PROVIDERS))("a payment of %s", (title, { identifier = title, open, paid }) => {
  /** A service whose database answers every query with what `answer` returns, and what it was asked. */
  function serviceWith(answer) {
    const asked = [];
    const manager = {
      query: async (_sql, parameters) => {
        asked.push(parameters);
        return answer();
      },
    };
    return { asked, service: open(manager) };
  }

  /** What `authorizePayment` has returned for what the shopper has paid: Medusa records it next. */
  async function authorized(service, payment = {}, whose = { ip_address: "::1" }) {
    const { status, data } = await service.authorizePayment({ ...(await paid(service)), ...payment }, whose);
    expect(status).toBe("authorized");
    return data;
  }

  test("is recorded if Medusa has no payment with its id", async () => {
    const { asked, service } = serviceWith(() => []);
    const data = await authorized(service);
    expect(await service.retrievePayment(data)).toMatchObject({ id: data.id, amount: 1000 });
    expect(asked).toStrictEqual([[identifier, data.id]]);
  });

  test("is not recorded if Medusa has one", async () => {
    const { service } = serviceWith(() => [{ collection: "paycol_1" }]);
    const data = await authorized(service);
    const answer = await service.retrievePayment(data);
    expect(answer).toStrictEqual({
      error: `The payment ${data.id} cannot be recorded`,
      code: "already_recorded",
      detail: expect.stringMatching(/on paycol_1\. .*Load the payment collection again\./),
    });
  });

  test("is read by whatever does not record it, and the database is left alone", async () => {
    const { asked, service } = serviceWith(() => [{ collection: "paycol_1" }]);
    const data = await authorized(service);
    expect(await service.retrievePayment({ ...data })).toMatchObject({ id: data.id });
    expect(await service.retrievePayment(data)).toHaveProperty("code");
    expect(await service.retrievePayment(data)).toMatchObject({ id: data.id });
    expect(asked).toHaveLength(1);
  });

  test("is recorded for a cart without a question: there its payments have a unique index", async () => {
    const { asked, service } = serviceWith(() => [{ collection: "paycol_1" }]);
    const data = await authorized(service, {}, { ip_address: "::1", cart_id: "cart_1" });
    expect(await service.retrievePayment(data)).toMatchObject({ id: data.id });
    expect(asked).toStrictEqual([]);
  });

  test("is recorded without a database, as in a test without Medusa", async () => {
    const service = open(undefined);
    const data = await authorized(service);
    expect(await service.retrievePayment(data)).toMatchObject({ id: data.id });
  });

  for (const [what, answer, reason] of [
    ["fails", () => Promise.reject(new Error("too many clients")), "too many clients"],
    ["has no connection left", () => new Promise(() => {}), "no answer within"],
  ]) {
    test(`is not recorded if the database ${what}`, async () => {
      const { service } = serviceWith(answer);
      const data = await authorized(service);
      const failure = await service.retrievePayment(data);
      expect(failure).toMatchObject({ code: "temporarily_unavailable" });
      expect(failure.detail).toContain(reason);
      expect(failure.detail).toContain("Nothing was recorded. Try again.");
      expect(await service.retrievePayment(data)).toMatchObject({ id: data.id });
    });
  }
});

test("a payment without an id cannot be looked for, and is recorded", async () => {
  const service = new Scripted({ manager: { query: () => Promise.reject(new Error("asked")) } }, {});
  const { data } = await service.authorizePayment({ amount: 1000 }, {});
  expect(await service.retrievePayment(data)).toMatchObject({ amount: 1000 });
});

test("what the provider says of a payment that it cannot read comes before what the database says", async () => {
  const service = new Scripted({ manager: { query: async () => [{ collection: "paycol_1" }] } }, {});
  const { data } = await service.authorizePayment({ id: "pay_1", script: { retrieve_payment: "refuse" } }, {});
  expect(await service.retrievePayment(data)).toMatchObject({ code: "card_declined" });
});
