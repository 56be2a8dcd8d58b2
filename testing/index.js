// The contract that Medusa needs kept, as tests, for any Medusa 1 payment processor and any Medusa 2 payment provider: see
// docs/testing.md.

const { medusa1, medusa2 } = require("./contract");
const { formatReport } = require("./report");
const { runCheck, runnerOf } = require("./run");
const { formatSchedules, schedulesOf } = require("./schedules");
const { suiteOf } = require("./suite");

/** Each check, with a `run` that takes the hooks. */
const checksOf = (contract) =>
  contract.all.map((check) => Object.freeze({ ...check, run: (hooks) => runCheck(contract, check, hooks) }));

module.exports = {
  formatReport,
  formatSchedules,

  checks: checksOf(medusa1),
  paymentProcessorContract: suiteOf(medusa1),
  runContract: runnerOf(medusa1),
  runSchedules: schedulesOf(medusa1),

  providerChecks: checksOf(medusa2),
  paymentProviderContract: suiteOf(medusa2),
  runProviderContract: runnerOf(medusa2),
  runProviderSchedules: schedulesOf(medusa2),
};
