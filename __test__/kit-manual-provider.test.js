const { paymentProviderContract, providerChecks, runProviderContract } = require("medusa-payment-rs/testing");
const {
  services: [Manual],
} = require("medusa-payment-rs/v2/manual");

const sum = (amounts) => Object.values(amounts ?? {}).reduce((total, amount) => total + amount, 0);

/** The manual processor has no provider: its books are all that is known of a payment. */
const manual = {
  create: (cradle) => new Manual(cradle, {}),
  ledger: ({ status, amount, captures, refunds }) => ({
    held: status === "authorized" ? amount - sum(captures) : 0,
    captured: sum(captures),
    refunded: sum(refunds),
    canceled: status === "canceled",
  }),
  skip: {
    "delete-authorized": "a deleted session leaves nothing behind in which the payment is canceled",
    "refund-after-death": "the process goes on here: for ten seconds it holds back a refund with the same old data",
  },
  timeoutMs: 5000,
};

describe("the manual processor in Medusa 2", () => {
  paymentProviderContract(manual);

  test("passes every check that needs no provider", async () => {
    const report = await runProviderContract(manual);
    expect(report.failed).toStrictEqual([]);
    const needs = /^(payable|payments|faults|webhook|secrets|refundElsewhere|bigNumber)/;
    const unchecked = providerChecks.filter(
      ({ id, needs: hooks }) => id in manual.skip || hooks.some((hook) => needs.test(hook)),
    );
    expect(report.skipped.map(({ id }) => id)).toStrictEqual(unchecked.map(({ id }) => id));
  });
});
