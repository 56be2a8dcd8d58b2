// What an addon needs of a realm (a JavaScript global): values, promises and errors that it hands out are the realm's.

// Not the global one, which a test runner may replace.
const { setImmediate } = require("timers");

const textOf = require("./text-of.js");

const { parse, stringify } = JSON;

/** The message of V8's error if an object is nested too deeply for it. */
const STACK_OVERFLOW = "Maximum call stack size exceeded";

/** The methods of Medusa's logger, from the most severe, which has this number: the outcomes of a call come before it. */
const LOG_METHODS = ["error", "warn", "info", "debug"];
const FIRST_LEVEL = 5;

/**
 * Makes the functions that an addon calls in this realm for one class.
 *
 * @param linked has the class as `Class`, once it is made
 * @param host `options` finds the options of an instance, `failure` makes an error that Medusa shows
 */
module.exports = function realmFunctions(addon, linked, { options, failure }) {
  /** The instance that was called last: its logger gets what is logged after a call has ended. */
  let latest;

  /** Calls in flight: number → the instance, and the two ends of its promise. */
  const calls = new Map();

  /** Returns the value of an answer, or throws its error. */
  function outcome(how, text) {
    if (how === 2) throw new Error(text);
    if (how === 3) throw new TypeError(text);
    if (how === 4) throw failure(parse(text));
    return how === 0 ? parse(text) : undefined;
  }

  /** Throws nothing: others are delivered together with it. */
  function settle(call, how, text) {
    const waiting = calls.get(call);
    if (waiting === undefined) return;
    calls.delete(call);
    const { resolve, reject } = waiting;
    // V8 leaves the table that a Map has outgrown with its entries, and with a pointer to the next one. Once the first is old,
    // they all stay until a full collection, and so would every answer behind them (measured: 2.6 KB a call of 3 KB).
    waiting.resolve = undefined;
    waiting.reject = undefined;
    try {
      resolve(outcome(how, text));
    } catch (cause) {
      reject(cause);
    }
  }

  function stringified(value) {
    try {
      return stringify(value());
    } catch (cause) {
      const message = textOf(cause);
      return { message, tooDeep: cause instanceof RangeError && message === STACK_OVERFLOW, cause };
    }
  }

  function log(instance, what, line) {
    try {
      const logger = (instance ?? latest?.deref())?.container?.logger;
      const method = LOG_METHODS[what - FIRST_LEVEL];
      // Looked at before it is called: an error that is thrown for each line costs more than the call.
      if (typeof logger?.[method] === "function") return logger[method](line);
    } catch {
      // As if there were no logger.
    }
    addon.logToStderr(what, line);
  }

  /** As `answer`, but returns the value or throws the error instead of a promise. */
  function answerAtOnce(instance, how, text, ...lines) {
    for (let at = 0; at < lines.length; at += 2) log(instance, lines[at], lines[at + 1]);
    return outcome(how, text);
  }

  return {
    /** Returns JSON text, undefined, or what was thrown on the way. */
    stringify(value) {
      return stringified(() => value);
    },

    /** As `stringify`, of a member of an instance. */
    member(instance, name) {
      return stringified(() => {
        const value = instance[name];
        if (typeof value === "function") throw new TypeError("it is a method, and has to be a getter or a property");
        return value;
      });
    },

    /** Returns the options of an instance of the class, with this identifier, that was constructed with `given`. */
    options,

    /** Whether the constructor was called on an instance: with `new`, or by a subclass. */
    isInstance(value) {
      return value instanceof linked.Class;
    },

    /** Returns the promise of a call that is going to be answered. */
    begin(call, instance) {
      if (latest?.deref() !== instance) latest = new WeakRef(instance);
      return new Promise((resolve, reject) => {
        calls.set(call, { instance, resolve, reject });
      });
    },

    /** Calls `resume` in the event loop's next round. */
    later(resume) {
      setImmediate(resume);
    },

    /** Takes messages in their order, each as its number, its call, and a text. */
    deliver(...messages) {
      for (let at = 0; at < messages.length; at += 3) {
        const what = messages[at];
        const call = messages[at + 1];
        const text = messages[at + 2];
        if (what < FIRST_LEVEL) settle(call, what, text);
        else log(calls.get(call)?.instance, what, text);
      }
    },

    /**
     * Returns the promise of a call on `instance` that is answered already, with its log: each line is its number and a
     * text.
     */
    answer(instance, how, text, ...lines) {
      try {
        return Promise.resolve(answerAtOnce(instance, how, text, ...lines));
      } catch (cause) {
        return Promise.reject(cause);
      }
    },

    answerAtOnce,

    /** Returns a promise that is rejected. */
    reject(message, cause) {
      return Promise.reject(new TypeError(message, cause === undefined ? undefined : { cause }));
    },

    /** Throws for the constructor. */
    throw(message, isTypeError, cause) {
      const Kind = isTypeError ? TypeError : Error;
      throw new Kind(message, cause === undefined ? undefined : { cause });
    },
  };
};
