// How Medusa 1 calls a payment processor, how it takes an answer, and what it stores of a payment: the data that the last
// call returned.

const { randomUUID } = require("crypto");
const { Answer, KINDS, isObject, isText } = require("../answers");

const STATUSES = ["authorized", "pending", "requires_more", "error", "canceled"];

/** The error that Medusa recognises, with three strings and not only three truthy values. */
const isError = (value) => isObject(value) && isText(value.error) && isText(value.code) && isText(value.detail);

const isData = (value) => isObject(value) && !("error" in value);

/** Whether a value is what the method's type says of a success. */
function isSuccess(method, value) {
  switch (method) {
    case "initiatePayment":
      return isData(value) && isData(value.session_data);
    case "updatePayment":
      return value === undefined || value === null || (isData(value) && isData(value.session_data));
    case "authorizePayment":
      return isData(value) && isData(value.data) && STATUSES.includes(value.status);
    case "getPaymentStatus":
      return STATUSES.includes(value);
    default:
      return isData(value);
  }
}

class Medusa1Answer extends Answer {
  get isSuccess() {
    return this.how === "resolved" && isSuccess(this.method, this.value);
  }

  get isError() {
    if (this.method === "getPaymentStatus") return this.how === "rejected";
    return this.how === "resolved" && isError(this.value);
  }

  /** Undefined if an update had nothing to change. */
  get data() {
    if (this.method === "initiatePayment" || this.method === "updatePayment") return this.value?.session_data;
    return this.method === "authorizePayment" ? this.value?.data : this.value;
  }

  get status() {
    return this.method === "authorizePayment" ? this.value.status : this.value;
  }

  get failure() {
    return this.value;
  }

  get code() {
    return this.value?.code;
  }

  get kind() {
    return KINDS[this.code] ?? "refused";
  }

  /** What keeps an object with a member `error` from being either. */
  get flaw() {
    if (this.isError || this.how !== "resolved") return "";
    const holder = [this.value, this.data].find((value) => isObject(value) && "error" in value);
    if (!holder) return "";
    const missing = ["error", "code", "detail"].filter((name) => !isText(holder[name]));
    return `\n(an error needs ${missing.map((name) => `\`${name}\``).join(" and ")} as text that is not empty, and data has no member \`error\`)`;
  }

  /** To Medusa 1 all errors are alike. */
  misses() {
    return undefined;
  }
}

/** The payment's context: a cart of this check's own. */
function context(trial, overrides) {
  const usual = {
    amount: 1000,
    currency_code: "eur",
    email: "shopper@example.com",
    resource_id: trial.resource,
    customer: undefined,
    billing_address: null,
    context: {},
    paymentSessionData: {},
  };
  return { ...usual, ...trial.hooks.context?.(), ...overrides };
}

/** Operation → the arguments of its method. */
const ARGUMENTS = {
  initiate: (trial, _, overrides) => [context(trial, overrides)],
  update: (trial, { data }, overrides) => [context(trial, { paymentSessionData: data, ...overrides })],
  authorize: (trial, { data }) => [
    data,
    { ip_address: "127.0.0.1", idempotency_key: { idempotency_key: randomUUID() }, cart_id: trial.resource },
  ],
  refund: (_, { data }, amount) => [data, amount],
  updateData: (trial, { data }, change) => [trial.sessionId(data), change],
};

/**
 * What Medusa has recorded of one payment of an order, for random schedules. A call works with the row as it was read
 * before, and saves it whole (dist/services/payment-provider.js): what was stored meanwhile is overwritten.
 */
class Medusa1Records {
  constructor(payment, total) {
    this.row = { payment, isCaptured: false, isCanceled: false, refunded: 0 };
    /** The refunds of the order. They are rows of their own, which nothing overwrites. */
    this.refunds = [];
    this.total = total;
  }

  /**
   * Returns whether Medusa asks the processor at all (`capturePayment`, `cancel` and `createRefund` in
   * dist/services/order.js, `refundPayment` in dist/services/payment-provider.js).
   */
  allows(row, { what, amount }) {
    if (row.isCanceled) return false;
    if (what === "capture") return !row.isCaptured;
    if (what === "cancel") return this.refunds.length === 0;
    return row.isCaptured && amount <= this.total - Math.max(row.refunded, sum(this.refunds));
  }

  /**
   * Records a success. `read` is the row that the call started from, `payment` what became of it, which Medusa keeps of a
   * capture and a refund only.
   */
  record(read, { what, amount }, payment) {
    switch (what) {
      case "capture":
        this.row = { ...read, payment, isCaptured: true };
        break;
      case "cancel":
        this.row = { ...read, isCanceled: true };
        break;
      default:
        this.refunds.push(amount);
        this.row = { ...read, payment, refunded: read.refunded + amount };
    }
  }
}

const sum = (amounts) => amounts.reduce((total, amount) => total + amount, 0);

class Medusa1 {
  /** What an authorization says of a payment that the shopper has paid. */
  static paid = ["authorized"];
  static Answer = Medusa1Answer;
  static Records = Medusa1Records;
  /** Whether a call whose process died is recorded all the same. */
  static recordsBefore = false;
  /** The hooks that only Medusa 1 has a use for. */
  static hooks = ["sessionId", "harmless", "protected"];

  static resource() {
    return `cart_${randomUUID().replaceAll("-", "").slice(0, 26)}`;
  }

  create(hooks) {
    return hooks.create();
  }

  /** What the cart says: the amount in minor units, and the currency. */
  order(trial) {
    return context(trial);
  }

  /** A payment that Medusa has stored with this data and nothing else. */
  payment(data) {
    return { data };
  }

  /** An order that is placed has what `retrievePayment` returns (createPayment in dist/services/payment-provider.js). */
  place(trial, payment) {
    return trial.done("retrieve", payment);
  }

  /** The call as Medusa makes it, and what it stores of the answer. */
  prepare(trial, operation, payment, detail) {
    const args = ARGUMENTS[operation]?.(trial, payment, detail) ?? [payment.data];
    const store = ({ isSuccess, data }, end) => {
      const isNews = isSuccess && end === "stored" && operation !== "status" && data !== undefined && data !== null;
      return isNews ? { data: trial.store(data) } : payment;
    };
    return { args, store };
  }
}

module.exports = { Medusa1, STATUSES };
