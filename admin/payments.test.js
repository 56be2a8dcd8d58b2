// How amounts, statuses and risks read, whatever the host.

const assert = require("node:assert/strict");
const path = require("node:path");
const { describe, test } = require("node:test");
const esbuild = require("esbuild");

const { money, riskOf, statusOf, maybeStripe } = load("payments.ts");

function load(file) {
  const source = path.join(__dirname, "src", file);
  const { outputFiles } = esbuild.buildSync({ entryPoints: [source], bundle: true, format: "cjs", write: false });
  const module = { exports: {} };
  new Function("module", outputFiles[0].text)(module);
  return module.exports;
}

describe("an amount has the decimals that Stripe counts the currency with:", () => {
  for (const [amount, currency_code, decimals, shown] of [
    [1500, "eur", 2, /^€15\.00$/],
    [1500, "jpy", 0, /^¥1,500$/],
    [1240, "kwd", 3, /^KWD\s1\.240$/],
    // Without decimals for people, and in hundredths for Stripe.
    [50000, "isk", 2, /^ISK\s500\.00$/],
    [45005, "huf", 2, /^HUF\s450\.05$/],
    [5, "not a code", 2, /^0\.05 NOT A CODE$/],
  ]) {
    test(`${amount} ${currency_code}`, () => assert.match(money(amount, { currency_code, decimals }, "en-US"), shown));
  }

  test("nothing is known of it", () => assert.equal(money(undefined, {}), "–"));
});

test("a status is said as Stripe's dashboard says it, and one that is new as it is", () => {
  assert.deepEqual(statusOf({ status: "requires_capture" }), { text: "Uncaptured", tone: "waiting" });
  assert.deepEqual(statusOf({ status: "something_new" }), { text: "Something new", tone: "neutral" });
  assert.deepEqual(statusOf({}), { text: "Not found", tone: "bad" });
});

test("a risk is said with its score, if Stripe tells it", () => {
  assert.deepEqual(riskOf({ risk_level: "highest", risk_score: 92 }), { text: "Highest (92)", tone: "bad" });
  assert.deepEqual(riskOf({ risk_level: "elevated", risk_score: null }), { text: "Elevated", tone: "waiting" });
  assert.equal(riskOf({ risk_level: "not_assessed", risk_score: null }), undefined);
  assert.equal(riskOf({ risk_level: null, risk_score: null }), undefined);
});

test("only what may be Stripe's is announced", () => {
  assert.ok(maybeStripe(["manual", "stripe-ideal"]));
  assert.ok(maybeStripe(["pp_stripe_stripe"]));
  assert.ok(!maybeStripe(["manual", "pp_system_default", undefined]));
});
