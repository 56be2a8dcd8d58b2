// One of the two plugins, as a store runs it, and what its calls cost. Run in a store that has both installed.

const { createRequire } = require("node:module");
const path = require("node:path");
const { monitorEventLoopDelay, performance } = require("node:perf_hooks");

const { hostOf } = require("./hosts");
const { answer } = require("./process.js");

const inStore = createRequire(path.join(process.cwd(), "package.json"));

/** More payments than are ever in flight. */
const PAYMENTS = 1024;
let host;
let makeService;
let threadCpuTime;
let calls = 0;
const services = new Map();
const prepared = new Map();

function serviceFor(url) {
  if (!services.has(url)) services.set(url, makeService(url));
  return services.get(url);
}

function argumentsFor(operation) {
  if (!prepared.has(operation)) {
    const { prepare } = host.operations[operation];
    prepared.set(
      operation,
      Array.from({ length: PAYMENTS }, (_, number) => prepare(number)),
    );
  }
  return prepared.get(operation);
}

/** Calls until the time is over, or the number of calls is reached. */
async function run({ operation, inFlight, url, milliseconds = Infinity, most = Infinity }) {
  const service = serviceFor(url);
  const { call } = host.operations[operation];
  const argument = argumentsFor(operation);
  const until = performance.now() + milliseconds;
  let started = 0;
  let done = 0;
  const worker = async () => {
    while (performance.now() < until && started < most) {
      started += 1;
      const number = ++calls;
      const result = await call(service, argument[number % PAYMENTS], number);
      if (host.failed(result)) throw new Error(JSON.stringify(result));
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return done;
}

async function batch(wishes) {
  // Not a cost of the calls.
  argumentsFor(wishes.operation);
  serviceFor(wishes.url);
  global.gc();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  if (wishes.delay) delay.enable();
  const cpu = process.cpuUsage();
  const main = threadCpuTime();
  const started = performance.now();
  const done = await run(wishes);
  const wall = performance.now() - started;
  const mainUsed = threadCpuTime() - main;
  const { user, system } = process.cpuUsage(cpu);
  delay.disable();
  return {
    calls: done,
    callsPerSecond: (done * 1000) / wall,
    process: (user + system) / done,
    main: (mainUsed * 1000) / done,
    delayP50: delay.percentile(50) / 1e6,
    delayP99: delay.percentile(99) / 1e6,
    rss: process.memoryUsage.rss(),
  };
}

/** How much more memory the process has at its peak than before the first of as many calls of each operation. */
async function memoryGrowth({ memory: callsEach, url }) {
  for (const operation of Object.keys(host.operations)) argumentsFor(operation);
  serviceFor(url);
  global.gc();
  const before = process.memoryUsage.rss();
  for (const operation of Object.keys(host.operations)) await run({ operation, inFlight: 256, url, most: callsEach });
  return process.resourceUsage().maxRSS * 1024 - before;
}

answer(async (message) => {
  if (message.memory) return memoryGrowth(message);
  if (message.subject) {
    host = hostOf(message.medusa);
    makeService = host.subjects[message.subject](inStore);
    ({ threadCpuTime } = require(message.bare));
    return undefined;
  }
  return batch(message);
});
