// Waiting for what happens beside a request.

const { setTimeout: pause } = require("node:timers/promises");

const LIMIT_MS = 20_000;

/** Resolves once `isSo` answers yes. */
async function eventually(isSo) {
  const until = Date.now() + LIMIT_MS;
  while (!(await isSo())) {
    if (Date.now() > until) throw new Error(`After ${LIMIT_MS / 1_000} s it is not so: ${isSo}`);
    await pause(20);
  }
}

module.exports = { eventually };
