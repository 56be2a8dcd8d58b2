// One of the two plugins, as a store runs it, and what its calls cost. Run in a store that has both installed.

const { createRequire } = require("node:module");
const path = require("node:path");
const { monitorEventLoopDelay, performance } = require("node:perf_hooks");

const { payment } = require("../payloads.js");
const { answer } = require("./process.js");

const inStore = createRequire(path.join(process.cwd(), "package.json"));

/** More payments than are ever in flight. */
const PAYMENTS = 1024;
const KEY = "sk_test_benchmark";
/** A store's logger, at no cost of its own. */
const logger = { error() {}, warn() {}, info() {}, debug() {} };

const SUBJECTS = {
  /** `medusa-payment-stripe` 6 has no option for the host: its SDK is made anew with one. */
  javascript() {
    const Service = inStore("medusa-payment-stripe/dist/services/stripe-provider").default;
    const Stripe = createRequire(inStore.resolve("medusa-payment-stripe/package.json"))("stripe");
    return (url) => {
      const { hostname: host, port } = new URL(url);
      const service = new Service({ logger }, { api_key: KEY });
      service.stripe_ = new Stripe(KEY, { apiVersion: "2022-11-15", host, port, protocol: "http" });
      return service;
    };
  },
  ours() {
    const Service = inStore("medusa-payment-rs/stripe/services/stripe-provider.js").default;
    return (url) => new Service({ logger }, { api_key: KEY, api_base: url });
  },
};

/** Data as Medusa hands it over, of a payment of today; the number makes every payment another one. */
const data = (number) => ({
  ...payment("3 KB", number),
  id: `pi_${number}`,
  created: Math.floor(Date.now() / 1000),
  status: "succeeded",
});

/** Of a payment that is so old that Stripe may have forgotten what it was asked about it: ours looks first. */
const oldData = (number) => ({ ...data(number), created: 1732356000 });

const context = (number) => ({
  amount: 1999,
  currency_code: "eur",
  email: "ada@example.com",
  resource_id: `cart_${number}`,
  customer: { id: "cus_1", email: "ada@example.com", has_account: true, metadata: { stripe_id: "cus_stripe" } },
  billing_address: null,
  context: { ip: "127.0.0.1", user_agent: "benchmark" },
  paymentSessionData: {},
});

const OPERATIONS = {
  retrieve: { prepare: data, call: (service, data) => service.retrievePayment(data) },
  initiate: { prepare: context, call: (service, context) => service.initiatePayment(context) },
  // Each time as the first refund of its payment: a repeated one would be held back by ours.
  refund: { prepare: data, call: refund },
  "refund a day later": { prepare: oldData, call: refund },
};

function refund(service, data, number) {
  return service.refundPayment({ ...data, id: `pi_${number}` }, 5);
}

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
    const { prepare } = OPERATIONS[operation];
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
  const { call } = OPERATIONS[operation];
  const argument = argumentsFor(operation);
  const until = performance.now() + milliseconds;
  let started = 0;
  let done = 0;
  const worker = async () => {
    while (performance.now() < until && started < most) {
      started += 1;
      const number = ++calls;
      const result = await call(service, argument[number % PAYMENTS], number);
      if (result.error) throw new Error(JSON.stringify(result));
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return done;
}

async function batch(wishes) {
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
  for (const operation of Object.keys(OPERATIONS)) argumentsFor(operation);
  serviceFor(url);
  global.gc();
  const before = process.memoryUsage.rss();
  for (const operation of Object.keys(OPERATIONS)) await run({ operation, inFlight: 256, url, most: callsEach });
  return process.resourceUsage().maxRSS * 1024 - before;
}

answer(async (message) => {
  if (message.memory) return memoryGrowth(message);
  if (message.subject) {
    makeService = SUBJECTS[message.subject]();
    ({ threadCpuTime } = require(message.bare));
    return undefined;
  }
  return batch(message);
});
