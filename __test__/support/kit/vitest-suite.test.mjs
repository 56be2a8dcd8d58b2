// The contract in vitest: see kit-runners.test.js.

import { createRequire } from "node:module";
import * as vitest from "vitest";

const require = createRequire(import.meta.url);
const { AbstractPaymentProvider } = require("medusa-payment-rs");
const { paymentProcessorContract, paymentProviderContract } = require("medusa-payment-rs/testing");
const { hooks } = require("./hooks.js");
const mutants = require("./mutants.js");

const all = hooks(mutants[process.env.MUTANT]);
const { faults, ...some } = all;

class Manual extends AbstractPaymentProvider {
  static identifier = "manual";
}

if (process.env.PROVIDER) paymentProviderContract(vitest, { create: (cradle) => new Manual(cradle, {}) });
// With `globals` it is as in jest.
else if (process.env.GLOBALS) paymentProcessorContract(all);
else paymentProcessorContract({ describe: vitest.describe, test: vitest.test }, some);
