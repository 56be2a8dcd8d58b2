// Everything that a change has to pass, or some of it.
//
//   node support/suites.js                             all, what needs one core beside what needs the other
//   node support/suites.js js e2e                      these
//   node support/suites.js runtimes --whole node-26    the last one with these arguments

const path = require("node:path");
const { nodeTest, testFilesIn } = require("./node-test");
const { ROOT } = require("./paths");
const { stopOnSignals } = require("./processes");
const { sideBySide } = require("./side-by-side");

const npm = (script) => ["npm", "run", "--silent", script];
const node = (...args) => [process.execPath, ...args];
const cargoTest = (...args) => ["cargo", "test", "--locked", ...args];

/** The tests of these folders, one file after the other. */
const tests = (...folders) => nodeTest(folders.flatMap((folder) => testFilesIn(path.join(ROOT, folder))));

/** The addons, and what is built at the same time: cargo has one folder for releases, and one for what is not. */
const BUILDS = [["build"], ["build:test-addon", "build:example"]];
const ADDONS = BUILDS.flat();

/** What each suite needs to be built, and what it runs. */
const SUITES = {
  lint: { builds: [], commands: [npm("lint")] },
  rust: {
    builds: [],
    commands: [
      cargoTest("--no-default-features", "--features", "testing"),
      cargoTest("--features", "testing,addon"),
      cargoTest("-p", "medusa-payment-rs-paypal"),
    ],
  },
  js: {
    builds: ADDONS,
    commands: [tests("admin", "support", "support/stripe/__test__"), npm("test:generated"), node("__test__/run.js")],
  },
  runtimes: { builds: ADDONS, commands: [node("runtimes/index.js")] },
  scaffold: {
    builds: ["build"],
    commands: [["rustfmt", "--check", "scaffold/template/src/lib.rs"], tests("scaffold")],
  },
  audit: { builds: ["build"], commands: [tests("audit")] },
  release: { builds: ["build"], commands: [tests("release")] },
  e2e: { builds: ADDONS, commands: [node("e2e/run.js")] },
};

/** One after the other: what may run at the same time. cargo works in one folder, so that what needs it is one list. */
const STAGES = [
  [
    ["lint", "rust", "scaffold", "release"],
    ["js", "runtimes", "audit"],
  ],
  [["e2e"]],
];

function chosenFrom(args) {
  const end = args.findIndex((argument) => !(argument in SUITES));
  const names = end < 0 ? args : args.slice(0, end);
  const more = end < 0 ? [] : args.slice(end);
  if (names.length === 0 && more.length > 0) {
    throw new Error(`Unknown suite ${more[0]}. The suites are ${Object.keys(SUITES).join(", ")}.`);
  }
  return { names: names.length > 0 ? names : Object.keys(SUITES), more };
}

async function main(args) {
  const { names, more } = chosenFrom(args);
  const commandsOf = (name) => {
    const { commands } = SUITES[name];
    return name === names.at(-1) ? commands.with(-1, [...commands.at(-1), ...more]) : commands;
  };
  const needed = names.flatMap((name) => SUITES[name].builds);
  const builds = BUILDS.map((list) => list.filter((addon) => needed.includes(addon)).map(npm));
  const stages = STAGES.map((lists) =>
    lists.map((list) => list.filter((name) => names.includes(name)).flatMap(commandsOf)),
  );
  for (const lists of [builds, ...stages]) {
    const wanted = lists.filter((commands) => commands.length > 0);
    if (!(await sideBySide(wanted, { cwd: ROOT }))) return false;
  }
  return true;
}

stopOnSignals();

main(process.argv.slice(2)).then(
  (isWell) => {
    process.exitCode = isWell ? 0 : 1;
  },
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
