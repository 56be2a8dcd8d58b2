const { checks, formatReport, providerChecks, runContract, runProviderContract } = require("medusa-payment-rs/testing");
const { openBank } = require("./support/kit/bank");
const { hooks, hooksAt, providerHooks } = require("./support/kit/hooks");
const mutants = require("./support/kit/mutants");
const providerMutants = require("./support/kit/provider-mutants");
const { Reference } = require("./support/kit/reference");

describe.each([
  ["processor of Medusa 1", { checks, run: runContract, hooks, mutants }],
  [
    "provider of Medusa 2",
    { checks: providerChecks, run: runProviderContract, hooks: providerHooks, mutants: providerMutants },
  ],
])("a %s", (_, { checks, run, hooks, mutants }) => {
  test("that keeps the contract passes every check, with none skipped", async () => {
    expect(formatReport(await run(hooks()))).toBe(`${checks.length} passed, 0 failed, 0 skipped`);
  });

  test("is there, broken, for every check", () => {
    expect(Object.keys(mutants).sort()).toStrictEqual(checks.map(({ id }) => id).sort());
  });

  test.each(checks.map(({ id }) => [id]))("that is broken fails %s", async (id) => {
    const { failed } = await run(hooks(mutants[id]), { only: [id] });
    expect(failed).toStrictEqual([
      {
        id,
        title: expect.stringMatching(/\S/),
        rule: expect.stringMatching(/\.$/),
        why: expect.stringMatching(/\(.*dist\/.*\)$/),
        where: expect.stringMatching(/^docs\/contract\.md#[a-z-]+$/),
        message: expect.stringMatching(/\S/),
      },
    ]);
    // The check says what it has found, and did not stumble over something of its own.
    expect(failed[0].message).not.toMatch(/^\s*at /m);
  });
});

describe("an error that has moved money all the same is found out:", () => {
  /** Answers that the provider has refused, and does it. */
  const lying = (bank, method) =>
    class Lying extends Reference {
      async [method](...args) {
        const answer = await super[method](...args);
        if (!answer.error) return answer;
        bank.faults.clear();
        await super[method](...args);
        return answer;
      }
    };

  test.each([
    ["capture", "capturePayment", /captured: expected 0, got 1000/],
    ["refund", "refundPayment", /refunded: expected 0, got 400/],
    ["cancel", "cancelPayment", /canceled: expected false, got true/],
  ])("%s", async (operation, method, message) => {
    for (const family of ["declined", "garbled"]) {
      const bank = openBank();
      const { failed } = await runContract(hooksAt(bank, lying(bank, method)), { only: [`${family}-${operation}`] });
      expect(failed).toHaveLength(1);
      expect(failed[0].message).toMatch(message);
    }
  });
});
