// Waiting that ends when the fake closes, so that it leaves no timer behind.

const timers = require("node:timers/promises");

/** Waits for `ms` milliseconds, or for the promise `until`. Rejects when `closing` is aborted. */
async function wait({ ms, until }, closing) {
  if (until === undefined) return timers.setTimeout(ms, undefined, { signal: closing });
  let abort;
  const closed = new Promise((_resolve, reject) => {
    abort = () => reject(closing.reason);
    closing.addEventListener("abort", abort, { once: true });
  });
  try {
    await Promise.race([until, closed]);
  } finally {
    closing.removeEventListener("abort", abort);
  }
}

module.exports = { wait };
