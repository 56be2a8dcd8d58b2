const { checks, formatReport, runContract } = require("medusa-payment-rs/testing");
const { hooks } = require("./support/kit/hooks");
const mutants = require("./support/kit/mutants");

test("a processor that keeps the contract passes every check, with none skipped", async () => {
  const report = await runContract(hooks());
  expect(formatReport(report)).toBe(`${checks.length} passed, 0 failed, 0 skipped`);
});

test("there is a broken processor for every check", () => {
  expect(Object.keys(mutants).sort()).toStrictEqual(checks.map(({ id }) => id).sort());
});

test.each(checks.map(({ id }) => [id]))("%s fails where it is broken", async (id) => {
  const { failed } = await runContract(hooks(mutants[id]), { only: [id] });
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
