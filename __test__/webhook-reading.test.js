// `readWebhook` and `readWebhookSync` of the class. What Stripe signs is in stripe-webhook-signature.test.js.

const StripeService = require("medusa-payment-rs/stripe/services/stripe-provider").default;
const { recordingLogger } = require("./support/logger");
const { Manual, Scripted } = require("./support/payments");

const OPTIONS = { api_key: "sk_test_1", webhook_secret: "whsec_test_secret" };
const UNSIGNED = {
  error: "The webhook request was refused",
  code: "signature_not_valid",
  detail: "the header Stripe-Signature is missing or malformed",
  kind: "invalid_request",
};

test("both say the same, the one at once and the other by a promise", async () => {
  const stripe = new StripeService({}, OPTIONS);
  expect(stripe.readWebhookSync("{}", {})).toStrictEqual(UNSIGNED);
  expect(await stripe.readWebhook("{}", {})).toStrictEqual(UNSIGNED);
});

test("a processor without webhooks says so", async () => {
  const answer = {
    error: expect.any(String),
    code: "no_webhooks",
    detail: expect.any(String),
    kind: "invalid_request",
  };
  expect(await new Scripted({}).readWebhook("{}", {})).toStrictEqual(answer);
  expect(await new Scripted({}).paymentState({ id: "pay_1" })).toStrictEqual(answer);
  expect(new Manual({}).readWebhookSync("{}", {})).toStrictEqual(answer);
});

test("a processor that may have to ask its provider has no answer at once", () => {
  expect(() => new Scripted({}).readWebhookSync("{}", {})).toThrow(TypeError);
  expect(() => new Scripted({}).readWebhookSync("{}", {})).toThrow(
    "medusa-payment-rs: readWebhookSync: this processor may have to ask its provider: call readWebhook",
  );
});

test.each([
  [[{}, {}], /rawBody must be a Buffer or a string, as it arrived, got an object that is not a Buffer/],
  [[undefined, {}], /rawBody is missing/],
  [["{}"], /headers is missing/],
  [["{}", "x"], /headers must be an object, got a string/],
  [["{}", { toJSON: () => JSON.parse("{") }], /headers cannot be sent as JSON/],
])("a wrong argument is a TypeError of this realm (%#)", async (args, message) => {
  const stripe = new StripeService({}, OPTIONS);
  expect(() => stripe.readWebhookSync(...args)).toThrow(TypeError);
  expect(() => stripe.readWebhookSync(...args)).toThrow(message);
  await expect(stripe.readWebhook(...args)).rejects.toThrow(message);
});

test("it is a method of a processor", () => {
  const { readWebhookSync } = new Manual({});
  for (const foreign of [undefined, null, {}, Manual.prototype]) {
    expect(() => readWebhookSync.call(foreign, "{}", {})).toThrow(/`this` is not an instance of/);
  }
});

test("its log is the store's", () => {
  const logger = recordingLogger();
  new StripeService({ logger }, OPTIONS).readWebhookSync("{}", {});
  expect(logger.lines).toStrictEqual([["warn", expect.stringContaining("stripe.read_webhook")]]);
});
