/** A payment's data, as a processor returns it and Medusa hands it back. */
type Data = Record<string, any>;

/** Medusa's payment processor, as far as the contract calls it. */
export interface Processor {
  getIdentifier(): string;
  initiatePayment(context: any): Promise<unknown>;
  updatePayment(context: any): Promise<unknown>;
  authorizePayment(data: Data, context: Data): Promise<unknown>;
  capturePayment(data: Data): Promise<unknown>;
  refundPayment(data: Data, amount: number): Promise<unknown>;
  cancelPayment(data: Data): Promise<unknown>;
  deletePayment(data: Data): Promise<unknown>;
  retrievePayment(data: Data): Promise<unknown>;
  getPaymentStatus(data: Data): Promise<unknown>;
  updatePaymentData(sessionId: string, data: Data): Promise<unknown>;
}

/** Medusa 2's payment provider, as far as the contract calls it. */
export interface Provider {
  getIdentifier(): string;
  initiatePayment(input: any): Promise<unknown>;
  updatePayment(input: any): Promise<unknown>;
  authorizePayment(input: any): Promise<unknown>;
  capturePayment(input: any): Promise<unknown>;
  refundPayment(input: any): Promise<unknown>;
  cancelPayment(input: any): Promise<unknown>;
  deletePayment(input: any): Promise<unknown>;
  retrievePayment(input: any): Promise<unknown>;
  getPaymentStatus(input: any): Promise<unknown>;
  getWebhookActionAndData(input: any): Promise<unknown>;
}

/** A service of Medusa 2's payment module, whose rows have amounts as numbers and, exactly, as `raw_amount`. */
export interface RowService {
  retrieve(id: string, config?: { select?: string[]; relations?: string[] }): Promise<Data>;
  list(filter?: Data, config?: { select?: string[]; relations?: string[] }): Promise<Data[]>;
}

/** What Medusa 2 hands to a provider's constructor. Any other name throws. */
export interface Cradle {
  captureService: RowService;
  refundService: RowService;
  paymentService: RowService;
  paymentSessionService: RowService;
  logger: Record<"debug" | "info" | "warn" | "error", (message: string) => void>;
}

/** The method on whose behalf the processor asks its provider. */
export type Method = Exclude<keyof Processor | keyof Provider, "getIdentifier">;

/** What the provider has in its books for one payment, in minor units. */
export interface Ledger {
  /** Held for the store and not taken yet. */
  held: number;
  captured: number;
  /** Paid back, refunds that failed not counted. */
  refunded: number;
  canceled: boolean;
}

/**
 * What can be made to go wrong, from the call on until `clear`, for every request that the processor makes to its
 * provider on behalf of one method. A fault that is not there leaves the checks that need it out.
 *
 * Random schedules also pass the number of the one request that is to go wrong, of those that the processor makes on
 * behalf of the method from then on, counted from 0. A hook that cannot count them makes all of them go wrong.
 */
export interface Faults {
  /** The provider refuses, as it refuses a card. Nothing is done. */
  decline?(method: Method, request?: number): unknown;
  /** The provider replies as if it had done it, and inside the reply stands that it failed. Nothing is done. */
  declineQuietly?(method: Method, request?: number): unknown;
  /** The provider cannot be reached, or says that it is not available. Nothing is done. */
  unavailable?(method: Method, request?: number): unknown;
  /** The provider does nothing and never answers. */
  hang?(method: Method, request?: number): unknown;
  /** The provider does it, and its reply is lost: the connection ends. */
  loseReply?(method: Method, request?: number): unknown;
  /**
   * Something in front of the provider answers, such as a proxy: an error status, and a body that is not the provider's.
   * Nothing is done.
   */
  garble?(method: Method, request?: number): unknown;
  /** The provider does it, and its reply ends in the middle. */
  cutOff?(method: Method, request?: number): unknown;
  /** Ends all faults. */
  clear(): unknown;
}

/**
 * - `refused`: the provider said no, and nothing was moved;
 * - `invalid`: the provider was not asked, which says nothing about an attempt before;
 * - `unavailable`: nothing was moved, and the operator tries again;
 * - `outcomeUnknown`: money may have been moved, and the operator tries again.
 */
export type ErrorKind = "refused" | "invalid" | "unavailable" | "outcomeUnknown";

/** What the contract needs to know of a processor for either host. */
interface CommonHooks<Failed> {
  /** What is different from the usual cart: 1000 minor units, `eur`, a guest with an e-mail address. */
  context?(): Data;
  /** Does what the shopper does so that the payment can be authorized. Nothing where it is left out. */
  pay?(sessionData: Data): unknown;
  /** The provider's books for a payment, from its newest data. */
  ledger?(data: Data): Ledger | Promise<Ledger>;
  /** What a shopper who still has this session data could pay with it, or null. */
  payable?(
    sessionData: Data,
  ): { amount: number; currency: string } | null | Promise<{ amount: number; currency: string } | null>;
  /** How many payments of a cart (Medusa 1) or of a session (Medusa 2) the provider has that are not canceled. */
  payments?(resourceId: string): number | Promise<number>;
  faults?: Faults;
  /** Lets as much time pass as an answer may ask an operator to wait before the same call is made again. */
  later?(): unknown;
  /** Lets this much time pass for the provider: a second or a day. For random schedules. */
  timePasses?(ms: number): unknown;
  /**
   * Refunds `amount` in the provider's dashboard, without the processor, and returns whether the provider did. For
   * random schedules, and for a check of Medusa 2.
   */
  refundElsewhere?(data: Data, amount: number): boolean | Promise<boolean>;
  /**
   * Makes a refund of `amount` that the processor made, and that counts as paid until now, fail at the customer's bank:
   * the money returns to the store. Returns whether there is one. For random schedules.
   */
  refundFails?(data: Data, amount: number): boolean | Promise<boolean>;
  /**
   * What an operator learns from an error, for random schedules. `undefined` if the code says it:
   * `temporarily_unavailable`, `outcome_unknown` and `invalid_request`; any other is a refusal.
   */
  errorKind?(error: Failed): ErrorKind | undefined;
  /** Whether an authorization takes the money, so that nothing is ever held. */
  capturesAtOnce?: boolean;
  /** Checks that are left out on purpose: id → why. */
  skip?: Record<string, string>;
  /** Milliseconds after which a call counts as not answered; 15,000 if it is left out. */
  timeoutMs?: number;
}

/**
 * How the contract gets at a processor and its provider, which is best a fake. Every hook may return a promise. Those
 * that are left out leave out the checks that need them, and the report says so.
 */
export interface Hooks extends CommonHooks<{ error: string; code: string; detail: string }> {
  /**
   * A new instance, as a new process would make it: it shares the provider with the ones before, and nothing in memory.
   */
  create(): Processor | Promise<Processor>;
  /** Medusa's session id, as `updatePaymentData` gets it. */
  sessionId?(sessionData: Data): string;
  /** What a shopper may set with `updatePaymentData`; `{}` where it is left out. */
  harmless?: Data;
  /**
   * What a shopper must not set: name → a value to try. `amount`, `currency`, `id`, `status` and the like are tried
   * wherever the session's data has them.
   */
  protected?: Data;
}

/** The same for a payment provider of Medusa 2. */
export interface ProviderHooks extends CommonHooks<Error & { type: string; code?: string }> {
  /**
   * A new instance, as a new process would make it: it shares the provider with the ones before, and nothing in memory.
   */
  create(cradle: Cradle): Provider | Promise<Provider>;
  /**
   * What the provider would post of this payment, or of one that has nothing to do with this store. `undefined` if it
   * sends no such event.
   */
  webhook?(
    event: "authorized" | "captured" | "foreign",
    data: Data,
  ): Webhook | undefined | Promise<Webhook | undefined>;
  /** Texts that no data may contain. */
  secrets?(): string[] | Promise<string[]>;
  /** An instance of Medusa's `BigNumber`, in which form amounts are tried too then. */
  bigNumber?(text: string): unknown;
}

/** A webhook's body, byte for byte, and its headers. */
export interface Webhook {
  body: string | Uint8Array;
  headers: Record<string, string>;
}

/** One thing that a processor has to do. */
export interface Check<H = Hooks> {
  readonly id: string;
  /** What is tried. */
  readonly title: string;
  /** What the contract says. */
  readonly rule: string;
  /** What Medusa does where it is broken, and in which of its files. */
  readonly why: string;
  /** Where the rule is written. */
  readonly where: string;
  /** The hooks that it cannot do without; `holds` is a processor that does not capture at once. */
  readonly needs: readonly string[];
  /** Runs it, and rejects where the rule is broken. */
  readonly run: (hooks: H) => Promise<void>;
}

/** A check that failed. */
export interface Failure extends Pick<Check<never>, "id" | "title" | "rule" | "why" | "where"> {
  /** What happened. */
  message: string;
}

/** What came of the checks. */
export interface Report {
  /** Their ids. */
  passed: string[];
  failed: Failure[];
  /** With the reason: what was not checked is not kept. */
  skipped: { id: string; title: string; reason: string }[];
}

/** What the contract needs of a test runner. Jest, vitest and `node:test` have it. */
export interface Runner {
  describe(name: string, body: () => void): unknown;
  test?: RunnerTest;
  it?: RunnerTest;
}

/** A runner's `test`. */
export interface RunnerTest {
  (name: string, body: () => Promise<void>, timeoutMs: number): unknown;
  skip(name: string, body: () => void): unknown;
}

/** All checks, in the order in which they run. */
export declare const checks: readonly Check[];

/**
 * Adds the contract as a suite of tests: one for each check. Checks that need a hook which is not there are skipped,
 * with the hook's name.
 *
 * @param runner the test runner's functions; jest's and vitest's globals where it is left out
 */
export declare function paymentProcessorContract(runner: Runner, hooks: Hooks): void;
export declare function paymentProcessorContract(hooks: Hooks): void;

/** Runs the checks without a test runner, one after the other. */
export declare function runContract(hooks: Hooks, options?: { only?: string[] }): Promise<Report>;

/** All checks of Medusa 2, in the order in which they run. */
export declare const providerChecks: readonly Check<ProviderHooks>[];

/** As `paymentProcessorContract`, for a payment provider of Medusa 2. */
export declare function paymentProviderContract(runner: Runner, hooks: ProviderHooks): void;
export declare function paymentProviderContract(hooks: ProviderHooks): void;

/** As `runContract`, for a payment provider of Medusa 2. */
export declare function runProviderContract(hooks: ProviderHooks, options?: { only?: string[] }): Promise<Report>;

/** The report as text: each failure with its rule, the reason for it and where it is written. */
export declare function formatReport(report: Report): string;

/** How many random schedules are tried, and which. */
export interface Schedules {
  /** How many; 500 if it is left out. */
  count?: number;
  /**
   * The seed of the first; each of the others has the seed after the one before it. If it is left out, the seed is a
   * matter of chance, and the environment variables `SCHEDULES` and `SEED` say how many and which, if they are set.
   */
  seed?: number;
}

/** What became of random schedules. */
export interface ScheduleReport {
  /** The seed of the first. */
  seed: number;
  /** How many passed. */
  passed: number;
  /** How often the processor was called in them. */
  calls: number;
  /** How many of these calls left it open whether they had an effect, or were not recorded. */
  inDoubt: number;
  /** How many refunds Medusa recorded. */
  refunds: number;
  /** The first one that failed, as short as it could be made. */
  failed?: {
    /** What the schedule followed from before it was made shorter. */
    seed: number;
    /** Where Medusa's records and the provider's books differ. */
    message: string;
    /** What happened, one line a step. */
    steps: string[];
  };
  /** Why there was nothing to try. */
  skipped?: string;
}

/**
 * Tries random schedules one after the other, until one fails, which is then made as short as possible. They need the
 * hook `ledger`.
 */
export declare function runSchedules(hooks: Hooks, schedules?: Schedules): Promise<ScheduleReport>;

/** As `runSchedules`, for a payment provider of Medusa 2. */
export declare function runProviderSchedules(hooks: ProviderHooks, schedules?: Schedules): Promise<ScheduleReport>;

/** The report as text: of a schedule that failed, what happened step by step and how to repeat it. */
export declare function formatSchedules(report: ScheduleReport): string;
