// What `npm run test:hosts` goes by: its list of versions, and the table that it prints.

const assert = require("node:assert/strict");
const { describe, test } = require("node:test");
const { ABSENT, COLUMNS, FAILED, OK, isGreen, tableOf } = require("./hosts/table");
const { LISTED, versionsOf } = require("./hosts/versions");
const { peerDependencies } = require("../package.json");

const listed = (major) => LISTED.filter((version) => version.major === major).map(({ medusa }) => medusa);

describe("the versions", () => {
  test("without being asked for any, all that are listed are tried, and the newest Medusa 2 as well", () => {
    assert.deepEqual(versionsOf({ asked: [], newest: listed(2).at(-1) }), LISTED);
    const { pins, ...newest } = versionsOf({ asked: [], newest: "2.999.0" }).at(-1);
    assert.deepEqual(newest, { major: 2, medusa: "2.999.0" });
    assert.equal(pins.overrides["@medusajs/payment"], "2.999.0");
  });

  test("a version that is not listed gets what the one before it needs", () => {
    const [{ pins }] = versionsOf({ asked: ["1.8.1"] });
    const [oldest] = LISTED;
    assert.deepEqual(pins.dependencies, { ...oldest.pins.dependencies, "@medusajs/medusa": "1.8.1" });
  });

  test("anything but a version of Medusa 1 or 2 that is new enough is refused by its name", () => {
    for (const asked of ["1.7.0", "3.0.0", "newest"]) {
      assert.throws(() => versionsOf({ asked: [asked] }), new RegExp(`Medusa ${asked}`));
    }
  });

  test("the package asks for no older Medusa than those that are tried", () => {
    const [oldest1, oldest2] = [listed(1)[0], listed(2)[0]];
    assert.equal(peerDependencies["@medusajs/medusa"], `^${oldest1} || ^${oldest2}`);
    assert.equal(peerDependencies["@medusajs/framework"], `^${oldest2}`);
  });

  test("every flow that a version lacks is a column", () => {
    for (const { major, lacks = {} } of LISTED) {
      for (const flow of Object.keys(lacks)) assert.ok(COLUMNS[major].includes(flow), flow);
    }
  });
});

describe("the table", () => {
  const ok = { outcome: OK };
  const seen = { medusa: "1.8.0", node: "20.1.0" };

  test("has a row for each provider, and says why something failed or is absent", () => {
    const collection = { outcome: ABSENT, why: "it came later" };
    const results = [
      {
        ...seen,
        cells: { manual: { order: ok, collection }, Stripe: { order: { outcome: FAILED, why: "no money" } } },
      },
    ];
    const [head, , manual, stripe, , ...notes] = tableOf(1, results).split("\n");
    const cells = (line) => line.split("|").map((cell) => cell.trim());
    assert.deepEqual(cells(head).slice(1, 5), ["Medusa 1", "Node.js", "provider", "order"]);
    assert.deepEqual(cells(manual).slice(1, 6), ["1.8.0", "20.1.0", "manual", OK, ABSENT]);
    assert.deepEqual(cells(stripe).slice(1, 5), ["1.8.0", "20.1.0", "Stripe", FAILED]);
    assert.deepEqual(notes, [
      `1.8.0, manual, collection: ${ABSENT}, it came later`,
      `1.8.0, Stripe, order: ${FAILED}, no money`,
    ]);
  });

  test("says which version does not boot, and why", () => {
    const text = tableOf(2, [{ medusa: "2.0.0", node: "20.1.0", boot: "Error: nothing there" }]);
    assert.match(text, /2\.0\.0 does not boot: Error: nothing there/);
  });

  test("a flow that a version does not have is not a failure; one that failed is, and so is a boot", () => {
    const absent = { outcome: ABSENT, why: "it came later" };
    assert.ok(isGreen({ ...seen, cells: { manual: { order: ok, collection: absent } } }));
    assert.ok(!isGreen({ ...seen, cells: { manual: { order: ok }, Stripe: { order: { outcome: FAILED } } } }));
    assert.ok(!isGreen({ ...seen, boot: "Error: nothing there" }));
  });
});
