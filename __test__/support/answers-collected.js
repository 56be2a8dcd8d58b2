// Makes calls, several in flight, and prints how many bytes each of them has left behind on the heap for a full collection.

const link = require("medusa-payment-rs/link");
const scripted = require("scripted-payments/scripted-payments.node");

const CALLS = 4_000;
const IN_FLIGHT = 32;

class Scripted extends link(scripted).AbstractPaymentProcessor {
  static identifier = "scripted";
}

const processor = new Scripted({}, {});
const text = JSON.stringify(Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`note_${at}`, "x".repeat(50)])));

async function calls() {
  let made = 0;
  const caller = async () => {
    while (made < CALLS) await processor.capturePayment(Object.assign(JSON.parse(text), { id: `pay_${made++}` }));
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, caller));
}

async function main() {
  await calls();
  global.gc();
  const before = process.memoryUsage().heapUsed;
  await calls();
  for (let round = 0; round < 3; round++) global.gc({ type: "minor" });
  console.log(Math.round((process.memoryUsage().heapUsed - before) / CALLS));
}

main();
