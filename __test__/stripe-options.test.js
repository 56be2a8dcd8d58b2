const { script } = require("./support/node");
const { API_KEY, SERVICES, WEBHOOK_SECRET, context, openStripeStore, serviceOf } = require("./support/stripe-store");

const open = (options, identifier = "stripe") => new (serviceOf(identifier))({}, options);
const GOOD = { api_key: API_KEY, webhook_secret: WEBHOOK_SECRET };

function refusal(options, identifier) {
  try {
    open(options, identifier);
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return error.message;
  }
  throw new Error(`${JSON.stringify(options)} was taken`);
}

test.each(Object.keys(SERVICES))("%s takes the options of medusa-payment-stripe, and its own", (identifier) => {
  const options = {
    ...GOOD,
    capture: true,
    automatic_payment_methods: false,
    payment_description: "Mugs",
    webhook_delay: 5000,
    webhook_retries: 3,
    api_base: "https://api.stripe.com",
    timeout_ms: 5000,
    deadline_ms: 12_000,
    max_retries: 2,
  };
  expect(open(options, identifier).options).toStrictEqual(options);
  expect(open({ api_key: API_KEY, webhook_secret: undefined, capture: null }, identifier)).toBeDefined();
});

/** Each option as an environment variable has it. */
const AS_TEXT = {
  ...GOOD,
  capture: "true",
  automatic_payment_methods: "false",
  payment_description: "2026",
  webhook_delay: "5000",
  webhook_retries: "3",
  enableUI: "true",
  api_base: "https://api.stripe.com",
  timeout_ms: "5000",
  deadline_ms: "12000",
  max_retries: "2",
};

test.each(Object.keys(SERVICES))("%s takes options as the environment gives them", (identifier) => {
  expect(open(AS_TEXT, identifier).options).toStrictEqual(AS_TEXT);
  const empty = Object.fromEntries(Object.keys(AS_TEXT).map((name) => [name, ""]));
  expect(open({ ...empty, api_key: API_KEY }, identifier)).toBeDefined();
});

test.each([
  [{ capture: "true" }, "automatic"],
  [{ capture: "false" }, "manual"],
  [{ capture: "0" }, "manual"],
  [{ capture: "" }, "manual"],
])("the options %j mean what they say: the intent is captured %s", async (options, method) => {
  const store = await openStripeStore();
  try {
    expect((await store.start(store.open(options))).capture_method).toBe(method);
  } finally {
    await store.close();
  }
});

describe("a mistake in an option stops the boot and names the option", () => {
  test.each([
    ["api_key", undefined],
    ["api_key", null],
    ["api_key", ""],
    ["api_key", 5],
    ["api_key", "sk_test with a space"],
    ["api_key", "pk_live_OfTheStorefront"],
    ["webhook_secret", 7],
    ["capture", "OfTheStorefront"],
    ["automatic_payment_methods", 2],
    ["payment_description", {}],
    ["webhook_delay", -1],
    ["webhook_delay", 60_001],
    ["webhook_retries", 0],
    ["webhook_retries", 1.5],
    ["api_base", "nonsense"],
    ["api_base", "ftp://localhost"],
    ["api_base", "http://stripe.example.com"],
    ["api_base", "https://me:hunter2@localhost"],
    ["timeout_ms", 0],
    ["timeout_ms", "OfTheStorefront"],
    ["timeout_ms", "5000.5"],
    ["timeout_ms", "600001"],
    ["deadline_ms", 600_001],
    ["max_retries", 11],
    ["apikey", "sk_test_1"],
  ])("%s: %p", (option, value) => {
    for (const identifier of Object.keys(SERVICES)) {
      const message = refusal({ ...GOOD, [option]: value }, identifier);
      expect(message).toContain(option);
      expect(message).toContain(`"${identifier}"`);
      for (const secret of [API_KEY, WEBHOOK_SECRET, "hunter2", "OfTheStorefront"])
        expect(message).not.toContain(secret);
    }
  });

  test("also where there are no options at all", () => {
    expect(refusal(undefined)).toContain("api_key");
    expect(refusal({})).toContain("api_key");
  });

  test("and lists those that there are where one is misspelt", () => {
    const message = refusal({ ...GOOD, automatic_capture: true });
    for (const name of ["automatic_capture", "api_key", "capture", "deadline_ms"]) expect(message).toContain(name);
  });
});

test("a store that has made its calls ends by itself", async () => {
  const store = await openStripeStore();
  try {
    const { code, stdout, stderr } = await script(
      `
      const Service = require("medusa-payment-rs/stripe/services/stripe-provider.js").default;
      const service = new Service({}, ${JSON.stringify({ api_key: API_KEY, api_base: store.stripe.url })});
      const payment = ${JSON.stringify(context())};
      service.initiatePayment(payment).then(async ({ session_data: data }) => {
        console.log(await service.getPaymentStatus(data));
        await service.cancelPayment(data);
        console.log(await service.getPaymentStatus(data));
      });`,
    );
    expect({ code, stdout, stderr }).toStrictEqual({ code: 0, stdout: "pending\ncanceled\n", stderr: "" });
  } finally {
    await store.close();
  }
});
