// How Medusa 2 calls a payment provider, how it takes an answer, and what it stores of a payment: its data, which it merges,
// and rows of captures and refunds, which it commits before the provider is called and deletes if that throws
// (@medusajs/payment/dist/services/payment-module.js).

const { randomUUID } = require("crypto");
const { Answer, CheckFailed, KINDS, isObject, isText } = require("../answers");
const { columns, decimal } = require("./decimals");
const { merged } = require("./merged");
const { cradleOf } = require("./cradle");

const STATUSES = ["authorized", "captured", "pending", "requires_more", "error", "canceled", "pending_authorization"];
const ACTIONS = [
  "authorized",
  "captured",
  "failed",
  "pending",
  "requires_more",
  "canceled",
  "not_supported",
  "pending_authorization",
];

/** Types of errors whose message reaches a person, with an HTTP status below 500 (error-handler.js of the framework). */
const REFUSALS = ["not_allowed", "invalid_data", "payment_authorization_error", "not_found"];
/** The same with an HTTP 500. */
const OPEN = ["unexpected_state", "invalid_argument"];

const isStatus = (status) => STATUSES.includes(status);
const isDataOrNone = (data) => data === undefined || isObject(data);

/** Whether a value is what the method's type says of a success, and nothing that Medusa would store as a loss. */
function isSuccess(method, value) {
  if (!isObject(value)) return false;
  const { id, status, data, action } = value;
  switch (method) {
    case "initiatePayment":
      return isText(id) && isObject(data) && (status === undefined || isStatus(status));
    case "updatePayment":
      return isDataOrNone(data) && (status === undefined || isStatus(status));
    case "authorizePayment":
      return isStatus(status) && isObject(data);
    case "getPaymentStatus":
      return isStatus(status) && isDataOrNone(data);
    case "deletePayment":
      return isDataOrNone(data);
    case "getWebhookActionAndData":
      return ACTIONS.includes(action) && isDataOrNone(data);
    default:
      return isObject(data);
  }
}

class Medusa2Answer extends Answer {
  /** What Medusa does without the provider succeeds. */
  get isSuccess() {
    return this.how === "unasked" || (this.how === "resolved" && isSuccess(this.method, this.value));
  }

  get isFailure() {
    return this.how === "rejected" || this.how === "thrown";
  }

  get isError() {
    return this.isFailure && this.flaw === "";
  }

  get data() {
    return this.value?.data;
  }

  get status() {
    return this.value?.status;
  }

  get failure() {
    return this.value;
  }

  get code() {
    return this.value?.code;
  }

  get kind() {
    const { type } = this.value;
    return (
      KINDS[this.code] ?? (OPEN.includes(type) ? "outcomeUnknown" : type === "invalid_data" ? "invalid" : "refused")
    );
  }

  /** What keeps an error's message from a person. */
  get flaw() {
    if (!this.isFailure) return "";
    const { __isMedusaError: isMedusas, type, message } = Object(this.value);
    if (!isMedusas)
      return "\n(only the message of a MedusaError reaches a person; all else is “An unknown error occurred.”)";
    if (![...REFUSALS, ...OPEN].includes(type)) {
      return `\n(a MedusaError of the type ${type} is an HTTP status that says something else, or loses its message)`;
    }
    if (!isText(message) || /undefined|\[object Object]/.test(message))
      return "\n(the message says nothing to a person)";
    return "";
  }

  misses(isRefusal) {
    const { type } = this.value;
    if (isRefusal === REFUSALS.includes(type)) return undefined;
    return isRefusal
      ? `what the provider refuses is a MedusaError of the type ${type}, which is an HTTP 500: ${this}`
      : `what the provider has not refused is a MedusaError of the type ${type}, which is no HTTP 500: ${this}`;
  }
}

/** What Medusa has recorded of one payment of an order, for random schedules. */
class Medusa2Records {
  constructor(payment, total) {
    this.row = { payment, isCaptured: false, isCanceled: false };
    this.refunds = [];
    this.total = total;
  }

  /** Returns whether Medusa asks the provider at all. The workflow that cancels an order refunds what is captured. */
  allows({ isCaptured, isCanceled }, { what, amount }) {
    if (what === "refund") return this.row.isCaptured && amount <= this.total - sum(this.refunds);
    return !isCaptured && !isCanceled && !this.row.isCaptured && !this.row.isCanceled;
  }

  record(_, { what, amount }, payment) {
    if (what === "refund") this.refunds.push(amount);
    this.row = {
      payment,
      isCaptured: this.row.isCaptured || what === "capture",
      isCanceled: this.row.isCanceled || what === "cancel",
    };
  }
}

const sum = (amounts) => amounts.reduce((total, amount) => total + amount, 0);

const newId = (prefix) => `${prefix}_01${randomUUID().replaceAll("-", "").slice(0, 24).toUpperCase()}`;

class Medusa2 {
  static paid = ["authorized", "captured"];
  static Answer = Medusa2Answer;
  static Records = Medusa2Records;
  static recordsBefore = true;
  /** What may be reported as done and is done in the background. */
  static goesOn = ["delete"];
  static hooks = ["webhook", "secrets", "bigNumber"];

  static resource() {
    return undefined;
  }

  constructor() {
    /**
     * Session → what the database has of the payment: the session, its data, and, once it is authorized, the payment with
     * captures and refunds.
     */
    this.records = new Map();
    /** Whether a row can be read during a call. */
    this.isReadable = true;
    this.cradle = cradleOf(this);
  }

  create(hooks) {
    return hooks.create(this.cradle);
  }

  order({ hooks }) {
    return { amount: 1000, currency_code: "eur", ...hooks.context?.() };
  }

  /** A payment that Medusa has stored with this data. */
  payment(data) {
    const record = this.recordOf({ amount: 1000, currency_code: "eur" });
    this.placeOrder(record, data);
    return read(record);
  }

  recordOf({ amount, currency_code }) {
    const record = {
      session: { id: newId("payses"), amount, currency_code, status: "pending" },
      order: undefined,
      data: {},
      captures: [],
      refunds: [],
      /** How many calls are under way, and the rows that are theirs. */
      calls: 0,
      open: new Set(),
    };
    this.records.set(record.session.id, record);
    return record;
  }

  placeOrder(record, data) {
    const { amount, currency_code } = record.session;
    record.order ??= { id: newId("pay"), amount, currency_code, captured_at: null, canceled_at: null };
    record.data = data;
  }

  place(_, payment) {
    return payment;
  }

  /** The call as Medusa makes it, and what it stores of the answer. */
  prepare(trial, operation, payment, detail) {
    return this[operation](trial, payment, detail);
  }

  initiate(trial, _, overrides) {
    const input = inputOf(this.order(trial), overrides);
    const record = this.recordOf(input);
    record.data = input.data ?? {};
    const { id } = record.session;
    trial.resource = id;
    const args = {
      context: { idempotency_key: id, ...input.context },
      data: { ...input.data, session_id: id },
      amount: input.price,
      currency_code: input.currency_code,
    };
    return this.begin(record, undefined, args, (isStored, { data, status }) => {
      if (!isStored) return this.records.delete(id);
      record.data = trial.store(merged(record.data, { ...input.data, ...data }));
      record.session.status = status ?? "pending";
    });
  }

  update(trial, payment, overrides) {
    const record = this.records.get(payment.session.id);
    const input = inputOf({ ...this.order(trial), ...record.session }, overrides);
    const { context, price: amount, currency_code } = input;
    const args = { data: payment.data, amount, currency_code, context };
    return this.begin(record, payment, args, (isStored, { data, status }) => {
      if (!isStored) return;
      Object.assign(record.session, { amount: input.amount, currency_code });
      record.session.status = status ?? record.session.status;
      this.merge(trial, record, data);
    });
  }

  delete(_, payment) {
    const record = this.records.get(payment.session.id);
    return this.begin(record, payment, { data: payment.data }, () => {});
  }

  /** A session whose payment is there is not authorized again: what comes of a second call is not stored. */
  authorize(trial, payment) {
    const record = this.records.get(payment.session.id);
    const args = { data: payment.data, context: { idempotency_key: payment.session.id } };
    return this.begin(record, record.order ? undefined : payment, args, (isStored, { data, status }) => {
      if (!isStored || record.order) return;
      record.session.status = status;
      if (!Medusa2.paid.includes(status)) return this.merge(trial, record, data);
      this.placeOrder(record, trial.store(data));
      if (status === "captured") this.addCapture(record, record.order.amount);
    });
  }

  /** `amount` is a part; all that is left if it is not there. */
  capture(trial, payment, amount) {
    if (!payment.order) {
      throw new CheckFailed(`Medusa has no payment to capture: the session's status is ${payment.session.status}`);
    }
    const record = this.records.get(payment.session.id);
    const left = payment.order.amount - sum(payment.captures.map((row) => row.minor));
    if (left <= 0) return { store: () => payment };
    return this.begin(
      record,
      payment,
      () => {
        const { id } = this.addCapture(record, amount ?? left);
        record.open.add(id);
        return { data: payment.data, context: { idempotency_key: id } };
      },
      (isStored, { data }, args, isKept) => {
        if (!isKept) remove(record.captures, args.context.idempotency_key);
        if (isStored) this.merge(trial, record, data);
      },
    );
  }

  /** `amount` in minor units. */
  refund(trial, payment, amount) {
    const record = this.records.get(payment.session.id);
    return this.begin(
      record,
      payment,
      () => {
        const row = rowOf("ref", record, amount);
        record.refunds.push(row);
        record.open.add(row.id);
        return { data: payment.data, amount: row.raw_amount, context: { idempotency_key: row.id } };
      },
      (isStored, { data }, args, isKept) => {
        if (!isKept) remove(record.refunds, args.context.idempotency_key);
        if (isStored) this.merge(trial, record, data);
      },
    );
  }

  cancel(trial, payment) {
    const record = this.records.get(payment.session.id);
    const args = { data: payment.data, context: { idempotency_key: payment.order?.id } };
    return this.begin(record, payment, args, (isStored, { data }) => {
      if (isStored) this.merge(trial, record, data);
    });
  }

  /** The stock routes call neither of these two. */
  retrieve(trial, payment) {
    return this.reading(trial, payment);
  }

  status(trial, payment) {
    return this.reading(trial, payment);
  }

  reading(trial, payment) {
    const record = this.records.get(payment.session.id);
    return this.begin(record, payment, { data: payment.data }, (isStored, { data }) => {
      if (isStored) this.merge(trial, record, data);
    });
  }

  /** `body` is what came in, byte for byte. */
  webhook(_, payment, { body, headers }) {
    const rawData = Buffer.from(body);
    return { args: [{ data: parsed(rawData), rawData, headers }], store: () => payment };
  }

  /** The rows are so much older now. */
  timePasses(ms) {
    for (const { captures, refunds } of this.records.values()) {
      for (const row of [...captures, ...refunds]) row.created_at = new Date(row.created_at.getTime() - ms);
    }
  }

  addCapture(record, amount) {
    const row = rowOf("capt", record, amount);
    record.captures.push(row);
    return row;
  }

  merge(trial, record, data) {
    if (data !== undefined) record.data = trial.store(merged(record.data, data));
  }

  /**
   * Begins a call: unless others are under way, the database is as it was when `payment` was read. `input` is what the
   * provider gets, or makes it. `finish(isStored, value, input, isKept)` stores what comes of it; `isKept` says that rows
   * stay, be it because the process died.
   */
  begin(record, payment, input, finish) {
    if (payment && record.calls === 0) {
      record.data = payment.data;
      record.captures = [...payment.captures];
      record.refunds = [...payment.refunds];
    }
    record.calls += 1;
    const given = typeof input === "function" ? input() : input;
    const store = (answer, end) => {
      record.calls -= 1;
      record.open.delete(given.context?.idempotency_key);
      const isStored = answer.isSuccess && end === "stored";
      finish(isStored, Object(answer.value), given, isStored || end === "dies" || answer.how === "late");
      return isStored || end === "dies" || !payment ? read(record) : payment;
    };
    return { args: [given], store };
  }
}

/** What Medusa has stored of a payment, as it is now, without the rows of calls that are under way. */
function read({ session, order, data, captures, refunds, open }) {
  const settled = (rows) => rows.filter(({ id }) => !open.has(id));
  return { session: { ...session }, order, data, captures: settled(captures), refunds: settled(refunds) };
}

function rowOf(prefix, { order, session }, minor) {
  const { id: payment_id, currency_code } = order ?? session;
  return { id: newId(prefix), ...columns(minor, currency_code), payment_id, created_at: new Date(), minor };
}

function remove(rows, id) {
  const index = rows.findIndex((row) => row.id === id);
  if (index >= 0) rows.splice(index, 1);
}

/**
 * What the caller of Medusa's module says, from overrides that both hosts know (`amount` in minor units, `customer`) and
 * Medusa 2's own: `data`, `context`, and `price`, an amount in another form.
 */
function inputOf(order, overrides = {}) {
  const { amount, currency_code, price, data, context, customer } = { ...order, ...overrides };
  return {
    amount,
    currency_code,
    price: "price" in overrides ? price : Number(decimal(amount, currency_code)),
    data,
    context: context === null ? undefined : { ...context, ...(customer && { customer }) },
  };
}

function parsed(body) {
  try {
    return JSON.parse(body.toString());
  } catch {
    return {};
  }
}

module.exports = { ACTIONS, Medusa2, STATUSES };
