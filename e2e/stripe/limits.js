// How long our provider may take in these tests, in either host.

/** Short, so that a fault costs a test as little as can be; long enough for a machine that is busy. */
const LIMITS = { timeout_ms: 300, deadline_ms: 1_200, max_retries: 1 };

module.exports = { LIMITS };
