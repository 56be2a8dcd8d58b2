// What a project looks like.

const assert = require("node:assert/strict");
const { execFileSync, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { after, before, beforeEach, test } = require("node:test");
const root = require("../package.json");
const { registeredIdentifiers } = require("../index.js");
const { namesFor, OF_DEPENDENCIES, OF_THIS_PACKAGE, OF_TYPES } = require("./names");

const ROOT = path.resolve(__dirname, "..");
const TEMPLATE = path.join(__dirname, "template");

let scratch;
let folder;
before(() => (scratch = fs.mkdtempSync(path.join(os.tmpdir(), "scaffold-"))));
beforeEach(() => (folder = fs.mkdtempSync(path.join(scratch, "w-"))));
after(() => fs.rmSync(scratch, { recursive: true, force: true }));

function make(args, cli = path.join(__dirname, "../cli/index.js")) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, "new", ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
  return stdout;
}

const read = (...file) => fs.readFileSync(path.join(folder, ...file), "utf8");
const manifest = (name) => JSON.parse(read(name, "package.json"));

function filesUnder(directory) {
  return fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(directory, path.join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

test("one name becomes what npm, cargo, Rust and Medusa know it by", () => {
  const rows = {
    "acme-pay": { npm: "acme-pay", crate: "acme-pay", identifier: "acme-pay", type: "AcmePay" },
    "medusa-payment-acme": {
      npm: "medusa-payment-acme",
      crate: "medusa-payment-acme",
      identifier: "acme",
      type: "Acme",
    },
    "@acme/pay2": { npm: "@acme/pay2", crate: "pay2", identifier: "pay2", type: "Pay2" },
    "pay-2-go": { npm: "pay-2-go", crate: "pay-2-go", identifier: "pay-2-go", type: "Pay2Go" },
  };
  for (const [name, names] of Object.entries(rows)) assert.deepEqual(namesFor(name), names);
});

test("no project can be called like something that its code names", () => {
  const prelude = fs.readFileSync(path.join(ROOT, "src/lib.rs"), "utf8").match(/pub mod prelude \{([\s\S]*?)\n\}/)[1];
  const types = prelude.match(/\b[A-Z]\w+/g);
  assert.ok(types.length > 10);
  for (const type of types) assert.ok(OF_TYPES.has(type), type);

  const [dependencies] = fs
    .readFileSync(path.join(TEMPLATE, "Cargo.toml"), "utf8")
    .match(/\[dependencies\][\s\S]*?\n\[lints/);
  const crates = [...dependencies.matchAll(/^([\w-]+) = /gm)].map(([, crate]) => crate);
  assert.deepEqual([...OF_DEPENDENCIES].sort(), crates.sort());
});

test("no provider can be called like one that stores have already", () => {
  // Stripe's processors for Medusa 2 have names of their own, behind the same identifiers.
  const identifiers = new Set(registeredIdentifiers.map((name) => name.replace(/^v2\//, "")));
  assert.deepEqual([...OF_THIS_PACKAGE].sort(), [...identifiers].sort());
});

test("every file of the template is there, and none has the template's name in it", () => {
  const said = make(["foo-bar2"]);
  assert.match(said, /cd foo-bar2\n {2}npm install\n {2}npm test\n/);
  const renamed = { gitignore: ".gitignore" };
  const expected = filesUnder(TEMPLATE).map((file) => renamed[file] ?? file.replace("acme", "foo-bar2"));
  const files = filesUnder(path.join(folder, "foo-bar2"));
  assert.deepEqual(files, expected.sort());
  for (const file of files) assert.doesNotMatch(read("foo-bar2", file), /acme/i, file);
  for (const file of files.filter((name) => name.endsWith(".js"))) {
    execFileSync(process.execPath, ["--check", path.join(folder, "foo-bar2", file)]);
  }
  assert.match(read("foo-bar2/src/lib.rs"), /export!\(FooBar2\)/);
  assert.match(read("foo-bar2/services/foo-bar2.js"), /class FooBar2Service .*\n.*identifier = "foo-bar2"/);
});

test("the Rust is laid out as rustfmt would have it, however long the name", () => {
  make(["the-payment-company-with-a-name-that-is-very-very-long"]);
  const [project] = fs.readdirSync(folder);
  execFileSync("cargo", ["fmt", "--check"], { cwd: path.join(folder, project) });
});

test("a package with a scope goes into a folder without one", () => {
  make(["@acme/medusa-payment-till"]);
  assert.deepEqual(fs.readdirSync(folder), ["medusa-payment-till"]);
  const { name, napi } = manifest("medusa-payment-till");
  assert.deepEqual([name, napi.binaryName], ["@acme/medusa-payment-till", "medusa-payment-till"]);
  assert.match(read("medusa-payment-till/Cargo.toml"), /^name = "medusa-payment-till"$/m);
  assert.match(read("medusa-payment-till/services/till.js"), /identifier = "till"/);
  assert.match(read("medusa-payment-till/v2/index.js"), /identifier = "till"/);
  const readme = read("medusa-payment-till/README.md");
  assert.match(readme, /resolve: "@acme\/medusa-payment-till"/);
  assert.match(readme, /resolve: "@acme\/medusa-payment-till\/v2"/);
});

test("both sides come from the package that makes the project", () => {
  make(["acme-pay"]);
  const spec = manifest("acme-pay").devDependencies[root.name];
  assert.equal(path.resolve(folder, "acme-pay", spec.replace("file:", "")), ROOT);
  assert.match(read("acme-pay/Cargo.toml"), /^medusa-payment-rs = \{ path = "node_modules\/medusa-payment-rs" \}$/m);
});

test("where npm has the package from the registry, the project has it from there too", () => {
  const installed = install({});
  make(["acme-pay"], installed);
  assert.equal(manifest("acme-pay").devDependencies[root.name], `^${root.version}`);
});

test("where npm has the package from a tarball, the project has it from there too", () => {
  fs.writeFileSync(path.join(folder, "p.tgz"), "");
  const installed = install({ [`node_modules/${root.name}`]: { resolved: "file:../p.tgz" } });
  make(["acme-pay"], installed);
  assert.equal(manifest("acme-pay").devDependencies[root.name], "file:../p.tgz");
});

/** The package as npm installs it, with npm's notes on where it came from. Returns its command. */
function install(packages) {
  const modules = path.join(folder, "store/node_modules");
  for (const part of ["package.json", "Cargo.toml", "cli", "scaffold"]) {
    fs.cpSync(path.join(ROOT, part), path.join(modules, root.name, part), { recursive: true });
  }
  fs.writeFileSync(path.join(modules, ".package-lock.json"), JSON.stringify({ packages }));
  return path.join(modules, root.name, "cli/index.js");
}

test("a published version can be chosen for either side", () => {
  make(["acme-pay", "--crate", "0.1.2", "--package", "0.1.3"]);
  assert.equal(manifest("acme-pay").devDependencies[root.name], "0.1.3");
  const cargo = read("acme-pay/Cargo.toml");
  assert.match(cargo, /^medusa-payment-rs = "0.1.2"$/m);
  assert.doesNotMatch(cargo, /node_modules\/|sources come/);
});

test("a tarball can be chosen for the package", () => {
  fs.writeFileSync(path.join(folder, "p.tgz"), "");
  make(["acme-pay", "--package", "p.tgz"]);
  assert.equal(manifest("acme-pay").devDependencies[root.name], "file:../p.tgz");
});

test("it is a cargo workspace of its own, also inside another", () => {
  fs.writeFileSync(path.join(folder, "Cargo.toml"), `[workspace]\nmembers = []\n`);
  make(["acme-pay", "--crate", "0.1.0"]);
  const args = ["metadata", "--no-deps", "--format-version", "1"];
  const metadata = JSON.parse(execFileSync("cargo", args, { cwd: path.join(folder, "acme-pay"), encoding: "utf8" }));
  assert.equal(fs.realpathSync(metadata.workspace_root), fs.realpathSync(path.join(folder, "acme-pay")));
});

test("what a store asks for by name is there", () => {
  make(["acme-pay"]);
  const files = Object.values(manifest("acme-pay").exports).flatMap((target) =>
    typeof target === "string" ? target.replace("*", "acme-pay.js") : Object.values(target),
  );
  assert.ok(files.length > 4);
  for (const file of files) assert.ok(fs.existsSync(path.join(folder, "acme-pay", file)), file);
});

test("it asks for what this package asks for", () => {
  make(["acme-pay"]);
  const project = manifest("acme-pay");
  assert.deepEqual(project.engines, root.engines);
  assert.deepEqual(project.napi.targets, root.napi.targets);
  assert.equal(project.peerDependencies[root.name], `^${root.version}`);
  for (const [host, versions] of Object.entries(root.peerDependencies)) {
    assert.equal(project.peerDependencies[host], versions);
    assert.deepEqual(project.peerDependenciesMeta[host], { optional: true });
  }
  assert.equal(project.devDependencies["@napi-rs/cli"], `^${root.devDependencies["@napi-rs/cli"]}`);
  for (const [name, version] of Object.entries(project.overrides)) assert.equal(root.overrides[name], version);
  const rust = /^(rust-version|edition) = .*$/gm;
  const ours = fs.readFileSync(path.join(ROOT, "Cargo.toml"), "utf8");
  assert.deepEqual(read("acme-pay/Cargo.toml").match(rust).sort(), ours.match(rust).sort());
});
