// Commands of Node.js's own test runner.

const fs = require("node:fs");
const path = require("node:path");

const testFilesIn = (folder) =>
  fs
    .readdirSync(folder)
    .filter((file) => file.endsWith(".test.js"))
    .map((file) => path.join(folder, file));

/** The command that runs these files, as many at a time. */
const nodeTest = (files, { atOnce = 1 } = {}) => [process.execPath, "--test", `--test-concurrency=${atOnce}`, ...files];

module.exports = { nodeTest, testFilesIn };
