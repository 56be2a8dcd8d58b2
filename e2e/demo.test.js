// What the demo is told: whose payments to take, and never an account with real customers.

const assert = require("node:assert/strict");
const { spawnSync } = require("node:child_process");
const path = require("node:path");
const { describe, test } = require("node:test");
const { innerEnv } = require("../support/npm");
const { CARGO_TARGET, NAME, scaffoldProject } = require("../support/scaffold");
const { packTarball } = require("../support/store");

const DEMO = path.join(__dirname, "demo.js");
const EXAMPLES = path.join(__dirname, "../examples");

function demo(args, env) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [DEMO, ...args], {
    env: { ...innerEnv(), ...CARGO_TARGET, ...env },
    encoding: "utf8",
    timeout: 300_000,
  });
  return { status, output: stdout + stderr };
}

for (const key of ["sk_live_OfAStore", "rk_live_OfAStore"]) {
  test(`the demo refuses the live key ${key.slice(0, 7)}… before anything is sent`, () => {
    const { status, output } = demo(["--stripe"], { STRIPE_API_KEY: key });
    assert.equal(status, 1);
    assert.match(output, /STRIPE_API_KEY is a live key.*Nothing was sent/s);
    assert.doesNotMatch(output, /OfAStore/);
  });
}

test("the demo refuses what is no secret test key", () => {
  const { status, output } = demo(["--stripe"], { STRIPE_API_KEY: "pk_test_OfAStore" });
  assert.equal(status, 1);
  assert.match(output, /is no secret test key/);
  assert.doesNotMatch(output, /OfAStore/);
});

test("the demo can be asked what it does", () => {
  const { status, output } = demo(["--help"]);
  assert.equal(status, 0);
  assert.match(output, /--plugin <folder>.*--serve/s);
});

test("in Medusa 2 an order is captured in two parts and refunded in two, and another is canceled", () => {
  const { status, output } = demo(["--medusa", "2"]);
  assert.equal(status, 0, output);
  for (const method of ["initiate", "authorize", "capture", "refund", "cancel"]) {
    assert.match(output, new RegExp(`Rust +manual\\.${method}_payment +ok`));
  }
  assert.match(output, /manual +payment manual_\w+\s+status +captured\s+captured +15\.00 EUR\s+refunded +6\.35 EUR/);
  assert.match(output, /All orders are recorded as they should be/);
});

test("without a key it pays at a fake Stripe, and tells the same story of the money as that", () => {
  const { status, output } = demo(["--stripe"], { STRIPE_API_KEY: "" });
  assert.equal(status, 0, output);
  assert.match(output, /Payments go to a fake Stripe on this machine/);
  for (const method of ["initiate", "authorize", "capture", "refund", "cancel"]) {
    assert.match(output, new RegExp(`Rust +stripe\\.${method}_payment +ok`));
  }
  assert.match(
    output,
    /Stripe +payment_intent pi_\w+\s+status +succeeded\s+held +0\.00 EUR\s+captured +15\.00 EUR\s+refunded +4\.00 EUR/,
  );
  assert.match(output, /All orders are recorded as they should be/);
});

test("a plugin that the scaffold made takes, refunds and cancels orders, in the build that a store gets", async () => {
  const { folder } = await scaffoldProject(await packTarball(), { log: console.log });
  const { status, output } = demo(["--plugin", folder]);
  assert.equal(status, 0, output);
  assert.match(output, new RegExp(`Payments go to ${NAME}'s own fake at http://127\\.0\\.0\\.1:\\d+`));
  assert.match(output, new RegExp(`npm run build in ${NAME}`));
  for (const method of ["initiate", "authorize", "capture", "refund", "cancel"]) {
    assert.match(output, new RegExp(`Rust +${NAME}\\.${method}_payment +ok`));
  }
  assert.match(output, /All orders are recorded as they should be/);
});

test("a plugin that does not take its options says so in the last line", async () => {
  const { folder } = await scaffoldProject(await packTarball(), { log: console.log });
  const { status, output } = demo(["--plugin", folder, "--options", '{"api_kye":"secret"}']);
  assert.equal(status, 1);
  const last = output.trim().split("\n").slice(-2).join("\n");
  const why = `Error: medusa-payment-rs: the options of "${NAME}" are not valid: unknown option \`api_kye\``;
  assert.ok(last.startsWith(`The demo failed: Medusa ended with code 1 before it was ready\n${why}`), output);
});

describe("what cannot be done is said, and nothing is started:", () => {
  const rows = {
    "--medusa 3": /--medusa: expected 1 or 2, not 3/,
    "--medusa 2 --stripe": /--stripe is not there yet with --medusa 2\./,
    "--plugn ../acme": /Unknown option '--plugn'\n\nUsage: npm run demo .*--plugin <folder>/s,
    "../acme": /Unexpected argument '\.\.\/acme'\n\nUsage: npm run demo \[-- <options>\]/,
    "--plugin nowhere": /--plugin: \S+nowhere is not there\./,
    "--plugin examples": /--plugin: \S+examples has no package\.json\./,
    "--plugin examples/paypal": /--options is missing: .*fake\.js/,
    "--plugin examples/paypal --options {": /--options: expected the plugin's options as JSON/,
  };
  for (const [args, message] of Object.entries(rows)) {
    test(args, () => {
      const { status, output } = demo(args.split(" ").map((arg) => arg.replace("examples", EXAMPLES)));
      assert.equal(status, 1);
      assert.match(output, message);
      assert.doesNotMatch(output, /npm run build/);
    });
  }
});
