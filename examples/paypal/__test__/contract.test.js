// What Medusa 1 counts on, tried on this provider by the conformance kit.

const { paymentProcessorContract } = require("medusa-payment-rs/testing");
const { PayPalProviderService } = require("medusa-payment-rs-paypal");
const { faultsOf, ledgerOf, ordersOf } = require("./support/contract");
const { startFakePayPal } = require("./support/fake-paypal");

let fake;
let instances = 0;
beforeAll(async () => (fake = await startFakePayPal()));
afterAll(() => fake.close());

paymentProcessorContract({
  // The deadline is another one each time: instances with the same options share what they remember.
  create: () =>
    new PayPalProviderService({}, fake.options({ timeout_ms: 400, deadline_ms: 1_000 + ++instances, max_retries: 0 })),
  pay: ({ id }) => fake.approve(id),
  ledger: ({ id }) => ledgerOf(fake, id),
  // PayPal has no way to cancel an unpaid order. What a shopper pays all the same is released, and the
  // kit cannot see that from here: `payable` is left out, and with it the checks that need it.
  payments: (cart) => ordersOf(fake, cart),
  faults: faultsOf(() => fake),
  // Longer than another server takes to store what PayPal answered.
  later: () => fake.pass(60),
  timeoutMs: 4_000,
});
