// Whether memory stays flat. Run as a program, it makes the calls and prints a sample after every
// tenth of them: a process of its own, because what the other measurements left behind would blur it.

const { execFileSync } = require("node:child_process");

const { COUNT, payment } = require("./payloads.js");

const SAMPLES = 10;
/** The first calls fill the caches of V8 and of the allocators. */
const WARM_UP = 40_000;

async function calls(processor, first, count) {
  for (let number = first; number < first + count; number += COUNT) {
    const pending = [];
    for (let offset = 0; offset < COUNT; offset++) {
      // Every call about a payment of its own: what is remembered for each would show.
      const data = payment("3 KB", number + offset);
      pending.push(offset % 2 ? processor.capturePayment(data) : processor.retrievePayment(data));
    }
    await Promise.all(pending);
  }
}

async function sample(total) {
  const { logger, ManualPaymentService } = require("./subjects.js");
  const processor = new ManualPaymentService({ logger }, {});
  const step = total / SAMPLES;
  await calls(processor, 0, WARM_UP);
  const rss = [];
  for (let taken = 0; taken <= SAMPLES; taken++) {
    if (taken > 0) await calls(processor, WARM_UP + (taken - 1) * step, step);
    global.gc();
    rss.push(process.memoryUsage.rss());
  }
  console.log(JSON.stringify(rss));
}

/** Bytes per 1,000 calls, by least squares. */
function slope(rss, step) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const xs = rss.map((_, index) => (index * step) / 1000);
  const [x, y] = [mean(xs), mean(rss)];
  const covariance = mean(xs.map((each, index) => (each - x) * (rss[index] - y)));
  return covariance / mean(xs.map((each) => (each - x) ** 2));
}

function memory(total) {
  const output = execFileSync(process.execPath, ["--expose-gc", __filename, String(total)], { encoding: "utf8" });
  const rss = JSON.parse(output);
  return {
    calls: total,
    first: rss[0],
    max: Math.max(...rss),
    last: rss.at(-1),
    slope: slope(rss, total / SAMPLES),
    samples: rss,
  };
}

if (require.main === module) sample(Number(process.argv[2]));

module.exports = { memory };
