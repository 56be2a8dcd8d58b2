// The whole plugin in random schedules: what Medusa records is what Stripe has moved.
//
//   SCHEDULES=5000 node __test__/run.js stripe-schedules            more of them
//   SEED=… SCHEDULES=1 node __test__/run.js stripe-schedules        one again

const { formatSchedules, runSchedules } = require("medusa-payment-rs/testing");
const { LIMITS, TEST_MS, scheduleHooks } = require("./support/kit/stripe-schedules");
const { openStripeStore } = require("./support/stripe-store");

let store;
beforeAll(async () => {
  store = await openStripeStore();
});
afterAll(() => store.close());

/** What a person learns from an error: Stripe's own code does not always say it. */
function errorKind({ error, detail }) {
  if (/not known whether/.test(`${error} ${detail}`)) return "outcomeUnknown";
  return /Nothing was moved\. Try again/.test(`${error} ${detail}`) ? "unavailable" : undefined;
}

let processes = 0;
const hooks = (options) => ({
  ...scheduleHooks(() => store.stripe),
  // Instances with the same options share what they remember.
  create: () => store.open({ ...LIMITS, ...options, payment_description: `process ${++processes}` }),
  errorKind,
});

test.each([
  ["when the order is captured", false],
  ["when the shopper pays", true],
])(
  "what is recorded is what Stripe has moved, if the money is taken %s",
  async (_, capture) => {
    const report = await runSchedules({ ...hooks({ capture }), capturesAtOnce: capture }, { count: 75 });
    if (report.failed || report.skipped) throw new Error(`\n${formatSchedules(report)}`);
    expect(report.inDoubt).toBeGreaterThan(0);
    expect(report.refunds).toBeGreaterThan(0);
  },
  TEST_MS,
);

test(
  "an operator who takes every error for a refusal is found out",
  async () => {
    const { failed } = await runSchedules({ ...hooks(), errorKind: () => "refused" }, { count: 75, seed: 1 });
    expect(failed.message).toMatch(/^the provider has paid refunds of \d+, Medusa has recorded \d+, and the operator/);
  },
  TEST_MS,
);
