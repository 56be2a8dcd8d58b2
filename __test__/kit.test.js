const fs = require("node:fs");
const path = require("node:path");
const { checks, formatReport, paymentProcessorContract, runContract } = require("medusa-payment-rs/testing");
const { hooks } = require("./support/kit/hooks");
const mutants = require("./support/kit/mutants");
const { Manual } = require("./support/payments");

/** The manual processor has no provider: its books are all that is known of a payment. */
const manual = {
  create: () => new Manual({}, {}),
  ledger: ({ status, amount, captured, refunded }) => ({
    held: status === "authorized" ? amount : 0,
    captured,
    refunded,
    canceled: status === "canceled",
  }),
  timeoutMs: 5000,
};

describe("the manual processor", () => {
  // As an author writes it, with jest's globals.
  paymentProcessorContract(manual);

  test("passes every check that needs no provider", async () => {
    const report = await runContract(manual);
    expect(report.failed).toStrictEqual([]);
    const unchecked = checks.filter(({ needs }) => needs.some((need) => /^(payable|payments|faults)/.test(need)));
    expect(report.skipped.map(({ id }) => id)).toStrictEqual(unchecked.map(({ id }) => id));
  });
});

describe("a check that cannot run", () => {
  test("is skipped, and the report says what it needs", async () => {
    const { faults: _, payable: __, ...some } = hooks();
    const report = await runContract(some, { only: ["delete-unpayable", "lost-refund", "capture-twice"] });
    expect(report.passed).toStrictEqual(["capture-twice"]);
    expect(report.skipped.map(({ id, reason }) => [id, reason])).toStrictEqual([
      ["delete-unpayable", "needs the hook `payable`"],
      ["lost-refund", "needs the hook `faults.loseReply`"],
    ]);
    expect(formatReport(report)).toBe(
      "Not checked:\n- delete-unpayable: needs the hook `payable`\n- lost-refund: needs the hook `faults.loseReply`\n\n" +
        "1 passed, 0 failed, 2 skipped",
    );
  });

  test("is skipped where the author says why", async () => {
    const report = await runContract(
      { ...hooks(), skip: { "refund-pays": "no refunds here" } },
      { only: ["refund-pays"] },
    );
    expect(report).toMatchObject({ passed: [], skipped: [{ id: "refund-pays", reason: "no refunds here" }] });
  });

  test("is skipped where nothing is ever held", async () => {
    const { skipped } = await runContract({ ...manual, capturesAtOnce: true }, { only: ["cancel-releases"] });
    expect(skipped[0].reason).toBe("the processor captures at once and holds nothing");
  });
});

test("hooks that the contract does not know are refused, with those that it knows", async () => {
  const create = () => {};
  await expect(runContract({})).rejects.toThrow("`create`");
  await expect(runContract({ create, ledgr: create })).rejects.toThrow(/no hook `ledgr`; known: .*ledger/);
  await expect(runContract({ create, faults: { hangs: create } })).rejects.toThrow(/no fault `hangs`; known: .*hang,/);
  await expect(runContract({ create, faults: { hang: create } })).rejects.toThrow("`clear`");
  await expect(runContract({ create, skip: { nonsense: "x" } })).rejects.toThrow("`nonsense`");
});

test("a failure says what happened, which rule is broken, why it matters and where it is written", async () => {
  const text = formatReport(await runContract(hooks(mutants["refund-same-amount"]), { only: ["refund-same-amount"] }));
  expect(text).toBe(
    [
      "✗ refund-same-amount: pays two wanted refunds of one amount",
      "  what happened: what the provider has refunded: expected 800, got 400",
      "  the rule:      A refund pays out exactly its amount, once, and never more than was taken. Two refunds that are wanted are two payouts, and a refused one stands in the way of none.",
      "  why:           For each answer that is not an error Medusa records a refund of that amount. The payment's data is all that tells a refund that is repeated from another one of the same amount. (refundPayment in dist/services/payment-provider.js)",
      "  written in:    node_modules/medusa-payment-rs/docs/contract.md#refunds",
      "",
      "0 passed, 1 failed, 0 skipped",
    ].join("\n"),
  );
  expect(fs.existsSync("node_modules/medusa-payment-rs/docs/contract.md")).toBe(true);
});

test("a check ends also where the processor never answers", async () => {
  const never = () => new Promise(() => {});
  const stuck = { create: () => ({ initiatePayment: never }), timeoutMs: 20 };
  const { failed } = await runContract(stuck, { only: ["authorize-paid"] });
  expect(failed[0].message).toBe("expected a success: initiatePayment did not answer within 20 ms");
});

test("no fault outlives its check", async () => {
  const cleared = [];
  const all = hooks(mutants["declined-refund"]);
  all.faults.clear = () => cleared.push("cleared");
  await runContract(all, { only: ["declined-refund"] });
  expect(cleared).not.toStrictEqual([]);
});

test("the kit knows no provider by name", () => {
  const folder = path.dirname(require.resolve("medusa-payment-rs/testing"));
  const files = fs.readdirSync(folder, { recursive: true }).filter((file) => /\.(js|json|ts)$/.test(file));
  expect(files.length).toBeGreaterThan(10);
  for (const file of files) {
    const text = fs.readFileSync(path.join(folder, file), "utf8");
    expect([file, text.match(/stripe|paypal|klarna|adyen|manual|pi_|seti_/gi)]).toStrictEqual([file, null]);
  }
});
