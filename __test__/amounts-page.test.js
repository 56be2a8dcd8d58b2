// The tables of docs/amounts.md, against Medusa's own packages and against what reaches Stripe.

const fs = require("node:fs");
const path = require("node:path");
const { inMedusa2 } = require("./support/medusa2");
const { openStripeStore } = require("./support/stripe-store");
const { money } = require("../support/stripe/currencies");
const { startFakeStripe } = require("../support/stripe");

const { services } = require("medusa-payment-rs/v2/stripe");
const manual = require("medusa-payment-rs/v2/manual").services[0];

const PACKAGE = path.dirname(require.resolve("medusa-payment-rs/package.json"));
const PAGE = fs.readFileSync(path.join(PACKAGE, "docs/amounts.md"), "utf8");
const API_KEY = "sk_test_amounts";
const TYPED = 1500;

/** The rows of the table in this chapter, each a list of its cells, numbers as such. */
function tableIn(chapter) {
  const [, text] = PAGE.split(`\n## ${chapter}\n`);
  const [, , ...rows] = text
    .split("\n## ")[0]
    .split("\n")
    .filter((line) => line.startsWith("|"));
  return rows.map((row) => {
    const [code, ...numbers] = row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
    return [code.toLowerCase(), ...numbers.map(Number)];
  });
}

/** What Stripe makes of an amount, in major units. */
const paid = (amount, currency) => Number(money(amount, currency).replace(/[^\d.]/g, ""));

const sent = (fake) => fake.requests.filter(({ path }) => path === "/v1/payment_intents").at(-1).params.amount;

describe("a price of 1500 in the admin of Medusa 1", () => {
  const inStore = (file) => require(path.join(process.cwd(), "node_modules", file));
  const { currencies } = inStore("@medusajs/medusa/dist/utils/currencies.js");
  const humanizeAmount = inStore("medusa-core-utils/dist/humanize-amount.js").default;
  const WHOLE_IN_MEDUSA_REACT = ["krw", "jpy", "vnd"];

  let store;
  beforeAll(async () => (store = await openStripeStore()));
  afterAll(() => store.close());

  test.each(tableIn("Medusa 1"))("in %s is what the page says", async (currency, stored, read, shown, ...stripe) => {
    const [reaches, pays, typed] = stripe;
    const { decimal_digits: digits } = currencies[currency.toUpperCase()];
    expect(stored).toBe(TYPED * 10 ** digits);
    expect(read).toBe(humanizeAmount(stored, currency));
    expect(shown).toBe(WHOLE_IN_MEDUSA_REACT.includes(currency) ? stored : stored / 100);

    await store.start(store.open(), { amount: stored, currency_code: currency });
    expect(Number(sent(store.stripe))).toBe(reaches);
    expect(paid(reaches, currency)).toBe(pays);
    expect(typed * (pays / TYPED)).toBe(TYPED);
  });

  test.each([
    ["kwd", 1234, 1240],
    ["isk", 1550, 1600],
    ["ugx", 1, 100],
  ])("in %s is refused between Stripe's steps", async (currency, between, step) => {
    const service = store.open();
    store.stripe.requests.clear();
    const context = (amount) => ({ ...require("./support/payments").context(), amount, currency_code: currency });
    const answer = await service.initiatePayment(context(between));
    expect(answer).toMatchObject({ code: "invalid_amount", detail: expect.stringContaining("Stripe was not asked") });
    expect(store.stripe.requests).toHaveLength(0);
    expect(await service.initiatePayment(context(step))).not.toHaveProperty("error");
  });
});

describe("an amount of Medusa 2", () => {
  const Stripe = services.find(({ identifier }) => identifier === "stripe");
  const cradle = { logger: { debug() {}, info() {}, warn() {}, error() {} } };
  const order = (amount, currency_code) => ({
    amount,
    currency_code,
    data: { session_id: "payses_1" },
    context: { idempotency_key: `payses_${currency_code}` },
  });

  let fake;
  beforeAll(async () => (fake = await startFakeStripe({ apiKey: API_KEY })));
  afterAll(() => fake.close());

  test.each(tableIn("Medusa 2"))("in %s is what the page says", async (currency, stored, minor, reaches, pays) => {
    const { data } = await new manual(cradle, {}).initiatePayment(order(stored, currency));
    expect(data.amount).toBe(minor);

    const ours = new Stripe(cradle, { apiKey: API_KEY, webhookSecret: "whsec_amounts", api_base: fake.url });
    await ours.initiatePayment(order(stored, currency));
    expect(Number(sent(fake))).toBe(reaches);
    expect(paid(reaches, currency)).toBe(pays);

    const { getSmallestUnit } = require(inMedusa2("@medusajs/payment-stripe/dist/utils/get-smallest-unit.js"));
    expect(getSmallestUnit(stored, currency)).toBe(currency === "ugx" ? reaches / 100 : reaches);
  });
});
