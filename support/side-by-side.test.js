const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const { test } = require("node:test");

const prints = (text) => [process.execPath, "-e", `console.log(${JSON.stringify(text)})`];
const FAILS = [process.execPath, "-e", "console.error('no'); process.exit(3)"];

/** What `sideBySide` resolves with, and all that was written. */
function outcomeOf(lists) {
  const script = `require(${JSON.stringify(require.resolve("./side-by-side"))})
    .sideBySide(${JSON.stringify(lists)}).then((isWell) => console.log("all went well:", isWell))`;
  return execFileSync(process.execPath, ["-e", script], { encoding: "utf8" });
}

/** Without the lines that name a command. */
const written = (text) => text.split("\n").filter((line) => line && !/^[>✓✗]/.test(line));

test("every list runs in its order, and what each has written stays together", () => {
  const output = outcomeOf([
    [prints("a"), prints("b")],
    [prints("c"), prints("d")],
  ]);
  const lines = written(output);
  assert.deepEqual(lines.toSorted(), ["a", "all went well: true", "b", "c", "d"]);
  assert.equal(lines.indexOf("d"), lines.indexOf("c") + 1);
  assert.ok(lines.indexOf("a") < lines.indexOf("b"));
});

test("a command that fails ends its list alone, and not all went well", () => {
  const lines = written(outcomeOf([[FAILS, prints("never")], [prints("a")]]));
  assert.deepEqual(lines.toSorted(), ["a", "all went well: false", "no"]);
});

test("a command that cannot be started has failed", () => {
  const output = outcomeOf([[["/there/is/no/such/command"]]]);
  assert.match(output, /ENOENT/);
  assert.match(output, /all went well: false/);
});

test("nothing to run went well", () => {
  assert.deepEqual(written(outcomeOf([])), ["all went well: true"]);
});
