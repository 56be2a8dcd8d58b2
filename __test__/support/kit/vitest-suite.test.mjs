// The contract in vitest: see kit-runners.test.js.

import { createRequire } from "node:module";
import * as vitest from "vitest";

const require = createRequire(import.meta.url);
const { paymentProcessorContract } = require("medusa-payment-rs/testing");
const { hooks } = require("./hooks.js");
const mutants = require("./mutants.js");

const all = hooks(mutants[process.env.MUTANT]);
const { faults, ...some } = all;

// With `globals` it is as in jest.
if (process.env.GLOBALS) paymentProcessorContract(all);
else paymentProcessorContract({ describe: vitest.describe, test: vitest.test }, some);
