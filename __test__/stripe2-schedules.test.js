// Stripe in Medusa 2 in random schedules: what Medusa records is what Stripe has moved.
//
//   SCHEDULES=5000 node __test__/run.js stripe2-schedules           more of them
//   SEED=… SCHEDULES=1 node __test__/run.js stripe2-schedules       one again

const { formatSchedules, runProviderSchedules } = require("medusa-payment-rs/testing");
const { startFakeStripe } = require("../support/stripe");
const { LIMITS, TEST_MS, scheduleHooks } = require("./support/kit/stripe-schedules");

const { services } = require("medusa-payment-rs/v2/stripe");

const API_KEY = "sk_test_schedules";

const Service = services.find(({ identifier }) => identifier === "stripe");

let stripe;
beforeAll(async () => {
  stripe = await startFakeStripe({ apiKey: API_KEY });
});
afterAll(() => stripe.close());

let processes = 0;
const hooks = (options) => ({
  ...scheduleHooks(() => stripe),
  create: (cradle) =>
    new Service(cradle, {
      apiKey: API_KEY,
      api_base: stripe.url,
      ...LIMITS,
      ...options,
      // Instances with the same options share what they remember.
      paymentDescription: `process ${++processes}`,
    }),
});

test.each([
  ["when the order is captured", { capture: false }],
  ["when the order is captured, or parts of it", { capture: false, multicapture: true }],
  ["when the shopper pays", { capture: true }],
])(
  "what is recorded is what Stripe has moved, if the money is taken %s",
  async (_, options) => {
    const report = await runProviderSchedules({ ...hooks(options), capturesAtOnce: options.capture }, { count: 50 });
    if (report.failed || report.skipped) throw new Error(`\n${formatSchedules(report)}`);
    expect(report.inDoubt).toBeGreaterThan(0);
    expect(report.refunds).toBeGreaterThan(0);
  },
  TEST_MS,
);

test(
  "an operator who takes every error for a refusal is found out",
  async () => {
    const { failed } = await runProviderSchedules({ ...hooks(), errorKind: () => "refused" }, { count: 75, seed: 1 });
    expect(failed.message).toMatch(/^the provider has (paid|captured)|^whether the operator was told/);
  },
  TEST_MS,
);
