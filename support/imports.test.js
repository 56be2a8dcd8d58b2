// Which folder may import from which.

const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");
const { ROOT } = require("./paths");

const SHARED = "support";
/** The folders of tests and tools. */
const APART = ["__test__", "admin", "bench", "e2e", "examples", "release", "runtimes"];
/** The folders of the command line: their tests are apart, their other files are published. */
const COMMANDS = ["audit", "cli", "scaffold"];

const IMPORT = /(?:\brequire(?:\.resolve)?\(|\bimport\(|\bfrom )\s*["'](\.[^"']*)["']/g;

/** `{ file, isTest, from, to }` for each import by path: the file, and the top-level folders at its two ends. */
const imports = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.js", "*.mjs", "*.ts"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .trim()
  .split("\n")
  .filter((file) => fs.existsSync(path.join(ROOT, file)))
  .flatMap((file) =>
    [...fs.readFileSync(path.join(ROOT, file), "utf8").matchAll(IMPORT)].map(([, imported]) => ({
      file,
      isTest: file.endsWith(".test.js"),
      from: file.split("/")[0],
      to: path.posix.join(path.posix.dirname(file), imported).split("/")[0],
    })),
  );

const filesThat = (isWrong) => [...new Set(imports.filter(isWrong).map(({ file, to }) => `${file} imports ${to}`))];

const isApart = ({ from, isTest }) => [...APART, SHARED].includes(from) || (COMMANDS.includes(from) && isTest);

test("a folder of tests or tools imports no other, only what they share", () => {
  assert.ok(imports.some(({ from, to }) => APART.includes(from) && to === SHARED));
  const others = [...APART, ...COMMANDS.filter((folder) => folder !== "cli")];
  const wrong = filesThat((one) => isApart(one) && others.includes(one.to) && one.from !== one.to);
  assert.deepEqual(wrong, []);
});

test("what is published imports nothing of them", () => {
  const wrong = filesThat((one) => !isApart(one) && [...APART, SHARED].includes(one.to) && one.from !== one.to);
  assert.deepEqual(wrong, []);
});

test("a command knows of no other", () => {
  const others = COMMANDS.filter((folder) => folder !== "cli");
  const wrong = filesThat(
    ({ from, to, isTest }) => !isTest && others.includes(from) && others.includes(to) && from !== to,
  );
  assert.deepEqual(wrong, []);
});
