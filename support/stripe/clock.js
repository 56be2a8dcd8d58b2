// The fake's clock: the real one, or the test's, plus what the test has let pass.

function startClock(base = Date.now) {
  let ahead = 0;
  const now = () => base() + ahead;
  return {
    now,
    /** Stripe's timestamps are whole seconds. */
    seconds: () => Math.floor(now() / 1000),
    advance(ms) {
      ahead += ms;
    },
  };
}

module.exports = { startClock };
