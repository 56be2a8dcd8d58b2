// A payment processor that keeps the contract, for the kit's own tests. Every decision is a method of its own, so that
// one can be made wrong at a time (mutants.js).

const { randomUUID } = require("node:crypto");
const { BankError } = require("./bank");

const PROTECTED = ["amount", "currency", "currency_code", "id", "status", "captured", "refunded", "refunds"];

class Reference {
  static identifier = "reference";
  static _isPaymentProcessor = true;

  constructor(bank, limitMs) {
    Object.assign(this, { bank, limitMs });
    this.name = randomUUID();
    /** Payment → the end of the last call that changes it. */
    this.turns = new Map();
    /** Keys of refunds that this instance has answered with a success. */
    this.paid = new Set();
    /** Payment → the status that was read last. */
    this.statuses = new Map();
  }

  getIdentifier() {
    return this.constructor.identifier;
  }

  async initiatePayment(context) {
    return this.answer("initiatePayment", () => this.start("initiatePayment", context));
  }

  async start(method, { amount: number, currency_code: currency, resource_id: cart }) {
    const amount = this.checkAmount(number);
    const { id } = await this.ask(method, "create", { cart, amount, currency });
    return { session_data: { id, amount, currency, refunds: [] } };
  }

  async updatePayment(context) {
    return this.answer("updatePayment", async () => {
      const data = context.paymentSessionData ?? {};
      const amount = this.checkAmount(context.amount);
      if (!data.id) return this.start("updatePayment", context);
      const { currency_code: currency } = context;
      if (data.amount === amount && data.currency === currency) return this.unchanged(context);
      return this.change({ ...context, amount });
    });
  }

  unchanged() {
    return undefined;
  }

  async change({ amount, currency_code: currency, paymentSessionData: data }) {
    await this.ask("updatePayment", "change", { id: data.id, amount, currency });
    return { session_data: { ...data, amount, currency } };
  }

  async authorizePayment(data) {
    return this.answer("authorizePayment", () =>
      this.inTurn(data.id, async () => {
        const status = this.statusOf(await this.ask("authorizePayment", "read", { id: data.id }));
        this.statuses.set(data.id, status);
        return { status, data };
      }),
    );
  }

  statusOf({ status }) {
    return { open: "pending", held: "authorized", captured: "authorized", canceled: "canceled" }[status];
  }

  async capturePayment(data) {
    return this.answer("capturePayment", () =>
      this.inTurn(data.id, async () => {
        await this.unlessDone("capturePayment", "capture", data, "captured");
        return { ...data };
      }),
    );
  }

  async cancelPayment(data) {
    return this.answer("cancelPayment", () => this.release("cancelPayment", data));
  }

  async deletePayment(data) {
    return this.answer("deletePayment", () => this.release("deletePayment", data));
  }

  release(method, data) {
    return this.inTurn(data.id, async () => {
      await this.unlessDone(method, "cancel", data, "canceled");
      return { ...data };
    });
  }

  /** A refusal is a success only if the bank shows that it is done already. */
  async unlessDone(method, action, { id }, done) {
    try {
      const { isReplayed } = await this.askOnce(method, action, { id, key: `${action} ${id}` });
      if (isReplayed) this.wasDone(method, id, new BankError("refused", "was_done", "It was done before."));
    } catch (error) {
      if (error.kind !== "refused" || error.code === "declined") throw error;
      const { status } = await this.ask(method, "read", { id });
      if (status !== done) throw error;
      this.wasDone(method, id, error);
    }
  }

  wasDone() {}

  async refundPayment(data, number) {
    return this.answer("refundPayment", () =>
      this.inTurn(data.id, async () => {
        const amount = this.checkRefund(number);
        const key = this.refundKey(data, amount);
        this.expectNews(key);
        const refund = await this.askOnce("refundPayment", "refund", { id: data.id, amount, key });
        this.checkOutcome(refund);
        this.paid.add(key);
        return this.refunded(data, refund);
      }),
    );
  }

  checkRefund(number) {
    const amount = this.checkAmount(number);
    if (amount === 0) throw new BankError("refused", "invalid_amount", "Zero is no refund.");
    return amount;
  }

  /** The same for a repeated refund, in every process, and another one for the next. */
  refundKey({ id, refunds }, amount) {
    return `refund ${id} ${amount} after ${(refunds ?? []).join(" ")}`;
  }

  expectNews(key) {
    if (this.paid.has(key)) throw new BankError("unavailable", "just_paid", "It was paid just now. Look again.");
  }

  checkOutcome({ status }) {
    if (status !== "paid") throw new BankError("refused", "refund_failed", `The refund is ${status}.`);
  }

  refunded(data, { id }) {
    return { ...data, refunds: [...(data.refunds ?? []), id] };
  }

  async retrievePayment(data) {
    return this.answer("retrievePayment", async () => {
      const { amount, currency } = await this.ask("retrievePayment", "read", { id: data.id });
      return { ...data, amount, currency };
    });
  }

  async getPaymentStatus(data) {
    try {
      const status = this.statusOf(await this.ask("getPaymentStatus", "read", { id: data.id }));
      this.statuses.set(data.id, status);
      return status;
    } catch (error) {
      return this.lastStatus(data, error);
    }
  }

  lastStatus({ id }, error) {
    if (error.kind !== "refused" && this.statuses.has(id)) return this.statuses.get(id);
    throw error;
  }

  async updatePaymentData(sessionId, data) {
    return this.answer("updatePaymentData", async () => {
      const refused = this.forbidden(data);
      if (refused.length > 0) throw new BankError("refused", "not_allowed", `Not allowed: ${refused.join(", ")}.`);
      await this.ask("updatePaymentData", "read", { id: sessionId.replace("ps_", "") });
      return this.storable(data);
    });
  }

  async retrieveSavedMethods() {
    return [];
  }

  forbidden(data) {
    return Object.keys(data).filter((name) => PROTECTED.includes(name));
  }

  storable(value) {
    if (typeof value === "string") return value.replaceAll("\0", "\ufffd").toWellFormed();
    if (Array.isArray(value)) return value.map((item) => this.storable(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, this.storable(member)]));
  }

  /** Returns the whole number that was meant, through the noise of floating point. */
  checkAmount(number) {
    const amount = Math.round(number);
    if (!Number.isSafeInteger(amount) || amount < 0 || Math.abs(amount - number) > this.noise()) {
      throw new BankError("refused", "invalid_amount", `${number} is not an amount.`);
    }
    return amount;
  }

  noise() {
    return 1e-6;
  }

  /**
   * Asks the bank for a change. A refusal that it only replays is its answer to an earlier request, whatever has come
   * of that since: the next key asks anew.
   */
  async askOnce(method, action, { key, ...details }) {
    for (let replays = 0; ; replays++) {
      try {
        return await this.ask(method, action, { ...details, key: replays === 0 ? key : `${key}.${replays}` });
      } catch (error) {
        if (!error.isReplayed) throw error;
      }
    }
  }

  /** Asks the bank, no longer than the limit, and reads its reply. */
  async ask(method, action, details) {
    const text = await this.bounded(method, this.bank.request(method, action, details));
    try {
      return JSON.parse(text);
    } catch {
      return this.unreadable(method, details);
    }
  }

  unreadable() {
    throw new BankError("lost", "unreadable", "The bank's reply cannot be read.");
  }

  async bounded(_method, reply) {
    let timer;
    const late = new Promise((_, reject) => {
      const giveUp = () => reject(new BankError("lost", "late", "The bank did not answer."));
      // A reply that is there, and only waits for a busy machine, comes first.
      timer = setTimeout(() => setImmediate(() => setImmediate(giveUp)), this.limitMs);
    });
    try {
      return await Promise.race([reply, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Calls that change one payment run one after the other. */
  async inTurn(id, work) {
    const turn = (this.turns.get(id) ?? Promise.resolve()).then(work);
    this.turns.set(
      id,
      turn.catch(() => {}),
    );
    return turn;
  }

  async answer(method, work) {
    try {
      return await work();
    } catch (error) {
      return this.failure(method, error);
    }
  }

  failure(method, error) {
    return { error: `${method} failed`, code: error.code ?? "unknown", detail: error.message };
  }
}

module.exports = { Reference };
