// The kit takes jest's, vitest's and node's own runner, and any Medusa processor.

import { describe as nodeDescribe, test as nodeTest } from "node:test";
import { AbstractPaymentProcessor } from "medusa-payment-rs";
import {
  type Check,
  checks,
  formatReport,
  formatSchedules,
  type Hooks,
  type Provider,
  type ProviderHooks,
  paymentProcessorContract,
  paymentProviderContract,
  providerChecks,
  type Report,
  runContract,
  runProviderContract,
  runProviderSchedules,
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

declare const provider: Provider;
const providerHooks: ProviderHooks = {
  create: async ({ captureService, logger }) => {
    const { amount } = await captureService.retrieve("capt_1", { relations: ["payment.captures"] });
    logger.info(`${amount}`);
    return provider;
  },
  webhook: (event, { id }) => (event === "foreign" ? undefined : { body: `${id}`, headers: {} }),
  secrets: () => ["sk_live"],
  errorKind: ({ type }) => (type === "unexpected_state" ? "outcomeUnknown" : undefined),
};

paymentProviderContract({ describe: nodeDescribe, test: nodeTest }, providerHooks);
providerChecks[0].run(providerHooks);
runProviderContract(providerHooks, { only: ["capture-part"] }).then(formatReport);
runProviderSchedules(providerHooks, { count: 1 }).then(formatSchedules);

// @ts-expect-error: only Medusa 1 has sessions whose data a browser updates
runProviderContract({ ...providerHooks, sessionId: () => "ps_1" });
// @ts-expect-error: a provider of Medusa 2 is no processor of Medusa 1
paymentProcessorContract({ create: () => provider });
