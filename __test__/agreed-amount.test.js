// A cart becomes an order only if it costs what its payment session says, whatever the provider: what the class asks Medusa
// right before it authorizes a payment. The carts of a real Medusa are tried in `e2e/stripe-sessions.test.js` and
// `e2e/checkout.test.js`.

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
  /** A service in a store whose cart costs `total`, with sessions for these amounts. */
  function serviceWith(total, sessions, more = {}) {
    const asked = [];
    const errors = [];
    const cartService = {
      async retrieveWithTotals(...question) {
        asked.push(question);
        const rows = Object.entries(sessions).map(([provider_id, amount]) => ({ provider_id, amount }));
        return { id: question[0], total, payment_sessions: rows, ...more };
      },
    };
    const logger = { error: (line) => errors.push(line), warn() {}, info() {}, debug() {} };
    return { asked, errors, service: open({ cartService, logger }) };
  }

  test("is authorized for what the cart costs, its taxes included", async () => {
    const { asked, service } = serviceWith(1_000, { other: 1, [provider]: 1_000 });
    const data = await paid(service);
    expect(await service.authorizePayment(data, COMPLETION)).toMatchObject({ status: "authorized" });
    expect(asked).toStrictEqual([
      ["cart_1", { relations: expect.arrayContaining(["payment_sessions"]) }, { force_taxes: true }],
    ]);
  });

  test.each([1_500, 999])("is not authorized if the cart costs %i and its payment is for 1000", async (total) => {
    const { service } = serviceWith(total, { [provider]: 1_000 });
    const data = await paid(service);
    const answer = await service.authorizePayment(data, COMPLETION);
    expect(answer).toStrictEqual({
      error: `The payment ${data.id ?? "of cart_1"} cannot be authorized`,
      code: "amount_changed",
      detail: expect.stringContaining(`The cart now costs ${total}, but its payment is for 1000 (minor units)`),
    });
    expect(answer.detail).toContain("POST /store/carts/cart_1/payment-sessions)");
    expect(answer.detail).toContain(`POST /store/carts/cart_1/payment-sessions/${provider}/refresh`);
  });

  test("is authorized if its session has no amount, as in old rows", async () => {
    const { service } = serviceWith(1_500, { [provider]: null });
    expect(await service.authorizePayment(await paid(service), COMPLETION)).toMatchObject({ status: "authorized" });
  });

  test("of a payment collection is authorized without a question: it is recorded with its own amount", async () => {
    const { asked, service } = serviceWith(1_500, { [provider]: 1_000 });
    expect(await service.authorizePayment(await paid(service), { ip_address: "::1" })).toMatchObject({
      status: "authorized",
    });
    expect(asked).toStrictEqual([]);
  });

  // Medusa asks for such an amount if a session is selected or refreshed there.
  test("is authorized without its taxes in a region without automatic taxes, and the log says so", async () => {
    const taxes = { item_tax_total: 150, shipping_tax_total: 50 };
    const region = { automatic_taxes: false };
    const { errors, service } = serviceWith(1_200, { [provider]: 1_000 }, { ...taxes, region });
    expect(await service.authorizePayment(await paid(service), COMPLETION)).toMatchObject({ status: "authorized" });
    expect(errors.join()).toMatch(/cart_1 is paid without its taxes: Medusa records 1200, and the payment is for 1000/);

    const elsewhere = serviceWith(1_200, { [provider]: 1_000 }, { ...taxes, region: { automatic_taxes: true } });
    const answer = await elsewhere.service.authorizePayment(await paid(elsewhere.service), COMPLETION);
    expect(answer).toMatchObject({ code: "amount_changed" });
  });

  test("is authorized if the cart is an order by now: Medusa records its payment once", async () => {
    const { service } = serviceWith(1_500, { [provider]: 1_000 }, { completed_at: new Date() });
    expect(await service.authorizePayment(await paid(service), COMPLETION)).toMatchObject({ status: "authorized" });
  });

  const failing = (failure) => open({ cartService: { retrieveWithTotals: () => Promise.reject(failure) } });

  test("is authorized if the cart is not committed yet, and only Medusa's transaction can see it", async () => {
    const service = failing(Object.assign(new Error("Cart with cart_1 was not found"), { type: "not_found" }));
    expect(await service.authorizePayment(await paid(service), COMPLETION)).toMatchObject({ status: "authorized" });
  });

  test("is not authorized if the cart cannot be read", async () => {
    const service = failing(new Error("too many clients"));
    const failure = await service.authorizePayment(await paid(service), COMPLETION);
    expect(failure).toMatchObject({ code: "temporarily_unavailable" });
    expect(failure.detail).toBe(
      "Medusa's cart cart_1 could not be read: too many clients. Nothing was authorized. Try again.",
    );
  });
});

test("a payment is not authorized if the cart is not read in time", async () => {
  const service = new Scripted({ cartService: { retrieveWithTotals: () => new Promise(() => {}) } }, {});
  const failure = await service.authorizePayment(await started(service), COMPLETION);
  expect(failure).toMatchObject({ code: "temporarily_unavailable", detail: expect.stringMatching(/no answer within/) });
});
