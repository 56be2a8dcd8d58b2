// Runs the end-to-end suites: those of Medusa 1 beside those of Medusa 2, two files of each at a time, because each file has a
// database and servers of its own. What changes the store that all of a host's files boot from, or needs both stores, or
// makes what the scaffold makes, is alone there.

const fs = require("node:fs");
const path = require("node:path");
const { PACKAGES } = require("../support/paths");
const { sideBySide } = require("../support/side-by-side");
const { packForAll } = require("../support/store");

/** They write services or modules into the store of their host. */
const CHANGE_THE_STORE = ["own-service.test.js", "medusa2-stripe-own-class.test.js"];
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

(async () => {
  await packForAll(PACKAGES);
  const results = [
    await sideBySide(ofEachHost(CHANGE_THE_STORE, 1)),
    await sideBySide(ofEachHost(together, 2)),
    await sideBySide([[tests(ALONE, 1)]]),
  ];
  process.exitCode = results.every(Boolean) ? 0 : 1;
})();
