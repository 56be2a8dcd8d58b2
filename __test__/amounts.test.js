const { Scripted, context } = require("./support/payments");
const { openLedger } = require("./support/ledger");

let ledger;
let processor;
beforeEach(() => {
  ledger = openLedger();
  processor = new Scripted({}, { ledger: ledger.file });
});
afterEach(() => ledger.close());

/** What floating point makes of a whole number. */
const noise = [
  [19.99 * 100, 1999],
  [1998.9999999999998, 1999],
  [1.1 * 1.1 * 10_000, 12_100],
  [(1e10 / 3) * 3, 1e10],
  [4.35 * 100 + 1.15 * 100, 550],
];

const refused = { error: expect.stringMatching(/\S/), code: "invalid_amount", detail: expect.stringMatching(/\S/) };

const bad = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0.5,
  99.99,
  0.1 + 0.2,
  98.9009 * 100,
  333.33,
  -0.5,
  -1,
  -1000,
  Number.MIN_SAFE_INTEGER,
  2 ** 53,
  2 ** 53 + 2,
  2 ** 64,
  1e21,
  Number.MAX_VALUE,
];

describe("a refund", () => {
  test.each([...bad, 0, -0])("of %p is refused before the provider is asked", async (amount) => {
    const answer = await processor.refundPayment({ id: "pay_1" }, amount);
    expect(answer).toStrictEqual(refused);
    expect(answer.detail).toContain("refundAmount has to be a whole number of minor units from 1 ");
    expect(ledger.lines()).toStrictEqual([]);
  });

  test.each([1, 1000, Number.MAX_SAFE_INTEGER])("of %p reaches the provider as it is", async (amount) => {
    expect(await processor.refundPayment({ id: "pay_1" }, amount)).not.toHaveProperty("error");
    expect(ledger.lines()).toStrictEqual([`refund_payment pay_1 ${amount}`]);
  });

  test.each(noise)("of %p is one of %p", async (number, meant) => {
    expect(await processor.refundPayment({ id: "pay_1" }, number)).not.toHaveProperty("error");
    expect(ledger.lines()).toStrictEqual([`refund_payment pay_1 ${meant}`]);
  });

  test("of a fraction is told what to do", async () => {
    const { detail } = await processor.refundPayment({ id: "pay_1" }, 333.33);
    expect(detail).toContain("333.33 is not a whole number of minor units. Round it where it is computed");
  });

  test.each(["100", null, true, {}, new Number(100)])("of %p is a mistake of the caller", async (amount) => {
    const promise = processor.refundPayment({ id: "pay_1" }, amount);
    await expect(promise).rejects.toBeInstanceOf(TypeError);
    await expect(promise).rejects.toThrow(/refundPayment: refundAmount must be a number/);
    expect(ledger.lines()).toStrictEqual([]);
  });
});

describe.each(["initiatePayment", "updatePayment"])("the context of %s", (name) => {
  const withAmount = (amount) => context({ amount, paymentSessionData: { id: "pay_1" } });

  test.each(bad)("with an amount of %p is refused before the provider is asked", async (amount) => {
    const answer = await processor[name](withAmount(amount));
    expect(answer).toStrictEqual(refused);
    expect(answer.detail).toContain("context.amount");
    expect(ledger.lines()).toStrictEqual([]);
  });

  test.each([0, 1, 1000, Number.MAX_SAFE_INTEGER])("may have an amount of %p", async (amount) => {
    const { session_data: data } = await processor[name](withAmount(amount));
    expect(data.amount).toBe(amount);
    expect(ledger.lines()).toHaveLength(1);
  });

  test.each(noise)("with an amount of %p is over %p", async (number, meant) => {
    const { session_data: data } = await processor[name](withAmount(number));
    expect(data.amount).toBe(meant);
  });

  test.each([
    [undefined, "undefined"],
    ["100", "a string"],
    [true, "a boolean"],
    [{}, "an object"],
    [[], "an array"],
  ])("with an amount of %p is a mistake of the caller", async (amount, got) => {
    const promise = processor[name](withAmount(amount));
    await expect(promise).rejects.toBeInstanceOf(TypeError);
    await expect(promise).rejects.toThrow(`${name}: context.amount`);
    await expect(promise).rejects.toThrow(`got ${got}`);
    expect(ledger.lines()).toStrictEqual([]);
  });

  test("may spell a whole number with decimals", async () => {
    const amount = { toJSON: () => 1e3 };
    expect((await processor[name](withAmount(amount))).session_data.amount).toBe(1000);
  });
});
