// Opens realms as a test runner does, uses the addon in each, drops them, and counts those that are left.

const fs = require("node:fs");
const Module = require("node:module");
const vm = require("node:vm");

const file = require.resolve("medusa-payment-rs/link");
const source = Module.wrap(fs.readFileSync(file, "utf8"));
const load = Module.createRequire(file);
const scripted = require("scripted-payments/scripted-payments.node");

const REALMS = 20;

function openRealm() {
  const realm = vm.createContext({ process, console });
  const module = { exports: {} };
  vm.runInContext(source, realm, { filename: file })(module.exports, load, module);
  const { AbstractPaymentProcessor } = module.exports(scripted);
  return class Scripted extends AbstractPaymentProcessor {
    static identifier = "scripted";
  };
}

async function answerIn(realms) {
  const Scripted = openRealm();
  realms.push(new WeakRef(Scripted));
  const { last } = await new Scripted({}, {}).cancelPayment({});
  return last === "cancel_payment";
}

/** Leaves nothing behind but the call. */
function startCall(realms, answers) {
  const Scripted = openRealm();
  realms.push(new WeakRef(Scripted));
  const data = { id: `pay_${realms.length}`, script: { capture_payment: "slow" } };
  new Scripted({}, {}).capturePayment(data).then(({ last }) => answers.push(last));
}

async function collect(until) {
  for (let round = 0; round < 100 && !until(); round++) {
    await new Promise(setImmediate);
    global.gc();
  }
}

async function main() {
  const realms = [];
  let answeredInTime = 0;
  for (let opened = 0; opened < REALMS / 2; opened++) {
    if (await answerIn(realms)) answeredInTime++;
  }
  const answers = [];
  for (let opened = 0; opened < REALMS / 2; opened++) startCall(realms, answers);
  global.gc();
  const done = new Promise((resolve) => process.once("beforeExit", resolve));
  await collect(() => false);
  await done;
  const left = () => realms.filter((realm) => realm.deref()).length;
  await collect(() => left() === 0);
  console.log(JSON.stringify({ opened: REALMS, answeredInTime, answeredLate: answers.length, left: left() }));
}

main();
