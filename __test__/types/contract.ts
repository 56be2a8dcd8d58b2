// The kit takes jest's, vitest's and node's own runner, and any Medusa processor.

import { describe as nodeDescribe, test as nodeTest } from "node:test";
import { AbstractPaymentProcessor } from "medusa-payment-rs";
import {
  type Check,
  checks,
  formatReport,
  type Hooks,
  paymentProcessorContract,
  type Report,
  runContract,
} from "medusa-payment-rs/testing";

class Manual extends AbstractPaymentProcessor {
  static identifier = "manual";
}

const hooks: Hooks = {
  create: () => new Manual({}, {}),
  pay: async ({ id }) => id,
  ledger: async ({ captured, refunded, status }) => ({ held: 0, captured, refunded, canceled: status === "canceled" }),
  payable: () => null,
  faults: { decline: (method) => method === "refundPayment", clear: () => {} },
  skip: { "refund-pays": "the provider cannot refund" },
};

paymentProcessorContract({ describe: nodeDescribe, test: nodeTest }, hooks);
paymentProcessorContract(hooks);

const runOne = (check: Check): Promise<void> => check.run(hooks);
runOne(checks[0]);

runContract(hooks, { only: ["capture-twice"] }).then((report: Report) => {
  const ids: string[] = report.failed.map(({ id, rule, why, where, message }) =>
    [id, rule, why, where, message].join(),
  );
  return [ids, formatReport(report)];
});

// @ts-expect-error: a processor is the least that the contract needs
paymentProcessorContract({});
// @ts-expect-error: faults without an end would go on into the next check
runContract({ create: hooks.create, faults: { hang: () => {} } });
