// The contract in node's own test runner: see kit-runners.test.js.

const { describe, test } = require("node:test");
const { paymentProcessorContract } = require("medusa-payment-rs/testing");
const { hooks } = require("./hooks");
const mutants = require("./mutants");

const { faults: _, ...some } = hooks(mutants[process.env.MUTANT]);

paymentProcessorContract({ describe, test }, some);
