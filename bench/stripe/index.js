// npm run bench:stripe [-- --quick] [--medusa 2]
//
// `medusa-payment-stripe`, or in Medusa 2 `@medusajs/payment-stripe`, and ours side by side: each in a process of its own,
// in turns, against one server on loopback. Client and server have one core each. The numbers behind the printed tables
// are in target/bench/stripe.json, those of Medusa 2 in stripe-medusa2.json.
//
// They are measured twice. The first calls of a process are what a store makes: a provider is called some four times for an
// order, so that a thousand calls are a day with 250 orders, and with the next deployment V8 begins anew to find out what to
// optimize. Later, after seconds of calls without a pause, it has optimized all there is.

const fs = require("node:fs");
const path = require("node:path");
const { parseArgs } = require("node:util");

const medusa1 = require("../../support/medusa1");
const medusa2 = require("../../support/medusa2");
const { packTarball } = require("../../support/store");
const { build, TARGET } = require("../build.js");
const { machine } = require("../machine.js");
const { median } = require("../median.js");
const { judge, judgeGrowth } = require("./bars.js");
const { hostOf, VERSIONS } = require("./hosts");
const { startProcess } = require("./process.js");
const { report } = require("./report.js");

const IN_FLIGHT = [1, 32, 256];
const LATENCIES_MS = [0, 100];
const SUBJECTS = ["javascript", "ours"];
const MEMORY_PROCESSES = 3;
const FIRST_CALLS = 1_000;
/** Those that the bars are about. */
const FIRST_IN_FLIGHT = [32, 256];
const PREPARE = { 1: medusa1.prepareMedusa, 2: medusa2.prepareMedusa };
const RESULTS = { 1: "stripe.json", 2: "stripe-medusa2.json" };

const FULL = { processes: 9, rounds: 7, milliseconds: 800, memory: 15_000 };
const QUICK = { processes: 3, rounds: 3, milliseconds: 300, memory: 3_000 };

const SERVER_CORE = 0;
const CLIENT_CORE = 1;

const progress = (step) => console.error(`… ${step}`);

async function main() {
  const { values: flags } = parseArgs({
    options: { quick: { type: "boolean" }, medusa: { type: "string", default: "1" } },
  });
  const { medusa } = flags;
  if (!VERSIONS.includes(medusa)) throw new Error(`--medusa ${medusa}: expected ${VERSIONS.join(" or ")}`);
  const { processes, rounds, milliseconds, memory } = flags.quick ? QUICK : FULL;

  progress("building the addon, and installing it beside the JavaScript plugin");
  build();
  const store = await PREPARE[medusa]({ tarballs: [await packTarball()], log: progress });
  const server = await startProcess(path.join(__dirname, "server.js"), { core: SERVER_CORE });
  try {
    const { urls } = await server.ask({ latencies: LATENCIES_MS });
    const growth = {};
    for (const subject of SUBJECTS) {
      progress(`memory: ${memory} calls of each operation, ${subject}`);
      const each = [];
      for (let round = 0; round < MEMORY_PROCESSES; round++) {
        const grown = withClients({ medusa, store }, [subject], (clients) =>
          clients[subject].ask({ memory, url: urls[0] }),
        );
        each.push(await grown);
      }
      growth[subject] = median(each);
    }
    const operations = Object.keys(hostOf(medusa).operations);
    const first = await measureFirst({ medusa, store, operations, server, url: urls[0], processes });
    const later = await withClients({ medusa, store }, SUBJECTS, (clients) =>
      measure({ operations, clients, server, urls, rounds, milliseconds }),
    );
    const onGrowth = judgeGrowth(medusa, growth);
    const results = {
      machine: machine(),
      pinned: server.pinned,
      processes,
      rounds,
      firstCalls: FIRST_CALLS,
      first,
      later,
      memory,
      growth,
      bars: { first: [...judge(medusa, first), ...onGrowth], later: [...judge(medusa, later), ...onGrowth] },
    };
    console.log(`\n${report(results)}`);
    fs.writeFileSync(path.join(TARGET, RESULTS[medusa]), `${JSON.stringify(results, null, 2)}\n`);
  } finally {
    await server.stop();
  }
}

/** Fresh processes for these subjects, for as long as `work` takes. */
async function withClients({ medusa, store }, subjects, work) {
  const clients = {};
  try {
    for (const subject of subjects) {
      clients[subject] = await startProcess(path.join(__dirname, "client.js"), { core: CLIENT_CORE, cwd: store });
      await clients[subject].ask({ medusa, subject, bare: path.join(TARGET, "bare.node") });
    }
    return await work(clients);
  } finally {
    for (const client of Object.values(clients)) await client.stop();
  }
}

/** What a client does, with how many requests a call makes. */
async function asked(client, server, batch) {
  const { requests: before } = await server.ask({});
  const { calls, ...costs } = await client.ask(batch);
  const { requests: after } = await server.ask({});
  return { ...costs, requests: (after - before) / calls };
}

/** The first calls, each time of a fresh process, both subjects in turns. */
async function measureFirst({ medusa, store, operations, server, url, processes }) {
  const cells = [];
  for (const inFlight of FIRST_IN_FLIGHT) {
    for (const operation of operations) {
      progress(`the first ${FIRST_CALLS} calls: ${operation}, ${inFlight} in flight`);
      const batches = Object.fromEntries(SUBJECTS.map((subject) => [subject, []]));
      // The timer that measures the delay is a cost of its own.
      const batch = { operation, inFlight, url, most: FIRST_CALLS, delay: inFlight > 32 };
      for (let round = 0; round < processes; round++) {
        for (const subject of round % 2 ? SUBJECTS : SUBJECTS.toReversed()) {
          const costs = await withClients({ medusa, store }, [subject], (clients) =>
            asked(clients[subject], server, batch),
          );
          batches[subject].push(costs);
        }
      }
      const subjects = Object.fromEntries(SUBJECTS.map((subject) => [subject, medians(batches[subject])]));
      cells.push({ operation, inFlight, latency: 0, subjects });
    }
  }
  return cells;
}

/** Every cell in rounds, both subjects in turns: whatever else the machine does meets both alike. */
async function measure({ operations, clients, server, urls, rounds, milliseconds }) {
  const ask = (subject, batch) => asked(clients[subject], server, batch);
  const cells = [];
  for (const latency of LATENCIES_MS) {
    for (const inFlight of IN_FLIGHT) {
      for (const operation of operations) {
        progress(`${operation}, ${inFlight} in flight, ${latency} ms of latency`);
        const batches = Object.fromEntries(SUBJECTS.map((subject) => [subject, []]));
        // A call takes as long as the server lets it: there have to be some of them in a batch.
        const batch = { operation, inFlight, url: urls[latency], milliseconds: milliseconds + 5 * latency };
        // The timer that measures the delay is a cost of its own, which one call after the other would have to bear:
        // there it is measured apart.
        const many = inFlight > 1;
        for (const subject of SUBJECTS) await clients[subject].ask({ ...batch, milliseconds: batch.milliseconds / 2 });
        for (let round = 0; round < rounds; round++) {
          const order = round % 2 ? SUBJECTS : SUBJECTS.toReversed();
          for (const subject of order) batches[subject].push(await ask(subject, { ...batch, delay: many }));
        }
        const subjects = Object.fromEntries(SUBJECTS.map((subject) => [subject, medians(batches[subject])]));
        for (const subject of many ? [] : SUBJECTS) {
          const { delayP50, delayP99 } = await ask(subject, { ...batch, delay: true });
          Object.assign(subjects[subject], { delayP50, delayP99 });
        }
        cells.push({ operation, inFlight, latency, subjects });
      }
    }
  }
  return cells;
}

function medians(batches) {
  const names = Object.keys(batches[0]);
  return Object.fromEntries(names.map((name) => [name, median(batches.map((batch) => batch[name]))]));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
