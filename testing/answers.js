// What a call came to, and whether that is an answer that Medusa takes the right way.

const { inspect } = require("util");

/** A check that does not hold. */
class CheckFailed extends Error {}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

const isText = (value) => typeof value === "string" && value.trim() !== "";

const shown = (value) => inspect(value, { depth: 2, breakLength: 100, maxArrayLength: 10, maxStringLength: 200 });

/**
 * An answer, of which the hosts say what is a success (`isSuccess`) and what an error (`isError`), and what it holds:
 *
 * - `data` and `status`, of a success;
 * - `code`, of an error, its `kind` as far as the code says it, and `failure`, which is what the hook `errorKind` gets;
 * - `flaw`, what keeps it from being either, with a line break before it;
 * - `misses(isRefusal)`, what keeps an error from saying that it is a refusal, or that it is not one.
 *
 * `payment` is what Medusa has stored of the payment afterwards.
 */
class Answer {
  /** `how`: "resolved" with a value, "rejected" or "thrown" with a reason, "late", or "unasked" by Medusa. */
  constructor(method, how, value) {
    this.method = method;
    this.how = how;
    this.value = value;
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
    if (this.how === "unasked") return `Medusa did not call ${this.method}`;
    const value = this.value instanceof Error ? `${this.value.name}: ${this.value.message}` : shown(this.value);
    return `${this.method} ${what[this.how]} ${this.how === "late" ? `${this.value} ms` : value}`;
  }
}

/** What an error's code says to an operator. */
const KINDS = {
  invalid_request: "invalid",
  temporarily_unavailable: "unavailable",
  outcome_unknown: "outcomeUnknown",
};

module.exports = { Answer, CheckFailed, KINDS, isObject, isText, shown };
