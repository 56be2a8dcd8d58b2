// A cart is paid over what it costs, whatever its provider: what the class asks Medusa right before it authorizes a payment.
// The carts of a real Medusa are tried in `e2e/agreed-amount.test.js`.

const { Manual, Scripted, context } = require("./support/payments");
const { openStripeStore } = require("./support/stripe-store");

let store;
beforeAll(async () => {
  store = await openStripeStore();
});
afterAll(() => store.close());

/** For each provider: a service in a store with these carts, and the data of a session that its shopper has paid. */
const PROVIDERS = {
  stripe: {
    open: (container) => store.open({}, { container }),
    paid: (service) => store.pay(service, { resource_id: "cart_1" }),
  },
  manual: { open: (container) => new Manual(container, {}), paid: started },
  scripted: { open: (container) => new Scripted(container, {}), paid: started },
};

async function started(service) {
  return (await service.initiatePayment(context({ resource_id: "cart_1" }))).session_data;
}

/** As Medusa 1 hands it over. */
const COMPLETION = { ip_address: "::1", cart_id: "cart_1" };

describe.each(Object.entries(PROVIDERS))("a payment of %s", (provider, { open, paid }) => {
  /** A service in a store whose cart costs `total`, with sessions over these amounts. */
  function serviceWith(total, sessions) {
    const asked = [];
    const cartService = {
      async retrieveWithTotals(...question) {
        asked.push(question);
        const rows = Object.entries(sessions).map(([provider_id, amount]) => ({ provider_id, amount }));
        return { id: question[0], total, payment_sessions: rows };
      },
    };
    return { asked, service: open({ cartService }) };
  }

  test("is authorized over what the cart costs, its taxes included", async () => {
    const { asked, service } = serviceWith(1_000, { other: 1, [provider]: 1_000 });
    const data = await paid(service);
    expect(await service.authorizePayment(data, COMPLETION)).toMatchObject({ status: "authorized" });
    expect(asked).toStrictEqual([
      ["cart_1", { relations: expect.arrayContaining(["payment_sessions"]) }, { force_taxes: true }],
    ]);
  });

  test.each([1_500, 999])("is not authorized if the cart costs %i and its payment is over 1000", async (total) => {
    const { service } = serviceWith(total, { [provider]: 1_000 });
    const data = await paid(service);
    const answer = await service.authorizePayment(data, COMPLETION);
    expect(answer).toStrictEqual({
      error: `The payment ${data.id ?? "of cart_1"} cannot be authorized`,
      code: "amount_changed",
      detail: expect.stringContaining(`The cart costs ${total} now, and its payment is over 1000 (minor units)`),
    });
    expect(answer.detail).toContain("POST /store/carts/cart_1/payment-sessions");
  });

  test("is authorized if its session has no amount, as in old rows", async () => {
    const { service } = serviceWith(1_500, { [provider]: null });
    expect(await service.authorizePayment(await paid(service), COMPLETION)).toMatchObject({ status: "authorized" });
  });

  test("of a payment collection is authorized without a question: it is recorded over its own amount", async () => {
    const { asked, service } = serviceWith(1_500, { [provider]: 1_000 });
    expect(await service.authorizePayment(await paid(service), { ip_address: "::1" })).toMatchObject({
      status: "authorized",
    });
    expect(asked).toStrictEqual([]);
  });

  for (const [what, answer, reason] of [
    ["cannot be read", () => Promise.reject(new Error("too many clients")), "too many clients"],
    ["is not read in time", () => new Promise(() => {}), "no answer within"],
  ]) {
    test(`is not authorized if the cart ${what}`, async () => {
      const service = open({ cartService: { retrieveWithTotals: answer } });
      const failure = await service.authorizePayment(await paid(service), COMPLETION);
      expect(failure).toMatchObject({ code: "temporarily_unavailable" });
      expect(failure.detail).toContain(reason);
      expect(failure.detail).toContain("Nothing was authorized. Try again.");
    });
  }
});
