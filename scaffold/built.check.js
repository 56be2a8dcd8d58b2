// A project that was made from the tarball installs, builds and passes its own tests, with what npm and cargo have today.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { before, test } = require("node:test");
const { run } = require("../e2e/support/processes");
const { CARGO_TARGET, scaffoldProject } = require("../e2e/support/scaffold");
const { packTarball } = require("../e2e/support/store");

let project;
before(async () => {
  project = await scaffoldProject(await packTarball(), { log: console.log });
});

test("npm install && npm test passes at once, with every test of the template", () => {
  const template = fs.readFileSync(path.join(__dirname, "template/__test__/acme.test.js"), "utf8");
  const rows = template.match(/^ {2}\["/gm).length;
  const tests = template.match(/^test\(/gm).length + rows;
  assert.match(project.output, new RegExp(`Tests: +${tests} passed, ${tests} total`));
});

test("clippy has nothing to say about its Rust", async () => {
  const args = ["clippy", "--quiet", "--locked", "--all-targets", "--", "-D", "warnings"];
  await run("cargo", args, { cwd: project.folder, env: { ...process.env, ...CARGO_TARGET } });
});
