// The kit takes jest's, vitest's and node's own runner, and any Medusa processor.

import { describe as nodeDescribe, test as nodeTest } from "node:test";
import { AbstractPaymentProcessor } from "medusa-payment-rs";
import {
  type Check,
  checks,
  formatReport,
  formatSchedules,
  type Hooks,
  paymentProcessorContract,
  type Report,
  runContract,
  runSchedules,
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

const scheduled: Hooks = {
  ...hooks,
  faults: { loseReply: (method, request) => [method, request === 0], clear: () => {} },
  timePasses: (ms) => ms / 1000,
  refundElsewhere: async ({ id }, amount) => id !== undefined && amount > 0,
  refundFails: () => false,
  errorKind: ({ code }) => (code === "api_error" ? "outcomeUnknown" : undefined),
};

runSchedules(scheduled, { count: 10, seed: 1 }).then((report) => [report.failed?.steps, formatSchedules(report)]);
