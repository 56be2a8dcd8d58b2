// A project that was made from the tarball installs, builds and passes its own tests, with what npm and cargo have today.

const assert = require("node:assert/strict");
const fs = require("node:fs/promises");
const path = require("node:path");
const { before, test } = require("node:test");
const { npm, npx } = require("../support/npm");
const { ROOT, SCAFFOLDED } = require("../support/paths");
const { run } = require("../support/processes");
const { CARGO_TARGET, NAME, scaffoldProject } = require("../support/scaffold");
const { packTarball } = require("../support/store");
const { checks, providerChecks } = require("../testing");

let project;
before(async () => {
  project = await scaffoldProject(await packTarball(), { log: console.log });
});

test("npm install && npm test passes at once, with every test of the template", async () => {
  const files = ["acme.test.js", "medusa2.test.js"].map((name) => path.join(__dirname, "template/__test__", name));
  const template = (await Promise.all(files.map((file) => fs.readFile(file, "utf8")))).join("");
  const [, passed, total] = project.output.match(/Tests: +(\d+) passed, (\d+) total/);
  assert.equal(passed, total);
  const titles = [...template.matchAll(/\btest\("([^"]+)"/g)].map(([, title]) => title);
  assert.ok(titles.length > 20);
  for (const title of titles) assert.ok(project.output.includes(`✓ ${title}`), title);
});

test("among them is every check of the conformance kit for either Medusa, and none is skipped", () => {
  const passed = [...project.output.matchAll(/^ +✓ ([a-z-]+): /gm)].map(([, id]) => id);
  assert.deepEqual(
    passed,
    [...checks, ...providerChecks].map(({ id }) => id),
  );
});

test("the kit's report can be had without jest", async () => {
  const report = await run(process.execPath, ["__test__/contract.js"], { cwd: project.folder });
  assert.equal(
    report,
    `Medusa 1\n${checks.length} passed, 0 failed, 0 skipped\nMedusa 2\n${providerChecks.length} passed, 0 failed, 0 skipped\n`,
  );
});

test("what its workflow publishes is a package for each platform, and one that names them", async () => {
  const copy = path.join(SCAFFOLDED, "published");
  await fs.rm(copy, { recursive: true, force: true });
  await fs.cp(project.folder, copy, { recursive: true, filter: (source) => path.basename(source) !== "node_modules" });
  const { napi } = JSON.parse(await fs.readFile(path.join(copy, "package.json"), "utf8"));
  const command = path.join(project.folder, "node_modules/.bin/napi");
  const runNapi = (...args) => run(command, args, { cwd: copy });
  await runNapi("create-npm-dirs");
  const platforms = await fs.readdir(path.join(copy, "npm"));
  assert.equal(platforms.length, napi.targets.length);
  for (const platform of platforms) {
    const addon = path.join(copy, "artifacts", `addon-${platform}`, `${NAME}.${platform}.node`);
    await fs.mkdir(path.dirname(addon), { recursive: true });
    await fs.writeFile(addon, "not built here");
  }
  await runNapi("artifacts", "--output-dir", "artifacts");
  await runNapi("prepublish", "--tag-style", "npm", "--no-gh-release", "--skip-optional-publish");
  await run("sh", ["-c", "rm ./*.node"], { cwd: copy });

  const { optionalDependencies } = JSON.parse(await fs.readFile(path.join(copy, "package.json"), "utf8"));
  assert.deepEqual(Object.keys(optionalDependencies).sort(), platforms.map((platform) => `${NAME}-${platform}`).sort());
  const said = JSON.parse(await npm(copy, ["pack", "--dry-run", "--json"]));
  const files = Object.values(said)[0].files.map((file) => file.path);
  assert.deepEqual(files.sort(), [
    "LICENSE",
    "README.md",
    "api/index.js",
    "index.d.ts",
    "index.js",
    "loaders/captures.js",
    "package.json",
    `services/${NAME}.js`,
    "v2/index.d.ts",
    "v2/index.js",
  ]);
});

test("a project on the published crate compiles with what cargo would publish today", async () => {
  const name = "acme-published";
  const { version } = require("../package.json");
  const folder = path.join(SCAFFOLDED, name);
  const crate = path.join(SCAFFOLDED, `medusa-payment-rs-${version}`);
  for (const old of [folder, crate]) await fs.rm(old, { recursive: true, force: true });
  await npx(SCAFFOLDED, await packTarball(), ["medusa-payment-rs", "new", name, "--crate", version]);
  const packing = ["package", "--package", "medusa-payment-rs", "--no-verify", "--locked", "--allow-dirty", "--quiet"];
  await run("cargo", packing, { cwd: ROOT, env: { ...process.env, ...CARGO_TARGET } });
  const archive = path.join(CARGO_TARGET.CARGO_TARGET_DIR, "package", `medusa-payment-rs-${version}.crate`);
  await run("tar", ["-xzf", archive, "-C", SCAFFOLDED]);
  // In the place of crates.io, which need not have this version yet.
  const instead = `patch.crates-io.medusa-payment-rs.path=${JSON.stringify(crate)}`;
  const check = ["check", "--quiet", "--config", instead];
  await run("cargo", check, { cwd: folder, env: { ...process.env, ...CARGO_TARGET } });
});

test("clippy has nothing to say about its Rust", async () => {
  const args = ["clippy", "--quiet", "--locked", "--all-targets", "--", "-D", "warnings"];
  await run("cargo", args, { cwd: project.folder, env: { ...process.env, ...CARGO_TARGET } });
});
