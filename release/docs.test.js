// What the pages tell a person to type is there. Their code is run by other tests: the JavaScript in __test__, the Rust as
// doctests, and docs/write-a-provider.md by the scaffold's tests.

const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");

const ROOT = path.resolve(__dirname, "..");
const { blocksIn } = require("../support/pages");
const { scripts, name } = require("../package.json");

const pages = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.md"], { cwd: ROOT, encoding: "utf8" })
  .trim()
  .split("\n")
  // The scaffold's own tests have the page that it writes.
  .filter((page) => !page.startsWith("scaffold/") && fs.existsSync(path.join(ROOT, page)));

/** Commands that a person types in a folder of their own, each with where it is run. */
const ELSEWHERE = {
  [`npm install ${name}`]: "e2e, with the tarball",
  "npm uninstall medusa-payment-stripe": "npm's own",
  [`npx ${name} new acme-pay`]: "release/published.test.js",
  [`npx ./${name} new acme-pay`]: "scaffold/cli.test.js",
  [`npx ${name} audit`]: "e2e/stripe-audit.test.js",
  "cd acme-pay": "release/published.test.js",
  "npm install": "release/published.test.js",
  [`npm install ../acme-pay/*.tgz ${name}`]: "e2e/scaffold.test.js, with both tarballs",
};

/** Why a command cannot be what it says, or undefined. */
function wrong(command) {
  const [program, ...args] = command.split(/\s+/);
  const file = args.find((arg) => arg.endsWith(".js"));
  if (command in ELSEWHERE || command === "npm ci" || command === "npm pack") return undefined;
  if (command === "npm test") return undefined;
  if (program === "npm" && args[0] === "run" && args[1] in scripts) return undefined;
  if (program === "npx" && fs.existsSync(path.join(ROOT, "node_modules/.bin", args[0]))) return undefined;
  if (program === "node" && fs.existsSync(path.join(ROOT, file))) return undefined;
  if (program === "cargo" && args[0] === "test") {
    const [, crate] = command.match(/ -p (\S+)/);
    const members = execFileSync("cargo", ["metadata", "--no-deps", "--offline", "--format-version", "1"], {
      cwd: ROOT,
    });
    return JSON.parse(members).packages.some((member) => member.name === crate) ? undefined : "no such crate";
  }
  return "nothing here knows it";
}

/** Whose code is run, by language. `text` is for pictures and samples of output. */
const RUN = {
  // __test__/documentation.test.js, __test__/kit-docs.test.js, e2e/own-service.test.js, scaffold/docs.test.js
  js: [
    "README.md",
    "docs/medusa-2.md",
    "docs/stripe.md",
    "docs/stripe-webhooks.md",
    "docs/testing.md",
    "docs/write-a-provider.md",
    "examples/paypal/README.md",
  ],
  // __test__/documentation.test.js
  ts: ["README.md", "docs/medusa-2.md", "docs/stripe-medusa-2.md", "examples/paypal/README.md"],
  json: ["docs/medusa-2.md"],
  diff: ["README.md", "docs/stripe.md", "docs/stripe-medusa-2.md"],
  // Doctests: `mod documentation` in src/lib.rs.
  rust: [...fs.readFileSync(path.join(ROOT, "src/lib.rs"), "utf8").matchAll(/include_str!\("\.\.\/(.*\.md)"\)/g)].map(
    ([, page]) => page,
  ),
  toml: ["docs/testing.md"],
};

for (const page of pages) {
  const blocks = blocksIn(path.join(ROOT, page));
  if (blocks.length === 0) continue;

  test(`${page}: what it tells to type is there`, () => {
    const lines = blocks.filter(({ language }) => language === "bash").flatMap(({ code }) => code.trim().split("\n"));
    const commands = lines.flatMap((line) => line.replace(/#.*/, "").split("&&")).map((command) => command.trim());
    for (const command of commands.filter(Boolean)) assert.equal(wrong(command), undefined, command);
  });

  test(`${page}: each block is in a language that is run or looked at for this page`, () => {
    const known = ["bash", "text", ...Object.keys(RUN).filter((language) => RUN[language].includes(page))];
    assert.deepEqual(
      blocks.map(({ language }) => language).filter((language) => !known.includes(language)),
      [],
    );
  });
}

test("the README names the version of every runtime that the tests run on", () => {
  const readme = fs.readFileSync(path.join(ROOT, "README.md"), "utf8");
  const { optionalDependencies } = JSON.parse(fs.readFileSync(path.join(ROOT, "runtimes/package.json"), "utf8"));
  const tested = Object.entries(optionalDependencies).filter(([name]) => name.endsWith("-linux-x64"));
  assert.equal(tested.length, 5);
  for (const [, version] of tested) assert.ok(readme.includes(version.split("@").at(-1)), version);
});

test("the features of the crate that a page asks for are there", () => {
  const manifest = fs.readFileSync(path.join(ROOT, "Cargo.toml"), "utf8");
  const { version } = require("../package.json");
  const asked = pages.flatMap((page) => blocksIn(path.join(ROOT, page)).filter(({ language }) => language === "toml"));
  assert.ok(asked.length > 0);
  for (const { code } of asked) {
    const [, wanted, features] = code.match(/^medusa-payment-rs = \{ version = "([^"]+)".*features = \[(.*)\] \}$/m);
    assert.ok(version.startsWith(`${wanted}.`), code);
    for (const [, feature] of features.matchAll(/"([^"]+)"/g))
      assert.match(manifest, new RegExp(`^${feature} = `, "m"));
  }
});
