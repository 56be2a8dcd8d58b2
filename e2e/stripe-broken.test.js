// The matrix finds what it looks for: every fault and every operation is seen failing on a processor with the usual
// mistakes.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { ROOT } = require("../support/paths");
const { checkout } = require("./stripe/checkout");
const { FAULTS } = require("./stripe/faults");
const { runMatrix, table } = require("./stripe/matrix");
const { operationsOf } = require("./stripe/operations");
const { openStripeShop } = require("./stripe/shop");

/** The last mode keeps connections to the database for good. */
const FOUND = {
  optimist: {
    "update x 500 with JSON that has no `error`": "lost",
    "updatePaymentData x 502 with HTML": "lost",
    "capture x 400 without a body": "lost",
    "capture x 429, once": "lost",
    "capture x 503 with Retry-After, once": "lost",
    "capture x reset <": "lost",
    "capture x 200 with HTML <": "lost",
    "capture x connection refused": "lost",
    "refund: look-up x 500": "lost",
    "refund x 403 with JSON that has no `error`": "lost",
    "refund x 500, once": "lost",
    "refund x reset <, once": "lost",
    "refund x 200 without a body <": "lost",
    "cancel x 404 with HTML": "lost",
    "delete x 500 without a body": "lost",
    "refresh: old intent x 429": "lost",
    "refresh: new intent x 500": "corrupt",
    "initiate: intent x 402 with Stripe's error": "corrupt",
    "another customer: new intent x 500": "corrupt",
    "another customer: cancellation x 429": "lost",
  },
  forgetful: {
    "initiate: intent x no reply >": "doubled",
    "refresh: new intent x reset >, once": "doubled",
    "capture x reset in the middle of the reply >": "lost",
    "refund x reset >, once": "doubled",
    "refund a day later x reset >, once": "doubled",
    "refund x reset >": "doubled",
    "refund x truncated reply >": "doubled",
    "refund x no reply >, once": "doubled",
    "refund x half a reply, then none >": "doubled",
    "refund x 200 with HTML >": "doubled",
    "refund x 200 without a body >": "doubled",
  },
  stubborn: {
    "capture x 500 that the key replays <, once": "stuck",
    "refund x 500 that the key replays >, once": "lost",
  },
  echo: {
    "refund x 402 with Stripe's error": "corrupt",
    "refund x no reply <": "corrupt",
    "status x 500": "stuck",
  },
  mute: {
    "initiate: customer x no reply <": "stuck",
    "another customer: old intent x no reply <": "stuck",
    "another customer: customer x no reply <": "stuck",
    "authorize x no reply <": "stuck",
    "retrieve x half a reply, then none >": "stuck",
    "capture x no reply >": "stuck",
    "delete x truncated reply >": "lost",
  },
};

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "medusa-payment-rs-broken-"));
const modeFile = path.join(folder, "mode");

let shop;
before(async () => {
  shop = await openStripeShop({
    packages: [ROOT, path.join(__dirname, "broken-stripe")],
    plugins: ({ api_key, api_base }) => [
      { resolve: "broken-stripe", options: { api_key, api_base, mode_file: modeFile } },
    ],
    providers: ["broken"],
  });
});
after(async () => {
  await shop?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

test("the matrix finds each mistake, under each fault and in each operation", async () => {
  const steps = checkout({ shop, provider: "broken" });
  const operations = operationsOf({ shop, steps, provider: "broken" });
  const named = new Map(
    FAULTS.flatMap((fault) =>
      operations.map((operation) => [`${operation.name} x ${fault.name}`, { operation, fault }]),
    ),
  );
  const found = {};
  const results = [];
  for (const [mode, expected] of Object.entries(FOUND)) {
    fs.writeFileSync(modeFile, mode);
    const cells = Object.keys(expected).map((name) => named.get(name) ?? assert.fail(`no cell is named ${name}`));
    await steps.stock(cells.length);
    const ofMode = await runMatrix(shop.stripe, cells);
    found[mode] = Object.fromEntries(
      ofMode.map(({ operation, fault, verdict }) => [`${operation.name} x ${fault.name}`, verdict]),
    );
    results.push(...ofMode);
  }
  console.log(table(results));
  assert.deepEqual(found, FOUND);

  const caught = (part) => new Set(results.map((cell) => cell[part].name));
  const missing = (part, all) => all.map(({ name }) => name).filter((name) => !caught(part).has(name));
  assert.deepEqual(missing("operation", operations), []);
  assert.deepEqual(missing("fault", FAULTS), []);
});
