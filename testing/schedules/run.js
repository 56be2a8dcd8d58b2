// A schedule, carried out on one payment: Medusa around the processor, an operator, and a look into the provider's books
// after every step.

const { CheckFailed } = require("../answers");
const { operations } = require("../operations");
const { Trial } = require("../trial");
const { Elsewhere } = require("./elsewhere");
const { described, plain } = require("./schedule");

/**
 * How many seconds pass each time before the operator retries at the end what is not settled: a provider may have stored
 * an answer for a day.
 */
const ROUNDS = [60, 60, 60, 60, 60, 60, 25 * 60 * 60, 25 * 60 * 60];

/** The operations that a schedule calls by their methods' names: they only read. */
const READS = { authorizePayment: "authorize", retrievePayment: "retrieve", getPaymentStatus: "status" };

/**
 * Carries out a schedule on a payment of its own. Resolves with what happened, one line a step, and with how much that
 * was or the message of what does not hold.
 */
async function run(Host, hooks, steps) {
  const made = new Run(Host, hooks);
  try {
    await made.open();
    await made.all(steps);
    return { lines: made.lines, tally: made.tally };
  } catch (error) {
    if (!(error instanceof CheckFailed)) throw error;
    return { lines: made.lines, message: error.message };
  } finally {
    await hooks.faults?.clear();
  }
}

class Run {
  constructor(Host, hooks) {
    this.Host = Host;
    this.hooks = hooks;
    this.lines = [];
    this.tally = { calls: 0, inDoubt: 0, refunds: 0 };
    /**
     * What an operator wants to be done: `{ what, amount, state }`. It is "undone" if the provider certainly has not
     * done it, "inDoubt" if it may have been done and is not recorded, and "settled" if it is recorded or refused.
     */
    this.wants = [];
    /** What was refunded in the provider's dashboard. */
    this.elsewhere = new Elsewhere();
    /** Recorded refunds that failed at the customer's bank later. */
    this.failedLater = [];
    /** The sum of those that failed there and may or may not have been recorded before. */
    this.failedSometime = 0;
    /** What is recorded although the process died that asked for it: nobody learns what became of that. */
    this.neverKnown = [];
    /** Whether the schedule is over, and only what is not settled is retried. */
    this.isSettling = false;
  }

  /** Places an order whose payment is authorized. Nothing goes wrong so far. */
  async open() {
    const trial = await Trial.open(this.Host, this.hooks);
    this.session = await trial.authorized();
    this.total = trial.amount;
    this.medusa = new this.Host.Records(await trial.placed(this.session), this.total);
    this.servers = { A: trial, B: await trial.anotherServer() };
  }

  async all(steps) {
    for (let next = 0; next < steps.length; ) {
      const [step, second] = steps.slice(next);
      const isPair = step.step === "call" && second?.step === "call" && second.start !== "afresh";
      if (step.step === "call") await this.call(isPair ? [step, second] : [step]);
      else await this.happen(step);
      await this.booksAreEqual();
      next += isPair ? 2 : 1;
    }
    await this.settle();
  }

  /** Lets something happen that is not a call, and says what it was. */
  async happen({ step, server, seconds, tenths }) {
    const amount = tenths && this.amount(tenths);
    switch (step) {
      case "restart":
        await this.servers[server].restart();
        this.lines.push(`server ${server} is restarted`);
        break;
      case "wait":
        if (!this.hooks.timePasses) break;
        await this.timePasses(seconds);
        this.lines.push(`${seconds} s pass`);
        break;
      case "refundElsewhere":
        if (!(await this.hooks.refundElsewhere?.(this.data, amount))) break;
        this.elsewhere.refund(amount);
        this.lines.push(`refund of ${amount} in the provider's dashboard`);
        break;
      case "refundFails":
        if (!(await this.hooks.refundFails?.(this.data, amount))) break;
        this.noteFailedRefund(amount);
        this.lines.push(`a refund of ${amount} fails at the customer's bank`);
    }
  }

  /** The payment's newest data. */
  get data() {
    return this.medusa.row.payment.data;
  }

  /**
   * Only the provider's clock can be moved. What a process remembers for a while would not be forgotten, and so it is a
   * new one.
   */
  async timePasses(seconds) {
    if (this.hooks.timePasses) await this.hooks.timePasses(seconds * 1000);
    else await this.hooks.later?.();
    // A row knows when it was written.
    this.servers.A.medusa.timePasses?.(seconds * 1000);
    await this.servers.A.restart();
    await this.servers.B.restart();
  }

  /** Notes which of Medusa's records, if any, is not true any more without anybody's mistake. */
  noteFailedRefund(amount) {
    const times = (list) => list.filter((one) => one === amount).length;
    if (times(this.medusa.refunds) <= times(this.failedLater)) return;
    const mayBeUnrecorded = this.inDoubt("refund").some((want) => want.amount === amount);
    if (mayBeUnrecorded) this.failedSometime += amount;
    else this.failedLater.push(amount);
  }

  /**
   * Makes one call, or two that start from the same data. Medusa stores their results in the order of the answers, and
   * the second overwrites what the first has stored.
   */
  async call(calls) {
    const { row } = this.medusa;
    const prepared = [];
    for (const call of calls) prepared.push(...this.prepared(call, row, prepared[0]?.want));
    await this.make(prepared, row);
  }

  async make(prepared, row) {
    const before = await this.hooks.ledger(row.payment.data);
    const mayBePaidLate = this.refundsInDoubt > 0 || this.neverKnown.length > 0;
    const replies = await this.replies(prepared);
    const after = await this.hooks.ledger(row.payment.data);
    for (const one of prepared) this.lines.push(this.line(one, replies.find(({ of }) => of === one).answer));
    for (const { of, answer } of replies) {
      this.tally.calls += 1;
      if (!answer.isRecognised) throw new CheckFailed(answer.unrecognised);
      const isClear = prepared.length === 1 && !mayBePaidLate;
      this.learnFrom(of, answer, isClear && { before, after });
      if (of.want) await this.conclude(of, row, answer);
      else await this.read(of, answer, prepared.length === 1 ? before : undefined);
    }
  }

  /**
   * Learns from a refund that has succeeded, and from the provider's books before and after it, what is recorded of the
   * dashboard's; nothing for certain if other causes for the books to change are not excluded.
   */
  learnFrom({ want, call: { end, mishaps } }, answer, books) {
    if (want?.what !== "refund" || !this.hooks.refundElsewhere) return;
    if (books && end === "stored" && mishaps.length === 0) {
      if (answer.isSuccess) this.elsewhere.done(want.amount, books.before, books.after);
    } else if (answer.isSuccess || end === "dies") this.elsewhere.mayBeRecorded();
  }

  /** Resolves with the replies in the order in which they came. */
  async replies(prepared) {
    const replies = [];
    const made = async (of) => {
      replies.push({ of, answer: await this.servers[of.call.server].ask(of.operation, ...of.args) });
    };
    const groups = prepared[1]?.call.start === "atOnce" ? [prepared] : prepared.map((one) => [one]);
    for (const group of groups) {
      for (const one of group) await this.inject(one);
      await Promise.all(group.map(made));
      await this.hooks.faults?.clear();
    }
    return replies;
  }

  async inject({ call: { mishaps }, operation }) {
    const { method } = operations[operation];
    for (const { fault, request } of mishaps) await this.hooks.faults[fault](method, request);
  }

  /**
   * The call as Medusa makes it from this row, in a list; nothing if Medusa does not make it, or there is nothing to do.
   * `taken` is what another call is about at the same time.
   */
  prepared(call, row, taken) {
    const { what, tenths, number } = call;
    switch (what) {
      case "authorizePayment":
        return [this.withFaults(call, READS[what], [this.session])];
      case "retrievePayment":
      case "getPaymentStatus":
        return [this.withFaults(call, READS[what], [row.payment])];
    }
    const want =
      what === "retry"
        ? this.unsettled(row, number, taken)
        : this.wanted(row, { what, amount: what === "refund" ? this.amount(tenths) : 0 });
    return want ? [this.preparedFor(want, call, row)] : [];
  }

  preparedFor(want, call, { payment }) {
    const args = want.what === "refund" ? [payment, want.amount] : [payment];
    return { want, ...this.withFaults(call, want.what, args) };
  }

  /** The call with those of its mishaps that there are: only a refund has a status that says that it failed. */
  withFaults(call, operation, args) {
    const isThere = ({ fault }) => this.hooks.faults?.[fault] && (fault !== "declineQuietly" || operation === "refund");
    return { call: { ...call, mishaps: call.mishaps.filter(isThere) }, operation, args };
  }

  /** Adds something that the operator wants, if Medusa lets it through. */
  wanted(row, action) {
    // Nobody refunds so much that it would be too much if what is in doubt was paid.
    const promised = sum(this.medusa.refunds) + this.refundsInDoubt + action.amount;
    if (!this.medusa.allows(row, action) || promised > this.total) return undefined;
    const want = { ...action, state: "undone" };
    this.wants.push(want);
    return want;
  }

  /**
   * One of the wants that are not settled and that Medusa lets through, counted around. A second click on `taken` at the
   * same time is as good as another want.
   */
  unsettled(row, number, taken) {
    const unsettled = this.allUnsettled(row);
    const want = unsettled[number % unsettled.length];
    if (want === undefined || want !== taken) return want;
    const other = { ...want, state: "undone" };
    this.wants.push(other);
    return other;
  }

  allUnsettled(row) {
    return this.wants.filter((want) => want.state !== "settled" && this.medusa.allows(row, want));
  }

  /** Takes an answer as Medusa and the operator take it. */
  async conclude({ want, call: { end, server } }, row, answer) {
    const isRecordedBefore = end === "dies" && this.Host.recordsBefore && want.what !== "cancel";
    want.state = isRecordedBefore ? "settled" : this.stateAfter(want, end, answer);
    const payment = answer.store(end);
    if (isRecordedBefore) this.neverKnown.push(want);
    if (isRecordedBefore || (answer.isSuccess && want.state === "settled")) {
      this.medusa.record(row, want, payment);
      this.tally.refunds += want.what === "refund" ? 1 : 0;
    }
    this.tally.inDoubt += want.state === "inDoubt" ? 1 : 0;
    this.lastAnswer = answer;
    if (end === "dies") await this.servers[server].restart();
  }

  stateAfter({ state }, end, answer) {
    if (end === "dies") return "inDoubt";
    if (answer.isSuccess) return end === "rolledBack" ? "inDoubt" : "settled";
    switch (this.kindOf(answer)) {
      case "outcomeUnknown":
        return "inDoubt";
      case "unavailable":
        return state;
      case "invalid":
        // It says nothing about an attempt before it, unless nothing goes wrong any more.
        return state === "inDoubt" && !this.isSettling ? "inDoubt" : "settled";
      default:
        return "settled";
    }
  }

  kindOf(answer) {
    return this.hooks.errorKind?.(answer.failure) ?? answer.kind;
  }

  /** Looks at what a read says, if it was the only call, and stores nothing. */
  async read(one, answer, before) {
    answer.store("rolledBack");
    if (before) await this.statusIsTrue(one, answer, before);
  }

  /**
   * Sees whether what a read says was so before it or is so after it: what was asked for earlier may be done in between.
   * Nothing went wrong while it was made.
   */
  async statusIsTrue({ operation, call: { mishaps } }, answer, before) {
    if (!answer.isSuccess || operation === "retrieve" || mishaps.length > 0) return;
    const { status } = answer;
    const isPaid = this.servers.A.isPaid(status);
    const after = await this.hooks.ledger(this.data);
    const isSo = ({ held, captured, canceled }) =>
      isPaid === held + captured > 0 && (status === "canceled") === canceled;
    if (!isSo(before) && !isSo(after)) throw new CheckFailed(`a status that is not so: ${answer}`);
  }

  /** Compares what Medusa has recorded, and what may have been done beside it, with the provider's own books. */
  async booksAreEqual() {
    const { row, refunds } = this.medusa;
    const ledger = await this.hooks.ledger(this.data);
    const paid = ledger.refunded - this.elsewhere.made;
    const recorded = sum(refunds) - sum(this.failedLater);
    const inDoubt = this.refundsInDoubt;
    // What cannot be paid any more is recorded as what was refunded in the dashboard.
    const givenBack = paid + this.elsewhere.mostRecorded;
    if (givenBack + this.failedSometime + sum(this.neverKnown.map(({ amount }) => amount)) < recorded) {
      throw new CheckFailed(`Medusa has recorded refunds of ${recorded}, and the provider has given back ${givenBack}`);
    }
    if (paid > recorded - this.elsewhere.leastRecorded + inDoubt) {
      throw new CheckFailed(
        `the provider has paid refunds of ${paid}, Medusa has recorded ${recorded}, and the operator was told that ${inDoubt} more may have been paid`,
      );
    }
    const isCaptureKnown = !this.neverKnown.some(({ what }) => what === "capture");
    if (isCaptureKnown) this.isDone("capture", row.isCaptured, ledger.captured > 0, this.hooks.capturesAtOnce);
    if (ledger.captured > 0) this.servers.A.expect("what the provider has captured", ledger.captured, this.total);
    this.isDone("cancel", row.isCanceled, ledger.canceled);
  }

  /** Fails unless it is done if it is recorded, and may be done if it is not. */
  isDone(what, isRecorded, isDone, isExpected = false) {
    const { A: trial } = this.servers;
    if (isRecorded) trial.expect(`whether the provider has done the recorded ${what}`, isDone, true);
    else if (isDone && !isExpected) {
      const isInDoubt = this.inDoubt(what).length > 0;
      trial.expect(`whether the operator was told that the provider may have done the ${what}`, isInDoubt, true);
    }
  }

  inDoubt(what) {
    return this.wants.filter((want) => want.what === what && want.state === "inDoubt");
  }

  get refundsInDoubt() {
    return sum(this.inDoubt("refund").map(({ amount }) => amount));
  }

  /** Nothing goes wrong any more, and the operator retries until everything is recorded or refused. */
  async settle() {
    this.isSettling = true;
    for (const [round, seconds] of ROUNDS.entries()) {
      const unsettled = this.allUnsettled(this.medusa.row);
      if (unsettled.length === 0) return;
      await this.timePasses(seconds);
      this.lines.push(`${seconds} s pass${round === 0 ? ", and nothing goes wrong any more" : ""}`);
      for (const want of unsettled) {
        const { row } = this.medusa;
        if (!this.allUnsettled(row).includes(want)) continue;
        const server = (round + this.wants.indexOf(want)) % 2 === 0 ? "A" : "B";
        await this.make([this.preparedFor(want, plain("retry", { server }), row)], row);
        await this.booksAreEqual();
      }
    }
    if (this.allUnsettled(this.medusa.row).length > 0) {
      throw new CheckFailed(`the operator retries and retries, and the last answer is still ${this.lastAnswer}`);
    }
  }

  amount(tenths) {
    return Math.floor(this.total / 10) * tenths;
  }

  line({ call, want, operation }, answer) {
    const action = want && (want.what === "refund" ? `refund of ${want.amount}` : want.what);
    const what = want && call.what === "retry" ? `retry of the ${action}` : (action ?? operations[operation].method);
    return `${described(call, what)} → ${this.shown(answer)}`;
  }

  shown(answer) {
    if (!answer.isRecognised) return answer.how === "late" ? "not answered in time" : "neither a success nor an error";
    if (answer.isError) return `${this.kindOf(answer)} (${answer.code ?? answer.value})`;
    return ["authorizePayment", "getPaymentStatus"].includes(answer.method) ? answer.status : "done";
  }
}

const sum = (amounts) => amounts.reduce((total, amount) => total + amount, 0);

module.exports = { run };
