// Runs the jest suite and the type test where they belong: in a store that has installed the tarball.
//
//   node __test__/run.js               both
//   node __test__/run.js boundary -t … jest alone, with these arguments
//   node __test__/run.js types         the type test alone

const { spawnSync } = require("node:child_process");
const fs = require("node:fs/promises");
const path = require("node:path");
const { prepareMedusa } = require("../support/medusa1");
const { prepareMedusa: prepareMedusa2 } = require("../support/medusa2");
const { MEDUSA_1, MEDUSA_2, PACKAGES, PAYPAL, ROOT, TEST_ADDON } = require("../support/paths");
const { packTarball } = require("../support/store");

async function main(args) {
  const tarballs = await Promise.all(PACKAGES.map((root) => packTarball(root)));
  const store = await prepareMedusa({ tarballs, log: console.log });
  // Beside it, for the contract of Medusa 2 on Medusa's own plugin, and for its types.
  await prepareMedusa2({ log: console.log });
  await copyTests(store);
  const onlyTypes = args.length === 1 && args[0] === "types";
  const passed = [];
  if (!onlyTypes) passed.push(jest(store, args));
  if (onlyTypes || args.length === 0) passed.push(typeTest(store));
  return passed.every(Boolean);
}

async function copyTests(store) {
  const folder = path.join(store, "__test__");
  const notRequired = [__filename, TEST_ADDON, MEDUSA_1.template, MEDUSA_2.template];
  // What the tests share with others has the same place beside them in the store.
  for (const name of ["__test__", "support"]) {
    await fs.rm(path.join(store, name), { recursive: true, force: true });
    await fs.cp(path.join(ROOT, name), path.join(store, name), {
      recursive: true,
      filter: (source) => !notRequired.includes(source),
    });
  }
  await fs.cp(path.join(PAYPAL, "__test__"), path.join(folder, "paypal"), { recursive: true });
  // `skipLibCheck` is for Medusa's declarations, which do not compile. As `.ts` files ours are checked all the same.
  const declarations = path.join(folder, "types/declarations");
  await fs.mkdir(declarations);
  for (const [source, name] of [
    ["medusa-payment-rs/index.d.ts", "index.ts"],
    ["medusa-payment-rs/link.d.ts", "link.ts"],
    ["medusa-payment-rs/load.d.ts", "load.ts"],
    ["medusa-payment-rs/testing/index.d.ts", "testing-index.ts"],
    ["medusa-payment-rs/webhook/index.d.ts", "webhook-index.ts"],
    ["medusa-payment-rs-paypal/index.d.ts", "paypal.ts"],
  ]) {
    await fs.copyFile(path.join(store, "node_modules", source), path.join(declarations, name));
  }
}

/**
 * In one worker: the machine may have only two cores, and every test file is a realm of its own all the same. The
 * limit of a test is far away, because no test is about speed.
 */
function jest(store, args) {
  const options = ["--roots", "<rootDir>/__test__", "--runInBand", "--testTimeout", "60000"];
  return run(store, "jest/bin/jest.js", [...options, ...args]);
}

function typeTest(store) {
  const passed = run(store, "typescript/bin/tsc", ["-p", "__test__/types"]);
  console.log(`Types: ${passed ? "passed" : "failed"}`);
  return passed;
}

function run(store, script, args) {
  const { status } = spawnSync(process.execPath, [path.join(store, "node_modules", script), ...args], {
    cwd: store,
    // The panics that some tests ask for are printed; their backtraces would bury the results.
    env: { ...process.env, RUST_BACKTRACE: "0" },
    stdio: "inherit",
  });
  return status === 0;
}

main(process.argv.slice(2)).then(
  (passed) => {
    process.exitCode = passed ? 0 : 1;
  },
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
