// What docs/write-a-provider.md says is done as it says. Its Rust is a doctest of the crate.

const assert = require("node:assert/strict");
const fs = require("node:fs/promises");
const path = require("node:path");
const { before, test } = require("node:test");
const { SCAFFOLDED } = require("../support/paths");
const { run } = require("../support/processes");
const { NAME, scaffoldProject } = require("../support/scaffold");
const { packTarball } = require("../support/store");
const { blocksIn } = require("../support/pages");
const { checks, providerChecks } = require("../testing");

let text;
let blocks;
let project;
before(async () => {
  const page = path.join(__dirname, "../docs/write-a-provider.md");
  text = await fs.readFile(page, "utf8");
  blocks = blocksIn(page);
  const { folder } = await scaffoldProject(await packTarball(), { log: console.log });
  project = path.join(SCAFFOLDED, "as-documented");
  await fs.rm(project, { recursive: true, force: true });
  await fs.cp(folder, project, { recursive: true, filter: (source) => path.basename(source) !== "node_modules" });
  await fs.symlink(path.join(folder, "node_modules"), path.join(project, "node_modules"));
  for (const { code } of blocks.filter(({ language }) => language === "js")) {
    await fs.writeFile(path.join(project, code.match(/^\/\/ (\S+)\n/)[1]), code);
  }
});

test("its first commands are those that the other tests run", () => {
  const { code } = blocks.find(({ language }) => language === "bash");
  assert.deepEqual(code.trim().split("\n"), [
    `npx medusa-payment-rs new ${NAME}`,
    `cd ${NAME}`,
    "npm install",
    "npm test",
  ]);
});

test("every block is in a language that is run", () => {
  assert.deepEqual([...new Set(blocks.map(({ language }) => language))].sort(), ["bash", "js", "rust"]);
});

test("it tells how many checks the kit has for either Medusa", () => {
  for (const { length } of [checks, providerChecks]) {
    assert.match(text, new RegExp(`\`${length} passed, 0 failed, 0 skipped\``));
  }
});

test("its JavaScript passes its own test, and the project's", async () => {
  await run(process.execPath, ["node_modules/jest/bin/jest.js"], { cwd: project });
});

test("its options are those of the provider", async () => {
  const env = { ...process.env, ACME_PAY_ENDPOINT: "https://api.example.com", ACME_PAY_API_KEY: "secret" };
  const script = `
    const { plugins: [{ resolve, options }] } = require("./medusa-config.js");
    const { default: Service } = require("./services/acme-pay.js");
    new Service({}, options);
    console.log(resolve);`;
  assert.equal(await run(process.execPath, ["-e", script], { cwd: project, env }), `${NAME}\n`);
});
