// The demo never touches an account with real customers.

const assert = require("node:assert/strict");
const { spawnSync } = require("node:child_process");
const path = require("node:path");
const { test } = require("node:test");

const DEMO = path.join(__dirname, "demo.js");

function demo(key) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [DEMO, "--stripe"], {
    env: { ...process.env, STRIPE_API_KEY: key },
    encoding: "utf8",
    timeout: 30_000,
  });
  return { status, output: stdout + stderr };
}

for (const key of ["sk_live_OfAStore", "rk_live_OfAStore"]) {
  test(`the demo refuses the live key ${key.slice(0, 7)}… before anything is sent`, () => {
    const { status, output } = demo(key);
    assert.equal(status, 1);
    assert.match(output, /STRIPE_API_KEY is a live key.*Nothing was sent/s);
    assert.doesNotMatch(output, /OfAStore/);
  });
}

test("the demo refuses what is no secret test key", () => {
  const { status, output } = demo("pk_test_OfAStore");
  assert.equal(status, 1);
  assert.match(output, /is no secret test key/);
  assert.doesNotMatch(output, /OfAStore/);
});
