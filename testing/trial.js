// One check's run: a processor, a cart of its own, and the steps that checks are made of.

const { randomUUID } = require("crypto");
const { Answer, CheckFailed, shown } = require("./answers");
const { stored } = require("./stored");

/** How often a repeated call may ask to wait before it is done. */
const MOST_REPETITIONS = 4;

class Trial {
  constructor(hooks) {
    this.hooks = hooks;
    this.limit = hooks.timeoutMs ?? 15_000;
    this.resource = `cart_${randomUUID().replaceAll("-", "").slice(0, 26)}`;
    /** How data is handed to the next call. */
    this.store = stored;
    /** What does not hold, where the check goes on: an answer that says nothing must not hide what it did. */
    this.complaints = [];
  }

  static async open(hooks) {
    const trial = new Trial(hooks);
    await trial.restart();
    return trial;
  }

  /** From here on another instance answers, which knows nothing of this one. */
  async restart() {
    this.processor = await this.hooks.create();
  }

  /** The payment's context: a cart of this check's own. */
  context(overrides = {}) {
    const context = {
      amount: 1000,
      currency_code: "eur",
      email: "shopper@example.com",
      resource_id: this.resource,
      customer: undefined,
      billing_address: null,
      context: {},
      paymentSessionData: {},
    };
    return { ...context, ...this.hooks.context?.(), ...overrides };
  }

  get amount() {
    return this.context().amount;
  }

  /** Less than half of it, and in whole tens: there are currencies that are paid in tens only. */
  get part() {
    return Math.floor(this.amount / 25) * 10;
  }

  /** Calls a method, and waits no longer than any call may take. */
  async call(method, ...args) {
    const answer = settled(this.processor, method, args);
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, this.limit, new Answer(method, "late", this.limit));
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Calls a method that has to succeed, and returns the data as it is handed to the next call. */
  async data(method, ...args) {
    const answer = (await this.call(method, ...args)).succeeded();
    return answer.data === undefined ? undefined : this.store(answer.data);
  }

  async started(overrides) {
    return this.data("initiatePayment", this.context(overrides));
  }

  /** Does what the shopper does. */
  async pay(data) {
    await this.hooks.pay?.(data);
  }

  async authorized(overrides) {
    const data = await this.started(overrides);
    await this.pay(data);
    return this.authorize(data);
  }

  async authorize(data) {
    const answer = (await this.call("authorizePayment", data, this.authorizeContext())).succeeded();
    this.expect("the status of a payment that the shopper has paid", answer.value.status, "authorized");
    return this.store(answer.data);
  }

  authorizeContext() {
    return { ip_address: "127.0.0.1", idempotency_key: { idempotency_key: randomUUID() }, cart_id: this.resource };
  }

  async captured(overrides) {
    return this.data("capturePayment", await this.authorized(overrides));
  }

  async update(data, overrides) {
    return this.call("updatePayment", this.context({ paymentSessionData: data, ...overrides }));
  }

  /** What Medusa hands over as the session's id when a shopper's browser posts data. */
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
  async repeated(method, ...args) {
    for (let attempt = 1; ; attempt++) {
      const answer = this.heard(await this.call(method, ...args));
      if (answer.isSuccess) return answer;
      if (attempt === MOST_REPETITIONS || !this.hooks.later) {
        const hint = this.hooks.later ? "" : " (if it asks to wait, the hook `later` has to let the time pass)";
        throw new CheckFailed(`the same call again does not succeed: ${answer}${hint}`);
      }
      await this.hooks.later();
    }
  }

  /** Fails unless the provider's books say so. */
  async ledger(data, expected) {
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

function settled(processor, method, args) {
  let promise;
  try {
    promise = processor[method](...args);
  } catch (reason) {
    return new Answer(method, "thrown", reason);
  }
  return Promise.resolve(promise).then(
    (value) => new Answer(method, "resolved", value),
    (reason) => new Answer(method, "rejected", reason),
  );
}

module.exports = { Trial };
