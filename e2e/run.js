// Runs the end-to-end suites: those of Medusa 1 beside those of Medusa 2, two files of each at a time, because each file has a
// database and servers of its own. First, and one at a time, come the files that change the store from which all of a
// host's files boot; last those that need both stores, or make what the scaffold makes.

const path = require("node:path");
const medusa1 = require("../support/medusa1");
const medusa2 = require("../support/medusa2");
const { nodeTest, testFilesIn } = require("../support/node-test");
const { PACKAGES } = require("../support/paths");
const { stopOnSignals } = require("../support/processes");
const { sideBySide } = require("../support/side-by-side");
const { packForAll } = require("../support/store");

/** They write services or modules into the store of their host, or install a package of their own there. */
const CHANGE_THE_STORE = ["own-service.test.js", "stripe-broken.test.js", "medusa2-stripe-own-class.test.js"];
const LAST = ["demo.test.js", "scaffold.test.js", "medusa2-scaffold.test.js"];

const here = (name) => path.join(__dirname, name);
const first = CHANGE_THE_STORE.map(here);
const last = LAST.map(here);
const together = testFilesIn(__dirname).filter((file) => ![...first, ...last].includes(file));

/** Runs the files of both hosts side by side, as many of each at a time. */
function byHost(files, atOnce) {
  const isOfMedusa2 = (file) => path.basename(file).startsWith("medusa2-");
  const hosts = [files.filter((file) => !isOfMedusa2(file)), files.filter(isOfMedusa2)];
  return sideBySide(hosts.map((theirs) => [nodeTest(theirs, { atOnce })]));
}

async function main() {
  const tarballs = await packForAll(PACKAGES);
  const results = [await byHost(first, 1)];
  // Two files that started at once would both install what is missing.
  for (const { prepareMedusa } of [medusa1, medusa2]) await prepareMedusa({ tarballs, log: console.log });
  results.push(await byHost(together, 2), await sideBySide([[nodeTest(last)]]));
  return results.every(Boolean);
}

stopOnSignals();

main().then(
  (isWell) => {
    process.exitCode = isWell ? 0 : 1;
  },
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
