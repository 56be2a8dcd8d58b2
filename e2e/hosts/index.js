// Tries the package in other versions of Medusa than the one of the tests, one after another: those in `versions.js`, and the
// newest Medusa 2 on npm. Each gets a store of its own, which is deleted afterwards.
//
//   node e2e/hosts/index.js                all
//   node e2e/hosts/index.js 1.8.0 2.5.0    these, listed or not

const fs = require("node:fs/promises");
const path = require("node:path");
const { stripVTControlCharacters } = require("node:util");
const { MEDUSA_1, MEDUSA_2, ROOT, STORE } = require("../../support/paths");
const { npm } = require("../../support/npm");
const { stopAll, stopOnSignals } = require("../../support/processes");
const { prepareStore } = require("../../support/store");
const { progress } = require("../support/progress");
const { ABSENT, FAILED, OK, isGreen, tableOf } = require("./table");
const { versionsOf } = require("./versions");

/** What is behind each Medusa: its support, what its stores are made from, and its flows. */
const HOSTS = {
  1: { support: require("../../support/medusa1"), ...MEDUSA_1, openFlows: require("./medusa1").openFlows },
  2: { support: require("../../support/medusa2"), ...MEDUSA_2, openFlows: require("./medusa2").openFlows },
};

/** How long a version may take, its install included, and how long one flow. */
const VERSION_LIMIT_MS = 20 * 60_000;
const FLOW_LIMIT_MS = 2 * 60_000;

const step = progress();

/** Resolves with what was seen. Whatever happens, nothing of the store is left. */
async function tryVersion(major, { medusa, pins, lacks }) {
  // Without points: MikroORM takes what follows one for the extension of a file.
  const store = path.join(STORE, "hosts", `medusa-${medusa.replaceAll(".", "-")}`);
  const seen = { medusa, node: process.versions.node };
  await fs.rm(store, { recursive: true, force: true });
  try {
    return { ...seen, cells: await inTime(VERSION_LIMIT_MS, () => runFlows(major, { medusa, store, pins, lacks })) };
  } catch (error) {
    console.log(stripVTControlCharacters(error.message));
    return { ...seen, boot: reasonOf(error) };
  } finally {
    await stopAll();
    await fs.rm(store, { recursive: true, force: true });
  }
}

async function runFlows(major, { medusa, store, pins, lacks = {} }) {
  const { support, template, openFlows } = HOSTS[major];
  const prepareMedusa = (wishes) => prepareStore({ template, store, pins, title: `Medusa ${medusa}`, ...wishes });
  const { flows, close } = await openFlows({ host: { ...support, prepareMedusa }, step });
  const cells = {};
  for (const [provider, works] of Object.entries(flows)) {
    cells[provider] = {};
    for (const [name, work] of Object.entries(works)) {
      cells[provider][name] = lacks[name]
        ? { outcome: ABSENT, why: lacks[name] }
        : await outcomeOf(provider, name, work);
    }
  }
  await close();
  return cells;
}

async function outcomeOf(provider, name, work) {
  try {
    await step(`${provider}: ${name}`, () => inTime(FLOW_LIMIT_MS, work));
    return { outcome: OK };
  } catch (error) {
    console.log(stripVTControlCharacters(error.stack ?? String(error)));
    return { outcome: FAILED, why: reasonOf(error) };
  }
}

/** Rejects if the work takes longer. It goes on until `stopAll` takes its servers away. */
async function inTime(ms, work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It was not done within ${ms / 60_000} min`)), ms);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The line that says most: what was thrown, if a server has said it before it ended, or else the first. */
function reasonOf({ message }) {
  const [headline, ...output] = stripVTControlCharacters(message).split("\n");
  return (output.find((line) => /^(\w*Error(?: \[\w+\])?: |npm error (?!code))/.test(line)) ?? headline).trim();
}

/** Before it is tried, the newest counts as one like the newest that is listed. */
async function newestMedusa2() {
  return (await npm(ROOT, ["view", "@medusajs/medusa", "version"])).trim();
}

async function main(asked) {
  const wanted = versionsOf({ asked, newest: asked.length === 0 ? await newestMedusa2() : undefined });
  const results = { 1: [], 2: [] };
  for (const { major, ...version } of wanted) {
    console.log(`\nMedusa ${version.medusa}\n`);
    results[major].push(await tryVersion(major, version));
  }
  for (const [major, seen] of Object.entries(results)) {
    if (seen.length > 0) console.log(`\n${tableOf(major, seen)}`);
  }
  const all = Object.values(results).flat();
  const failed = all.filter((one) => !isGreen(one)).length;
  console.log(`\n${all.length - failed} passed, ${failed} failed`);
  return failed === 0;
}

stopOnSignals({ after: () => fs.rm(path.join(STORE, "hosts"), { recursive: true, force: true }) });

main(process.argv.slice(2)).then(
  (passed) => {
    process.exitCode = passed ? 0 : 1;
  },
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
