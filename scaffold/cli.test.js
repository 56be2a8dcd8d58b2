// The command line: what it says, and that a mistake costs nothing.

const assert = require("node:assert/strict");
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { after, before, beforeEach, describe, test } = require("node:test");
const { innerEnv } = require("../support/npm");
const { version } = require("../package.json");

const CLI = path.join(__dirname, "../cli/index.js");

let scratch;
let folder;
before(() => (scratch = fs.mkdtempSync(path.join(os.tmpdir(), "scaffold-"))));
beforeEach(() => (folder = fs.mkdtempSync(path.join(scratch, "w-"))));
after(() => fs.rmSync(scratch, { recursive: true, force: true }));

function cli(args, { cwd = folder, env, node = [] } = {}) {
  const options = { cwd, env: { ...process.env, ...env }, encoding: "utf8" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [...node, CLI, ...args], options);
  return { status, stdout, stderr };
}

/** A complaint is one line on standard error, and leaves the folder as it was. */
function assertComplaint({ status, stdout, stderr }, message, left = []) {
  assert.match(stderr, message);
  assert.equal(stderr.trim().split("\n").length, 1, stderr);
  assert.deepEqual({ status, stdout }, { status: 1, stdout: "" });
  assert.deepEqual(fs.readdirSync(folder), left);
}

/** A folder that is the whole PATH, with these commands in it. */
function pathWith(commands) {
  const bin = fs.mkdtempSync(path.join(scratch, "bin-"));
  for (const [name, script] of Object.entries(commands)) {
    fs.writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return { PATH: bin };
}

for (const args of [[], ["help"], ["--help"], ["-h"], ["new", "--help"]]) {
  test(`medusa-payment-rs ${args.join(" ")}: says what it can do`, () => {
    const { status, stdout, stderr } = cli(args);
    assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
    assert.match(stdout, /new <name>/);
    assert.match(stdout, /--crate/);
  });
}

test("a folder of the package, as a clone is one, makes a project that uses what is in it", () => {
  const root = path.join(__dirname, "..");
  const { status, stderr } = spawnSync("npx", ["--yes", root, "new", "acme-pay"], {
    cwd: folder,
    env: innerEnv(),
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, "acme-pay/package.json"), "utf8"));
  const [, where] = manifest.devDependencies["medusa-payment-rs"].match(/^file:(.*)$/);
  assert.equal(fs.realpathSync(path.join(folder, "acme-pay", where)), fs.realpathSync(root));
});

test("its version is the package's", () => {
  for (const option of ["--version", "-v"]) assert.equal(cli([option]).stdout, `${version}\n`);
});

describe("a mistake is said in one line, with exit code 1, and nothing is written:", () => {
  const rows = [
    [["neu", "acme-pay"], /no command "neu".*help/],
    [["new"], /name is missing.*acme-pay/],
    [["new", "acme-pay", "other"], /"other"/],
    [["new", "acme-pay", "--colour", "green"], /'--colour'.*help/],
    [["new", "acme-pay", "--crate"], /--crate/],
    [["new", "acme-pay", "--crate", "newest"], /--crate: expected a version.*"newest"/],
    [["new", "acme-pay", "--package", "./missing.tgz"], /--package.*\.\/missing\.tgz/],
  ];
  for (const [args, message] of rows) {
    test(args.join(" "), () => assertComplaint(cli(args), message));
  }

  const names = {
    "Acme-Pay": /lower-case.*as in acme-pay$/m,
    lemon_pay: /lower-case.*as in lemon-pay$/m,
    "Lemon Pay": /lower-case.*as in lemon-pay$/m,
    "acme--pay": /lower-case/,
    "-acme": /./,
    "acme-": /lower-case/,
    "2pay": /letter first/,
    "": /lower-case/,
    ".": /lower-case/,
    "../acme": /no path; the folder is made where you are/,
    "acme/pay": /no path/,
    "@acme": /lower-case/,
    "@acme/../pay": /no path/,
    "zahlung€": /lower-case/,
    ["a".repeat(65)]: /64/,
    async: /Rust/,
    test: /Rust/,
    std: /Rust/,
    http: /Node/,
    con: /Windows/,
    serde: /depends/,
    "serde-json": /depends/,
    "medusa-payment-rs": /depends/,
    manual: /stores know a provider of medusa-payment-rs itself as manual/,
    "medusa-payment-stripe": /as stripe$/m,
    "medusa-payment-": /lower-case/,
    "medusa-payment-2pay": /letter/,
    amount: /Amount/,
    "payment-processor": /PaymentProcessor/,
    "medusa-payment-payment": /Payment,/,
  };
  for (const [name, message] of Object.entries(names)) {
    test(`new "${name}"`, () => assertComplaint(cli(["new", name]), message));
  }

  test("a folder that exists, empty or not", () => {
    fs.mkdirSync(path.join(folder, "acme-pay"));
    fs.mkdirSync(path.join(folder, "acme-two"));
    fs.writeFileSync(path.join(folder, "acme-two/index.js"), "mine");
    const left = ["acme-pay", "acme-two"];
    for (const name of left) assertComplaint(cli(["new", name]), new RegExp(`${name} is there already`), left);
    assert.equal(fs.readFileSync(path.join(folder, "acme-two/index.js"), "utf8"), "mine");
    assert.deepEqual(fs.readdirSync(path.join(folder, "acme-pay")), []);
  });

  test("a file, or a link into nowhere, of that name", () => {
    fs.writeFileSync(path.join(folder, "acme-pay"), "mine");
    fs.symlinkSync("nowhere", path.join(folder, "acme-two"));
    const left = ["acme-pay", "acme-two"];
    for (const name of left) assertComplaint(cli(["new", name]), /is there already/, left);
  });

  test("no Rust", () => {
    const answer = cli(["new", "acme-pay"], { env: pathWith({}) });
    assertComplaint(answer, /Rust 1\.\d+ or newer.*no cargo on the PATH.*rustup\.rs/);
  });

  test("a rustup without a toolchain", () => {
    const env = pathWith({ cargo: "echo 'error: no default toolchain' >&2; exit 1" });
    assertComplaint(cli(["new", "acme-pay"], { env }), /no default toolchain.*rustup\.rs/);
  });

  test("a Rust that is too old", () => {
    const env = pathWith({ cargo: "echo cargo 1.70.0", rustc: "echo 'rustc 1.70.0 (90c541806 2023-05-31)'" });
    assertComplaint(
      cli(["new", "acme-pay"], { env }),
      /Rust 1\.88 or newer is needed, this is 1\.70\.0.*rustup update/,
    );
  });

  test("a Node.js that is too old", () => {
    const old = path.join(scratch, "old.js");
    fs.writeFileSync(old, `Object.defineProperty(process, "versions", { value: { node: "18.20.0" } });`);
    assertComplaint(
      cli(["new", "acme-pay"], { node: ["-r", old] }),
      /Node\.js 20 or newer is needed, this is 18\.20\.0/,
    );
  });

  test("a folder that cannot be written", { skip: process.platform !== "linux" && "root may write anywhere" }, () => {
    const { status, stderr } = cli(["new", "acme-pay"], { cwd: "/proc" });
    assert.equal(status, 1);
    assert.match(stderr, /\/proc\/acme-pay cannot be written: /);
    assert.equal(stderr.trim().split("\n").length, 1);
  });
});

test("a disk that is full half-way leaves nothing behind", () => {
  const full = path.join(scratch, "full.js");
  fs.writeFileSync(
    full,
    `const fs = require("node:fs");
     const { writeFileSync } = fs;
     let left = 5;
     fs.writeFileSync = (...args) => {
       if (left-- === 0) throw new Error("ENOSPC: no space left on device");
       return writeFileSync(...args);
     };`,
  );
  assertComplaint(cli(["new", "acme-pay"], { node: ["-r", full] }), /cannot be written: ENOSPC/);
});
