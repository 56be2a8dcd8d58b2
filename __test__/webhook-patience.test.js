// How often a payment is looked at that no look settles.

const path = require("node:path");

const PACKAGE = path.dirname(require.resolve("medusa-payment-rs/package.json"));
const { Patience } = require(path.join(PACKAGE, "webhook/patience.js"));

test("what is not settled waits twice as long each time, up to a limit", () => {
  const patience = new Patience(10, 60);
  expect(patience.isDue("pay_1", 0)).toBe(true);
  let now = 0;
  const waits = [];
  for (let look = 0; look < 5; look++) {
    const wait = patience.postpone("pay_1", now);
    waits.push(wait);
    expect(patience.isDue("pay_1", now + wait - 1)).toBe(false);
    now += wait;
    expect(patience.isDue("pay_1", now)).toBe(true);
  }
  expect(waits).toStrictEqual([10, 20, 40, 60, 60]);
  expect(patience.isDue("pay_2", 0)).toBe(true);
});

test("what is settled is forgotten", () => {
  const patience = new Patience(10, 60);
  for (const id of ["pay_1", "pay_2"]) patience.postpone(id, 0);
  patience.keep(new Set(["pay_2"]));
  expect([patience.isDue("pay_1", 0), patience.isDue("pay_2", 0)]).toStrictEqual([true, false]);
  expect([patience.postpone("pay_1", 0), patience.postpone("pay_2", 0)]).toStrictEqual([10, 20]);
});

test("what something else has happened to is due at once", () => {
  const patience = new Patience(10, 60);
  for (let look = 0; look < 3; look++) patience.postpone("pay_1", 0);
  patience.forget("pay_1");
  expect([patience.isDue("pay_1", 0), patience.postpone("pay_1", 0)]).toStrictEqual([true, 10]);
});
