// Tests the package on other runtimes than the one that runs the tests: the jest suite on Node.js, the smoke test on Bun
// and Deno. Which versions, and from where on which platform, is in `package.json` beside this file.
//
//   node runtimes/index.js                   all
//   node runtimes/index.js node-26 bun       these
//   node runtimes/index.js --whole node-26   with the tests that meet nothing of Node.js that the addon's own do not

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { isInstalled, npm } = require("../support/npm");
const { prepareMedusa } = require("../support/medusa1");
const { MEDUSA_1, PACKAGES, ROOT, STORE } = require("../support/paths");
const { packTarball } = require("../support/store");
const { optionalDependencies: OFFERED } = require("./package.json");

const INSTALLED = path.join(__dirname, "node_modules");
const PLATFORM = `${process.platform}-${process.arch}`;

/** A runtime that does not end by itself is a failed test and not a test run that never ends. */
const SMOKE_LIMIT_MS = 60_000;

/**
 * The files that meet nothing of Node.js that the addon's own do not: the providers against their fakes, and the
 * conformance kit's checks one by one. They take more than half of the suite's time.
 */
const OF_THE_PROVIDERS = "/__test__/(stripe|paypal/|kit-(stripe|mutants|provider-stripe|schedules)|provider-types)";

const WHOLE = "--whole";
const SUITE = process.argv.includes(WHOLE) ? ["__test__"] : [`--testPathIgnorePatterns=${OF_THE_PROVIDERS}`];

/** Each runtime: its name in `package.json`, what people call it, where it is in its package, and its test. */
const RUNTIMES = [
  { name: "node-22", title: "Node.js", binary: "bin/node", test: jest(SUITE) },
  { name: "node-24", title: "Node.js", binary: "bin/node", test: jest(SUITE) },
  { name: "node-26", title: "Node.js", binary: "bin/node", test: jest(SUITE) },
  { name: "bun", title: "Bun", binary: "bin/bun", test: smoke() },
  { name: "deno", title: "Deno", binary: "deno", test: smoke(["run", "--allow-all"]) },
];

function jest(args) {
  return (binary) => start(binary, [path.join(ROOT, "__test__/run.js"), ...args]);
}

function smoke(args = []) {
  // Deno would keep its caches in the person's home.
  const env = { ...process.env, DENO_DIR: path.join(STORE, "deno") };
  return (binary) => start(binary, [...args, "smoke.mjs"], { cwd: MEDUSA_1.store, env, timeout: SMOKE_LIMIT_MS });
}

/** Runs a command to its end. Returns why it failed, or undefined. */
function start(binary, args, options) {
  const { status, signal, error } = spawnSync(binary, args, { ...options, stdio: "inherit", killSignal: "SIGKILL" });
  if (error?.code === "ETIMEDOUT") return `has not ended within ${options.timeout / 1000} s`;
  if (error) return `cannot be started: ${error.message}`;
  return status === 0 ? undefined : `ended with ${signal ?? `code ${status}`}`;
}

/** Returns a line for the report, and whether the test passed: undefined if npm has no such runtime for this platform. */
function tryOn({ name, title, binary, test }) {
  const alias = `${name}-${PLATFORM}`;
  if (!OFFERED[alias]) return { line: `${name}: not tested, npm has no package of it for ${PLATFORM}` };
  const folder = path.join(INSTALLED, alias);
  // npm says nothing about an optional package that it could not download.
  if (!fs.existsSync(folder)) return { passed: false, line: `${name}: npm did not install it: delete ${INSTALLED}` };
  const called = `${title} ${require(path.join(folder, "package.json")).version}`;
  console.log(`\n${called}\n`);
  const started = performance.now();
  const failure = test(path.join(folder, binary));
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  return { passed: !failure, line: `${called}: ${failure ?? "passed"} (${seconds} s)` };
}

async function main(names) {
  const unknown = names.filter((name) => !RUNTIMES.some((runtime) => runtime.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `Unknown runtime ${unknown.join(", ")}. The runtimes are ${RUNTIMES.map(({ name }) => name).join(", ")}.`,
    );
  }
  if (!isInstalled(__dirname)) {
    console.log("installing the runtimes (once; about half a minute)");
    await npm(__dirname, ["ci", "--ignore-scripts"]);
  }
  await prepareMedusa({ tarballs: await Promise.all(PACKAGES.map((root) => packTarball(root))), log: console.log });
  fs.copyFileSync(path.join(__dirname, "smoke.mjs"), path.join(MEDUSA_1.store, "smoke.mjs"));

  const results = RUNTIMES.filter(({ name }) => names.length === 0 || names.includes(name)).map(tryOn);
  const count = (wanted) => results.filter(({ passed }) => passed === wanted).length;
  console.log(["", ...results.map(({ line }) => line), "", `${count(true)} passed, ${count(false)} failed`].join("\n"));
  return count(false) === 0;
}

main(process.argv.slice(2).filter((argument) => argument !== WHOLE)).then(
  (passed) => {
    process.exitCode = passed ? 0 : 1;
  },
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
