const { API_KEY, LIMITS, WEBHOOK_SECRET, context, openStripeStore, serviceOf } = require("./support/stripe-store");
const { masked } = require("../support/stripe/auth");

let store;
let stripe;
beforeAll(async () => {
  store = await openStripeStore();
  ({ stripe } = store);
});
afterAll(() => store.close());

const FORBIDDEN = `The provided key '${masked(API_KEY)}' does not have the required permissions for this endpoint.`;

const FAULTS = [
  undefined,
  { kind: "status", status: 401, body: "stripe" },
  { kind: "status", status: 402, body: "stripe" },
  // Stripe's own message names the key, with its last letters.
  { kind: "status", status: 403, body: { error: { type: "invalid_request_error", message: FORBIDDEN } } },
  { kind: "status", status: 404, body: { error: { type: "invalid_request_error", message: FORBIDDEN } } },
  { kind: "status", status: 500, body: "stripe" },
  { kind: "status", status: 502, body: "html" },
  { kind: "reset", when: "after" },
  { kind: "truncate", when: "after" },
  { kind: "hang" },
  { kind: "html" },
  { kind: "refuse" },
];

/** Every method, with a payment's data. */
const calls = (service, data) => [
  () => service.initiatePayment(context()),
  () => service.updatePayment(context({ amount: 1100, paymentSessionData: data })),
  () => service.updatePayment(context({ currency_code: "usd", paymentSessionData: data })),
  () => service.updatePaymentData(data.id, { description: "x" }),
  () => service.updatePaymentData("ps_1", { amount: 1 }),
  () => service.authorizePayment(data, {}),
  () => service.retrievePayment(data),
  () => service.getPaymentStatus(data),
  () => service.capturePayment(data),
  () => service.refundPayment(data, 100),
  () => service.cancelPayment(data),
  () => service.deletePayment(data),
];

const spelled = (value) =>
  value instanceof Error
    ? `${value.stack} ${JSON.stringify(value)} ${value.cause?.stack}`
    : (JSON.stringify(value) ?? "");

test("no answer, error or line of the log shows the key, or what makes it a request", async () => {
  const seen = [];
  const wrongKey = "sk_test_51AnotherOneVJ9q";
  for (const options of [{}, { api_key: wrongKey }]) {
    const service = store.open({ ...LIMITS, webhook_secret: WEBHOOK_SECRET, ...options });
    for (const fault of FAULTS) {
      const data = await store.hold(store.open());
      const installed = fault && stripe.fault(fault.kind === "refuse" ? fault : { ...fault, times: Infinity });
      for (const call of calls(service, data)) {
        const promise = call();
        seen.push(spelled(await promise.catch((error) => error)));
      }
      await installed?.remove();
    }
  }
  for (const options of [
    {},
    { api_key: [API_KEY] },
    { api_key: API_KEY, unknown: API_KEY },
    { api_key: `${API_KEY} ` },
  ]) {
    try {
      new (serviceOf("stripe"))({}, options);
    } catch (error) {
      seen.push(spelled(error));
    }
  }
  const lines = store.logger.lines.map((line) => line.join(" "));
  expect(seen).toHaveLength(2 * FAULTS.length * calls().length + 4);
  expect(lines.length).toBeGreaterThan(100);
  const secrets = [API_KEY, wrongKey, WEBHOOK_SECRET].flatMap((secret) => [secret, secret.slice(-4)]);
  for (const secret of [...secrets, "Bearer"]) {
    expect([...seen, ...lines].filter((text) => text.includes(secret))).toStrictEqual([]);
  }
  // A client secret is for the shopper alone, in the session's data.
  expect(lines.filter((line) => line.includes("_secret_"))).toStrictEqual([]);
});
