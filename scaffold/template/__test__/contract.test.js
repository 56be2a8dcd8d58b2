// What either Medusa counts on, as tests. Each that fails says which rule is broken, why that matters and where it is
// written.

const { paymentProcessorContract, paymentProviderContract } = require("medusa-payment-rs/testing");
const { processorHooks, providerHooks } = require("./contract.js");
const { startFake } = require("./fake.js");

let fake;
beforeAll(async () => {
  fake = await startFake();
});
afterAll(() => fake.close());

paymentProcessorContract(processorHooks(() => fake));
paymentProviderContract(providerHooks(() => fake));
