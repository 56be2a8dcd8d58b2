// What the Rust side says about its calls. It logs to the store's own logger, so it is read from the server's output.

const LIMIT_MS = 5_000;
const UNITS = { ns: 1e-6, µs: 1e-3, us: 1e-3, ms: 1, s: 1e3 };

// medusa-payment-rs: manual.capture_payment ok in 0.12 ms
const CALL = /([\w-]+)\.([a-z]+(?:_[a-z]+)+) ([\w-]+).*?([\d.]+) ?(ns|µs|us|ms|s)\b/;
const COLOURS = /\u001b\[\d+m/g;

/** `{ provider, method, outcome, ms }`, or undefined where the line says something else. */
function parseCall(line) {
  const found = line.replace(COLOURS, "").match(CALL);
  if (!found) return undefined;
  const [, provider, method, outcome, duration, unit] = found;
  return { provider, method, outcome, ms: Number(duration) * UNITS[unit] };
}

/** Collects the calls from now on. */
function watchProcessor(medusa) {
  let calls = [];
  let waiting = () => {};
  medusa.lines.follow((line) => {
    const call = parseCall(line);
    if (!call) return;
    calls.push(call);
    waiting();
  });

  return {
    /**
     * Resolves with the calls since the last `take`, once these methods are among them. A line may come after the
     * answer to the HTTP call that caused it: logging does not hold a payment back.
     */
    async take(methods = []) {
      const missing = () => methods.filter((method) => !calls.some((call) => call.method === method));
      const limit = AbortSignal.timeout(LIMIT_MS);
      await new Promise((resolve, reject) => {
        waiting = () => missing().length === 0 && resolve();
        limit.onabort = () => reject(new Error(`The log does not show the Rust side running ${missing().join(", ")}.`));
        waiting();
      });
      const taken = calls;
      calls = [];
      return taken;
    },
  };
}

module.exports = { watchProcessor, parseCall };
