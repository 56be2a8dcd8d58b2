// What a call came to, and whether that is an answer that Medusa takes the right way.

const { inspect } = require("util");

const STATUSES = ["authorized", "pending", "requires_more", "error", "canceled"];

/** A check that does not hold. */
class CheckFailed extends Error {}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

const isText = (value) => typeof value === "string" && value.trim() !== "";

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

const shown = (value) => inspect(value, { depth: 2, breakLength: 100, maxArrayLength: 10, maxStringLength: 200 });

class Answer {
  /** `how`: "resolved" with a value, "rejected" or "thrown" with a reason, or "late". */
  constructor(method, how, value) {
    this.method = method;
    this.how = how;
    this.value = value;
  }

  get isSuccess() {
    return this.how === "resolved" && isSuccess(this.method, this.value);
  }

  get isError() {
    if (this.method === "getPaymentStatus") return this.how === "rejected";
    return this.how === "resolved" && isError(this.value);
  }

  /** The payment's data in a success; undefined where an update had nothing to change. */
  get data() {
    if (this.method === "initiatePayment" || this.method === "updatePayment") return this.value?.session_data;
    return this.method === "authorizePayment" ? this.value?.data : this.value;
  }

  /** Fails unless it is a success. */
  succeeded() {
    if (!this.isSuccess) throw new CheckFailed(`expected a success: ${this}${this.flaw}`);
    return this;
  }

  /** Fails unless it is an error that Medusa recognises. */
  refused() {
    if (!this.isError) throw new CheckFailed(`expected an error that Medusa recognises: ${this}${this.flaw}`);
    return this;
  }

  get isRecognised() {
    return this.isError || this.isSuccess;
  }

  get unrecognised() {
    return `neither a success nor an error that Medusa recognises: ${this}${this.flaw}`;
  }

  /** What keeps an object with a member `error` from being either. */
  get flaw() {
    if (this.isError || this.how !== "resolved") return "";
    const holder = [this.value, this.data].find((value) => isObject(value) && "error" in value);
    if (!holder) return "";
    const missing = ["error", "code", "detail"].filter((name) => !isText(holder[name]));
    return `\n(an error needs ${missing.map((name) => `\`${name}\``).join(" and ")} as text that is not empty, and data has no member \`error\`)`;
  }

  /** Fails unless it is one of the two. */
  recognised() {
    if (!this.isRecognised) throw new CheckFailed(this.unrecognised);
    return this;
  }

  toString() {
    const what = {
      resolved: "resolved with",
      rejected: "rejected with",
      thrown: "threw",
      late: "did not answer within",
    };
    const value = this.value instanceof Error ? `${this.value.name}: ${this.value.message}` : shown(this.value);
    return `${this.method} ${what[this.how]} ${this.how === "late" ? `${this.value} ms` : value}`;
  }
}

module.exports = { Answer, CheckFailed, STATUSES, isObject, isText, shown };
