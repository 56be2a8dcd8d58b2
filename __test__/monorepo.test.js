// Which Medusa the class belongs to if a project has several, or if Node was not started in the store: folders as package
// managers make them, with a Medusa of one file. e2e/workspace.test.js has a whole one.

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { node, script } = require("./support/node");

const OURS = path.resolve("node_modules/medusa-payment-rs");

let root;
beforeEach(() => (root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "monorepo-")))));
afterEach(() => fs.rmSync(root, { recursive: true }));

function write(file, text) {
  const target = path.join(root, file);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, text);
}

/** Puts a Medusa into a folder: only what is looked for. */
function installMedusa(folder) {
  const medusa = path.join(folder, "node_modules/@medusajs/medusa");
  write(path.join(medusa, "package.json"), JSON.stringify({ name: "@medusajs/medusa", version: "1.20.10" }));
  write(
    path.join(medusa, "dist/interfaces/payment-processor.js"),
    `exports.AbstractPaymentProcessor = class { static of = ${JSON.stringify(folder)} };`,
  );
  write(path.join(medusa, "dist/index.js"), `module.exports = require("./interfaces/payment-processor.js");`);
}

/** Puts a Medusa 2 into a folder: its framework, and its errors beside that. */
function installMedusa2(folder) {
  const modules = path.join(folder, "node_modules/@medusajs");
  const exports = { "./utils": "./utils.js" };
  write(path.join(modules, "framework/package.json"), JSON.stringify({ name: "@medusajs/framework", exports }));
  write(path.join(modules, "framework/utils.js"), `module.exports = require("@medusajs/utils");`);
  write(path.join(modules, "utils/package.json"), JSON.stringify({ name: "@medusajs/utils", main: "dist/index.js" }));
  write(path.join(modules, "utils/dist/index.js"), `module.exports = require("./common/errors.js");`);
  write(
    path.join(modules, "utils/dist/common/errors.js"),
    `exports.MedusaError = class extends Error { static of = ${JSON.stringify(folder)} };`,
  );
}

/** Copies this package into a folder; the addon is too large for that. */
function install(folder) {
  const target = path.join(root, folder, "node_modules/medusa-payment-rs");
  fs.cpSync(OURS, target, { recursive: true, filter: (source) => !source.endsWith(".node") });
  for (const name of fs.readdirSync(OURS).filter((name) => name.endsWith(".node"))) {
    fs.symlinkSync(path.join(OURS, name), path.join(target, name));
  }
  return target;
}

function linkTo(target, folder) {
  const place = path.join(root, folder, "node_modules/medusa-payment-rs");
  fs.mkdirSync(path.dirname(place), { recursive: true });
  fs.symlinkSync(target, place, "junction");
}

const PRINT = `
  const { AbstractPaymentProcessor } = require("medusa-payment-rs");
  console.log(Object.getPrototypeOf(AbstractPaymentProcessor).of);`;
const LOADS_MEDUSA = `require("@medusajs/medusa/dist/index.js");`;

/** Runs the main program of a store in a folder, and resolves with the folder of the Medusa whose class stands above ours. */
async function baseOf(store, { startedIn, medusaFirst = true }) {
  write(path.join(store, "index.js"), `${medusaFirst ? LOADS_MEDUSA : ""}${PRINT}`);
  const { stdout, stderr } = await node([path.join(root, store, "index.js")], { cwd: path.join(root, startedIn) });
  expect(stderr).toBe("");
  return stdout.trim();
}

describe("Medusa in a workspace, Node started in the root", () => {
  beforeEach(() => installMedusa("apps/store"));

  test.each([true, false])("with this package beside it (Medusa loaded first: %s)", async (medusaFirst) => {
    install("apps/store");
    expect(await baseOf("apps/store", { startedIn: ".", medusaFirst })).toBe("apps/store");
  });

  test.each([true, false])("with this package hoisted to the root (Medusa loaded first: %s)", async (medusaFirst) => {
    install(".");
    expect(await baseOf("apps/store", { startedIn: ".", medusaFirst })).toBe("apps/store");
  });

  test.each([true, false])("with this package linked from elsewhere (Medusa loaded first: %s)", async (medusaFirst) => {
    linkTo(install("elsewhere"), "apps/store");
    expect(await baseOf("apps/store", { startedIn: ".", medusaFirst })).toBe("apps/store");
  });

  test("with another Medusa in the root", async () => {
    installMedusa(".");
    install(".");
    expect(await baseOf("apps/store", { startedIn: "." })).toBe("apps/store");
  });

  test("with another store, which has a Medusa of its own", async () => {
    installMedusa("apps/other");
    install(".");
    expect(await baseOf("apps/store", { startedIn: "." })).toBe("apps/store");
    expect(await baseOf("apps/other", { startedIn: "." })).toBe("apps/other");
    expect(await baseOf("apps/other", { startedIn: "apps/store" })).toBe("apps/other");
  });

  test("with a plugin that has brought a Medusa along, and is loaded after the store's", async () => {
    install(".");
    installMedusa("apps/store/node_modules/their-plugin");
    write("apps/store/node_modules/their-plugin/index.js", LOADS_MEDUSA);
    write("apps/store/index.js", `${LOADS_MEDUSA}require("their-plugin");${PRINT}`);
    const { stdout } = await node([path.join(root, "apps/store/index.js")], { cwd: root });
    expect(stdout.trim()).toBe("apps/store");
  });
});

test("in pnpm's strict layout Medusa is found beside this package, and from the store", async () => {
  // .pnpm/<package>/node_modules/<package>, with links to it and between them.
  installMedusa("node_modules/.pnpm/medusa");
  const medusa = path.join(root, "node_modules/.pnpm/medusa/node_modules/@medusajs/medusa");
  const ours = install("node_modules/.pnpm/medusa-payment-rs");
  for (const folder of ["node_modules/.pnpm/medusa-payment-rs/node_modules", "apps/store/node_modules"]) {
    fs.mkdirSync(path.join(root, folder, "@medusajs"), { recursive: true });
    fs.symlinkSync(medusa, path.join(root, folder, "@medusajs/medusa"), "junction");
  }
  linkTo(ours, "apps/store");
  for (const medusaFirst of [true, false]) {
    for (const startedIn of [".", "apps/store"]) {
      expect(await baseOf("apps/store", { startedIn, medusaFirst })).toBe("node_modules/.pnpm/medusa");
    }
  }
});

test("a store that another program has started is found by the Medusa that it has loaded", async () => {
  installMedusa("apps/store");
  install(".");
  write("tools/run.js", `require("../apps/store/index.js");`);
  write("apps/store/index.js", `${LOADS_MEDUSA}${PRINT}`);
  const { stdout } = await node([path.join(root, "tools/run.js")], { cwd: path.join(root, "tools") });
  expect(stdout.trim()).toBe("apps/store");
});

test("without a Medusa anywhere there is a class of our own", async () => {
  install("apps/store");
  expect(await baseOf("apps/store", { startedIn: ".", medusaFirst: false })).toBe("undefined");
});

test("the errors of Medusa 2 are those of the store's framework", async () => {
  installMedusa2("apps/store");
  installMedusa2(".");
  install(".");
  write(
    "apps/store/index.js",
    `require("@medusajs/framework/utils");
    const { services: [Manual] } = require("medusa-payment-rs/v2/manual");
    new Manual({}).refundPayment({ amount: 1, data: {}, context: {} }).catch((error) => console.log(error.constructor.of));`,
  );
  const { stdout } = await node([path.join(root, "apps/store/index.js")], { cwd: root });
  expect(stdout.trim()).toBe("apps/store");
});

describe("the webhook's route", () => {
  const ROUTE = `
    const { hostRequire } = require("medusa-payment-rs/webhook");
    console.log(hostRequire(process.argv[2])("./dist/index.js").AbstractPaymentProcessor.of);`;

  test.each([
    ["the store's folder", "apps/store"],
    ["the folder that Node was started in", "."],
  ])("takes the Medusa of the store, if it is told %s", async (_, folder) => {
    installMedusa("apps/store");
    install(".");
    write("apps/store/index.js", ROUTE);
    const args = [path.join(root, "apps/store/index.js"), path.join(root, folder)];
    const { stdout } = await node(args, { cwd: root });
    expect(stdout.trim()).toBe("apps/store");
  });
});

test("a script without a file finds Medusa from the folder that it is run in", async () => {
  installMedusa(".");
  install(".");
  const { stdout } = await script(PRINT, { cwd: root });
  expect(stdout.trim()).toBe(".");
});
