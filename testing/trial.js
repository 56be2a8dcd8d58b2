// One check's run: a processor, a cart of its own, and the steps that checks are made of. Which Medusa it is that calls
// the processor says the host.

const { CheckFailed, shown } = require("./answers");
const { operations } = require("./operations");
const { stored } = require("./stored");

/** How often a repeated call may ask to wait before it is done. */
const MOST_REPETITIONS = 4;

class Trial {
  constructor(Host, hooks) {
    this.Host = Host;
    this.hooks = hooks;
    this.limit = hooks.timeoutMs ?? 15_000;
    /** What the provider's payments are counted by: Medusa 1's cart, or Medusa 2's newest session. */
    this.resource = Host.resource();
    this.medusa = new Host();
    /** How data is handed to the next call. */
    this.store = stored;
    /** What does not hold, if the check goes on: an answer that says nothing must not hide what it did. */
    this.complaints = [];
  }

  static async open(Host, hooks) {
    const trial = new Trial(Host, hooks);
    await trial.restart();
    return trial;
  }

  /** Another server on the same database. */
  async anotherServer() {
    const other = new Trial(this.Host, this.hooks);
    Object.assign(other, { resource: this.resource, medusa: this.medusa });
    await other.restart();
    return other;
  }

  /** From here on another instance answers, which knows nothing of this one. */
  async restart() {
    this.processor = await this.medusa.create(this.hooks);
  }

  /** What the shopper pays, in minor units. */
  get amount() {
    return this.medusa.order(this).amount;
  }

  get currency() {
    return this.medusa.order(this).currency_code;
  }

  /** Less than half of it, and in whole tens: there are currencies that are paid in tens only. */
  get part() {
    return Math.floor(this.amount / 25) * 10;
  }

  isPaid(status) {
    return this.Host.paid.includes(status);
  }

  /**
   * Lets Medusa call the method of an operation, and store what comes of it. `payment` is what Medusa has stored of it
   * before, and the answer's `payment` what it has stored afterwards. An older payment is one whose later calls Medusa
   * could not store.
   */
  async call(operation, payment, detail) {
    const answer = await this.ask(operation, payment, detail);
    answer.payment = answer.store("stored");
    return answer;
  }

  /**
   * Lets Medusa call the method of an operation, and waits no longer than any call may take. The answer's `store` is what
   * Medusa does then: "stored" is the rule; it may also be "rolledBack", or its process "dies" before.
   */
  async ask(operation, payment, detail) {
    const { method } = operations[operation];
    const prepared = this.medusa.prepare(this, operation, payment, detail);
    const answer = prepared.args
      ? await this.answer(method, prepared.args)
      : new this.Host.Answer(method, "unasked", undefined);
    answer.store = (end) => prepared.store(answer, end);
    return answer;
  }

  async answer(method, args) {
    const answer = this.settled(method, args);
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, this.limit, new this.Host.Answer(method, "late", this.limit));
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  settled(method, args) {
    const { Answer } = this.Host;
    let promise;
    try {
      promise = this.processor[method](...args);
    } catch (reason) {
      return new Answer(method, "thrown", reason);
    }
    return Promise.resolve(promise).then(
      (value) => new Answer(method, "resolved", value),
      (reason) => new Answer(method, "rejected", reason),
    );
  }

  /** Calls a method that has to succeed, and returns the payment as it is stored then. */
  async done(operation, payment, detail) {
    return (await this.call(operation, payment, detail)).succeeded().payment;
  }

  async started(overrides) {
    return this.done("initiate", undefined, overrides);
  }

  /** Does what the shopper does. */
  async pay({ data }) {
    await this.hooks.pay?.(data);
  }

  async authorized(overrides) {
    const payment = await this.started(overrides);
    await this.pay(payment);
    return this.authorize(payment);
  }

  async authorize(payment) {
    const answer = (await this.call("authorize", payment)).succeeded();
    if (!this.isPaid(answer.status)) {
      this.expect("the status of a payment that the shopper has paid", answer.status, "authorized");
    }
    return answer.payment;
  }

  async captured(overrides) {
    return this.done("capture", await this.authorized(overrides));
  }

  /** The payment of an order that is placed. */
  async placed(payment) {
    return this.medusa.place(this, payment);
  }

  /** What Medusa 1 hands over as the session's id when a shopper's browser posts data. */
  sessionId(data) {
    return this.hooks.sessionId?.(data) ?? "ps_01KITTESTSESSION";
  }

  async inject(fault, method) {
    await this.hooks.faults[fault](method);
  }

  async clear() {
    await this.hooks.faults?.clear?.();
  }

  complain(message) {
    if (!this.complaints.includes(message)) this.complaints.push(message);
  }

  /** Complains of an answer that is neither a success nor an error to Medusa, and returns it. */
  heard(answer) {
    if (!answer.isRecognised) this.complain(answer.unrecognised);
    return answer;
  }

  /**
   * Repeats a call until it succeeds, as an operator does: an answer may ask to wait, and time passes. Returns the
   * success.
   */
  async repeated(operation, payment, detail) {
    for (let attempt = 1; ; attempt++) {
      const answer = this.heard(await this.call(operation, payment, detail));
      if (answer.isSuccess) return answer;
      if (attempt === MOST_REPETITIONS || !this.hooks.later) {
        const hint = this.hooks.later ? "" : " (if it asks to wait, the hook `later` has to let the time pass)";
        throw new CheckFailed(`the same call again does not succeed: ${answer}${hint}`);
      }
      await this.hooks.later();
    }
  }

  /** Fails unless the provider's books say so. */
  async ledger({ data }, expected) {
    const books = await this.hooks.ledger(data);
    for (const [name, value] of Object.entries(expected))
      this.expect(`what the provider has ${name}`, books[name], value);
    return books;
  }

  expect(what, actual, expected) {
    if (!Object.is(actual, expected))
      throw new CheckFailed(`${what}: expected ${shown(expected)}, got ${shown(actual)}`);
  }

  fail(message) {
    throw new CheckFailed(message);
  }
}

module.exports = { Trial };
