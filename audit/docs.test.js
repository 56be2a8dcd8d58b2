// docs/audit.md knows what there is.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");
const { HELP } = require("./arguments");

const page = fs.readFileSync(path.join(__dirname, "../docs/audit.md"), "utf8");

const namesIn = (text, pattern) => [...new Set([...text.matchAll(pattern)].map(([, name]) => name))].sort();

test("it names every kind of finding, and no other", () => {
  const source = fs.readFileSync(path.join(__dirname, "../src/audit/finding.rs"), "utf8");
  const kinds = namesIn(source, /=> "(\w+)",/g);
  assert.ok(kinds.length > 10);
  assert.deepEqual(namesIn(page, /^\| `(\w+)` \|/gm), kinds);
});

test("it names every option, and no other", () => {
  const options = namesIn(HELP, /^ {2}(?:-h, )?(--[\w-]+)/gm)
    .concat("--csv")
    .filter((name) => name !== "--help");
  assert.deepEqual(namesIn(page, /`(--[\w-]+)`/g), [...new Set(options)].sort());
});
