// Where the harness reads and writes. All that it writes, temporary folders apart, is under `STORE`.

const path = require("node:path");

const ROOT = path.resolve(__dirname, "../..");
const TEMPLATE = path.join(ROOT, "e2e/store");
const STORE = path.join(ROOT, ".store");

/** A second package with an addon of its own, as a third party would make it. */
const TEST_ADDON = path.join(ROOT, "__test__/addon");

module.exports = { ROOT, TEST_ADDON, TEMPLATE, STORE };
