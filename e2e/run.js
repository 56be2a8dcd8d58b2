// Runs the end-to-end suites: those of Medusa 1 beside those of Medusa 2, two files of each at a time, because each file has a
// database and servers of its own. What changes the store that all of a host's files boot from, or needs both stores, or
// makes what the scaffold makes, is alone there.

const fs = require("node:fs");
const path = require("node:path");
const medusa1 = require("../support/medusa1");
const medusa2 = require("../support/medusa2");
const { PACKAGES } = require("../support/paths");
const { sideBySide } = require("../support/side-by-side");
const { packForAll, packTarball } = require("../support/store");

/** They write services or modules into the store of their host, or install a package of their own there. */
const CHANGE_THE_STORE = ["own-service.test.js", "stripe-broken.test.js", "medusa2-stripe-own-class.test.js"];
const ALONE = ["demo.test.js", "scaffold.test.js", "medusa2-scaffold.test.js"];

const all = fs.readdirSync(__dirname).filter((file) => file.endsWith(".test.js"));
const together = all.filter((file) => ![...CHANGE_THE_STORE, ...ALONE].includes(file));
const isOfMedusa2 = (file) => file.startsWith("medusa2-");

const tests = (files, atOnce) => [
  process.execPath,
  "--test",
  `--test-concurrency=${atOnce}`,
  ...files.map((file) => path.join(__dirname, file)),
];

/** The suites of each host in their order, as many files of each at a time. */
const ofEachHost = (files, atOnce) =>
  [false, true].map((medusa2) => [
    tests(
      files.filter((file) => isOfMedusa2(file) === medusa2),
      atOnce,
    ),
  ]);

/** Two files that started at once would both install what is missing. */
async function prepareStores() {
  const tarballs = await Promise.all(PACKAGES.map(packTarball));
  for (const { prepareMedusa } of [medusa1, medusa2]) await prepareMedusa({ tarballs, log: console.log });
}

(async () => {
  await packForAll(PACKAGES);
  const changing = await sideBySide(ofEachHost(CHANGE_THE_STORE, 1));
  await prepareStores();
  const results = [changing, await sideBySide(ofEachHost(together, 2)), await sideBySide([[tests(ALONE, 1)]])];
  process.exitCode = results.every(Boolean) ? 0 : 1;
})();
