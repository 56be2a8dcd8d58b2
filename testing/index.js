// The contract of a Medusa v1 payment processor as tests, for any processor: see docs/testing.md.

const { all } = require("./contract");
const { formatReport } = require("./report");
const { runCheck, runContract } = require("./run");
const { formatSchedules, runSchedules } = require("./schedules");
const { paymentProcessorContract } = require("./suite");

/** Each check, with a `run` that takes the hooks. */
const checks = all.map((check) => Object.freeze({ ...check, run: (hooks) => runCheck(check, hooks) }));

module.exports = { checks, formatReport, formatSchedules, paymentProcessorContract, runContract, runSchedules };
