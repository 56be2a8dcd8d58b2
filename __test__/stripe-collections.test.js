// A payment collection is booked once: what the service asks Medusa's database right before a payment is booked. That two
// requests at once book it once is tried on a real Medusa, in `e2e/stripe-webhooks-collections.test.js`.

const { openStripeStore } = require("./support/stripe-store");

let store;
beforeAll(async () => {
  store = await openStripeStore();
});
afterAll(() => store.close());

/** A service whose database answers every query with what `answer` returns, and what it was asked. */
function serviceWith(answer) {
  const asked = [];
  const manager = {
    query: async (_sql, parameters) => {
      asked.push(parameters);
      return answer();
    },
  };
  return { asked, service: store.open({}, { container: { manager } }) };
}

/** What `authorizePayment` has returned for what the shopper has paid: Medusa books it next. */
async function authorized(service, resource_id) {
  const { status, data } = await service.authorizePayment(await store.pay(service, { resource_id }), {});
  expect(status).toBe("authorized");
  return data;
}

test("is booked where Medusa has no payment with its intent", async () => {
  const { asked, service } = serviceWith(() => []);
  const data = await authorized(service, "paycol_1");
  expect(await service.retrievePayment(data)).toMatchObject({ id: data.id, status: "requires_capture" });
  expect(asked).toStrictEqual([["paycol_1", data.id]]);
});

test("is not booked where Medusa has one", async () => {
  const { service } = serviceWith(() => [{ id: "pay_1" }]);
  const data = await authorized(service, "paycol_1");
  const answer = await service.retrievePayment(data);
  expect(answer).toStrictEqual({
    error: `The payment ${data.id} cannot be booked on paycol_1`,
    code: "already_booked",
    detail: expect.stringContaining("Load the payment collection again."),
  });
});

test("is read by whoever does not book it, and the database is left alone", async () => {
  const { asked, service } = serviceWith(() => [{ id: "pay_1" }]);
  const data = await authorized(service, "paycol_1");
  expect(await service.retrievePayment({ ...data })).toMatchObject({ id: data.id });
  expect(asked).toStrictEqual([]);
});

test("a cart is booked without a question: its payments have a unique index", async () => {
  const { asked, service } = serviceWith(() => [{ id: "pay_1" }]);
  const data = await authorized(service, "cart_1");
  expect(await service.retrievePayment(data)).toMatchObject({ id: data.id });
  expect(asked).toStrictEqual([]);
});

for (const [title, answer, reason] of [
  ["fails", () => Promise.reject(new Error("too many clients")), "too many clients"],
  ["has no connection left", () => new Promise(() => {}), "no answer within"],
]) {
  test(`is not booked where the database ${title}`, async () => {
    const { service } = serviceWith(answer);
    const data = await authorized(service, "paycol_1");
    const failure = await service.retrievePayment(data);
    expect(failure).toMatchObject({ code: "temporarily_unavailable" });
    expect(failure.detail).toContain(reason);
    expect(failure.detail).toContain("Nothing was booked. Try again.");
    expect(await service.retrievePayment(data)).toMatchObject({ id: data.id });
  });
}
