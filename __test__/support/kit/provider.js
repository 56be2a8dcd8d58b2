// A payment provider for Medusa 2 that keeps the contract, at the same bank as the reference for Medusa 1. Every decision is
// a method of its own, so that one can be made wrong at a time (provider-mutants.js).

const { BankError } = require("./bank");
const { Reference } = require("./reference");

const DIGITS = { jpy: 0, kwd: 3 };

/** How often and how soon what was reported as done is tried again in the background. */
const RETRIES = 200;
const PAUSE_MS = 5;

const TYPES = {
  refused: "not_allowed",
  invalid: "invalid_data",
  unavailable: "unexpected_state",
  lost: "unexpected_state",
};
const CODES = { unavailable: "temporarily_unavailable", lost: "outcome_unknown" };

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

class ReferenceProvider extends Reference {
  static identifier = "reference";

  constructor(bank, limitMs, cradle) {
    super(bank, limitMs);
    this.cradle = cradle;
  }

  async initiatePayment({ amount, currency_code: currency, data = {}, context }) {
    return this.answer("initiatePayment", async () => {
      const minor = this.minorUnits(amount, currency);
      const session = data?.session_id ?? context?.idempotency_key;
      const made = await this.ask("initiatePayment", "create", {
        cart: session,
        amount: minor,
        currency,
        key: context?.idempotency_key,
      });
      return this.begun(made.id, this.ofSession({ id: made.id, amount: minor, currency, session, refunds: {} }, data));
    });
  }

  begun(id, data) {
    return { id, status: "pending", data };
  }

  /** Medusa stores this over what the shopper's browser has sent, and so says of all of that that it is not there. */
  ofSession(data, sent) {
    return cleared(sent, data);
  }

  async updatePayment({ amount, currency_code: currency, data }) {
    return this.answer("updatePayment", async () => {
      const minor = this.minorUnits(amount, currency);
      if (data.amount === minor && data.currency === currency) return this.unchangedSession(data);
      return this.changeSession(data, minor, currency);
    });
  }

  unchangedSession(data) {
    return { data };
  }

  async changeSession(data, amount, currency) {
    await this.ask("updatePayment", "change", { id: data.id, amount, currency });
    return { data: { ...data, amount, currency } };
  }

  async authorizePayment({ data }) {
    return this.answer("authorizePayment", () =>
      this.inTurn(data.id, async () => {
        const payment = await this.ask("authorizePayment", "read", { id: data.id });
        return { status: this.statusOf(payment), data };
      }),
    );
  }

  statusOf({ status }) {
    return { open: "pending", held: "authorized", captured: "captured", canceled: "canceled" }[status];
  }

  async getPaymentStatus({ data }) {
    return this.answer("getPaymentStatus", async () => {
      const payment = await this.ask("getPaymentStatus", "read", { id: data.id });
      return { status: this.statusOf(payment), data };
    });
  }

  async retrievePayment({ data }) {
    return this.answer("retrievePayment", async () => {
      const { amount, currency } = await this.ask("retrievePayment", "read", { id: data.id });
      return { data: { ...data, amount, currency } };
    });
  }

  async capturePayment({ data, context }) {
    return this.answer("capturePayment", () =>
      this.inTurn(data.id, async () => {
        const row = await this.captureRow(context);
        const amount = this.minorUnits(row.raw_amount, data.currency);
        if (amount >= data.amount) await this.captureAll(data);
        else await this.capturePart(data, amount, row);
        return { data: this.captured(data) };
      }),
    );
  }

  captured(data) {
    return { ...data };
  }

  /** How much Medusa wants: it does not say so in the call. */
  captureRow({ idempotency_key: key }) {
    return this.cradle.captureService.retrieve(key, { relations: ["payment", "payment.captures"] });
  }

  captureAll(data) {
    return this.unlessDone("capturePayment", "capture", data, "captured");
  }

  /** The rows of failed tries are gone, so that a part which the bank has and no row knows is the one that is retried. */
  async capturePart({ id }, amount, row) {
    const { parts } = await this.ask("capturePayment", "read", { id });
    const rows = this.recordedRows(row.payment.captures, row.id);
    if (parts.some((part) => part.amount === amount && !rows.includes(part.ref))) return;
    await this.ask("capturePayment", "capturePart", { id, amount, ref: row.id, key: row.id });
  }

  recordedRows(rows, own) {
    return rows.map(({ id }) => id).filter((id) => id !== own);
  }

  async cancelPayment({ data }) {
    return this.answer("cancelPayment", () => this.releaseHeld("cancelPayment", data));
  }

  /** What cannot be done now is done in the background. */
  async deletePayment({ data }) {
    return this.answer("deletePayment", async () => {
      try {
        return await this.releaseHeld("deletePayment", data);
      } catch (error) {
        return this.goesOn(data, error);
      }
    });
  }

  goesOn(data, error) {
    if (error.kind === "refused") throw error;
    this.inBackground(() => this.releaseHeld("deletePayment", data));
    return { data };
  }

  async inBackground(work) {
    for (let tries = 0; tries < RETRIES; tries++) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS).unref());
      try {
        return await work();
      } catch {}
    }
  }

  async releaseHeld(method, data) {
    if (!data.id) return this.nothingToRelease(data);
    return this.inTurn(data.id, async () => {
      await this.unlessDone(method, "cancel", data, "canceled");
      return { data: { ...data } };
    });
  }

  nothingToRelease(data) {
    return { data };
  }

  async refundPayment({ amount, data, context }) {
    return this.answer("refundPayment", () =>
      this.inTurn(data.id, async () => {
        const minor = this.refundable(amount, data.currency);
        const { idempotency_key: ref } = context;
        const found = await this.unrecorded(data, minor, ref);
        const refund = found ?? (await this.payOut(data, minor, ref));
        this.checkOutcome(refund);
        return { data: this.remembered(data, refund) };
      }),
    );
  }

  refundable(amount, currency) {
    const minor = this.minorUnits(amount, currency);
    if (minor === 0) throw new BankError("invalid", "invalid_amount", "A refund of nothing is no refund.");
    return minor;
  }

  payOut({ id }, amount, ref) {
    return this.ask("refundPayment", "refund", { id, amount, ref, key: ref });
  }

  /**
   * Takes over a refund of this amount that the bank has paid and Medusa has recorded neither in the data nor in a row.
   * The bank sees to it that no other server does so too.
   */
  async unrecorded({ id, refunds }, amount, ref) {
    const { refunds: paid } = await this.ask("refundPayment", "read", { id });
    const rows = await this.refundRows(ref);
    const isOurs = (one) => one.ref && one.amount === amount && !refunds?.[one.id] && !rows.includes(one.ref);
    for (const one of paid.filter(isOurs)) {
      if (await this.claims(id, one, ref)) return one;
    }
    return undefined;
  }

  async claims(id, refund, ref) {
    try {
      await this.ask("refundPayment", "claim", { id, refund: refund.id, from: refund.ref, ref });
      return true;
    } catch (error) {
      if (error.code !== "claimed") throw error;
      return false;
    }
  }

  async refundRows(ref) {
    const { payment } = await this.cradle.refundService.retrieve(ref, { relations: ["payment", "payment.refunds"] });
    return payment.refunds.map(({ id }) => id);
  }

  /** By the refund's own id: data is merged, and two refunds at once start from the same data. */
  remembered(data, { id, amount }) {
    return { ...data, refunds: { ...data.refunds, [id]: amount } };
  }

  async getWebhookActionAndData({ rawData, headers }) {
    return this.answer("getWebhookActionAndData", async () => {
      this.checkSignature(rawData, headers);
      const { type, session, amount, currency } = JSON.parse(rawData.toString());
      if (!session) return { action: "not_supported" };
      return { action: type, data: { session_id: session, amount: this.majorUnits(amount, currency) } };
    });
  }

  checkSignature(rawData, headers) {
    if (this.bank.signature(rawData) !== headers["bank-signature"]) {
      throw new BankError("refused", "bad_signature", "The event is not the bank's.");
    }
  }

  /** Half up, without binary fractions. */
  minorUnits(amount, currency) {
    const text = this.decimalOf(amount);
    if (!/^\d{1,15}(\.\d+)?$/.test(text)) {
      throw new BankError("invalid", "invalid_amount", `${text || "Nothing"} is no amount of money.`);
    }
    const digits = DIGITS[currency] ?? 2;
    const [whole, fraction = ""] = text.split(".");
    const padded = fraction.padEnd(digits + 1, "0");
    return Number(`${whole}${padded.slice(0, digits)}`) + this.rounding(padded[digits]);
  }

  rounding(digit) {
    return digit >= "5" ? 1 : 0;
  }

  decimalOf(amount) {
    return String((isObject(amount) ? (amount.value ?? amount.raw?.value) : amount) ?? "");
  }

  majorUnits(minor, currency) {
    return minor / 10 ** (DIGITS[currency] ?? 2);
  }

  failure(method, { kind, code, message }) {
    throw Object.assign(new Error(`${method} failed: ${message} (${code})`), {
      __isMedusaError: true,
      type: this.typeOf(method, kind),
      code: CODES[kind] ?? code,
    });
  }

  typeOf(_method, kind) {
    return TYPES[kind] ?? "unexpected_state";
  }
}

/** `data`, with null for every member that is only in `old`. */
function cleared(old, data) {
  const gone = Object.keys(old ?? {}).filter((name) => !(name in data));
  const members = Object.entries(data).map(([name, member]) => [
    name,
    isObject(member) && isObject(old?.[name]) ? cleared(old[name], member) : member,
  ]);
  return Object.fromEntries([...gone.map((name) => [name, null]), ...members]);
}

module.exports = { ReferenceProvider };
