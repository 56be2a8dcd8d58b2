// The matrix finds what it looks for: with Medusa's own Stripe plugin the books do not agree in these cells, some of
// them without any fault that lasts.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { runMatrix, table } = require("./stripe/matrix");
const { checkout } = require("./stripe/medusa2/checkout");
const { COLUMNS } = require("./stripe/medusa2/cells");
const { operationsOf } = require("./stripe/medusa2/operations");
const { openStripeShop } = require("./stripe/medusa2/shop");
const { SUBJECTS } = require("./stripe/medusa2/subjects");

const subject = SUBJECTS.javascript;

const FOUND = {
  "capture x truncated reply >": "stuck",
  "initiate with a card x 500 that the key replays >, once": "lost",
  "initiate with a card x reset >": "lost",
  "replace: old intent x 403 with JSON that has no `error`": "lost",
  "switch provider x 403 with JSON that has no `error`": "lost",
  "change the cart x 429, once": "lost",
  "capture x 403 with JSON that has no `error`": "lost",
  "capture a part x reset <": "lost",
  "capture a part x 409, once": "lost",
  "refund x 403 with JSON that has no `error`": "lost",
  "refund x 500 that the key replays >, once": "doubled",
  "refund x reset >": "doubled",
  "refund all x 403 with JSON that has no `error`": "lost",
  "cancel x 402 with Stripe's error": "lost",
  "cancel x 429, once": "lost",
  "cancel, paid x 500 that the key replays >, once": "lost",
  "cancel, partly paid x 409, once": "lost",
  "capture a part x connection refused": "lost",
};

let shop;
before(async () => (shop = await openStripeShop({ subject })));
after(() => shop?.close());

test("the matrix finds the mistakes of a plugin that makes them", async () => {
  const steps = checkout({ shop });
  const operations = operationsOf({ shop, steps });
  const named = new Map(
    COLUMNS.flatMap((fault) =>
      operations.map((operation) => [`${operation.name} x ${fault.name}`, { operation, fault }]),
    ),
  );
  const cells = Object.keys(FOUND).map((name) => named.get(name) ?? assert.fail(`no cell is named ${name}`));
  await steps.stock(cells.length);
  const results = await runMatrix(shop.stripe, cells, subject.rules);
  console.log(table(results));
  const found = results.map(({ operation, fault, verdict }) => [`${operation.name} x ${fault.name}`, verdict]);
  assert.deepEqual(Object.fromEntries(found), FOUND);
});
