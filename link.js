// Links an addon to the realm (the JavaScript global) that this file was loaded in: values, promises
// and errors that the addon hands out are this realm's, and Medusa's own base class of this project
// stands above the addon's. A test runner loads this file once for every realm that it opens.

// Not the global one, which a test runner may replace.
const { setImmediate } = require("timers");
const optionsFor = require("./options.js");

const recordOnce = require("./recorded-once.js");

const { parse, stringify } = JSON;

/** The number of the agreement between this file and an addon; `src/node/mod.rs` has the same. */
const PROTOCOL = 3;

/** Throws if this is not an addon, or one that this file cannot link. */
function check(addon) {
  if (typeof addon?.link !== "function" || typeof addon.builtWith !== "function") {
    throw new TypeError(
      "medusa-payment-rs: link expects the exports of an addon that was built with the crate medusa-payment-rs. " +
        "`link(load(__dirname))` links that of the package it stands in.",
    );
  }
  const { version, protocol } = addon.builtWith();
  if (protocol === PROTOCOL) return;
  const installed = require("./package.json").version;
  throw new Error(
    `medusa-payment-rs: an addon that was built with version ${version} of the crate cannot be linked by version ` +
      `${installed} of the npm package, which is installed beside it. Install version ${version} of the npm package, ` +
      `or build the addon with version ${installed} of the crate.`,
  );
}

const HOST = "@medusajs/medusa/dist/interfaces/payment-processor";

/** Stands in for Medusa's class if Medusa is not installed, as in unit tests. */
class BuiltInBase {
  static _isPaymentProcessor = true;

  static isPaymentProcessor(object) {
    return object?.constructor?._isPaymentProcessor;
  }
}

/**
 * Returns Medusa's `AbstractPaymentProcessor`. The host dispatches on `instanceof` with its own copy of it,
 * which is the one in the project that Node was started in. Its file alone loads a thousand times as fast as
 * the whole package.
 */
function hostBase() {
  for (const options of [{ paths: [process.cwd()] }, undefined]) {
    let file;
    try {
      file = require.resolve(HOST, options);
    } catch {
      continue;
    }
    return require(file).AbstractPaymentProcessor;
  }
  return BuiltInBase;
}

/** The message of V8's error if an object is nested too deeply for it. */
const STACK_OVERFLOW = "Maximum call stack size exceeded";

/** The methods of Medusa's logger, from the most severe. */
const LOG_METHODS = ["error", "warn", "info", "debug"];

/** Returns the text of anything that can be thrown. */
function textOf(thrown) {
  try {
    return String(thrown?.message ?? thrown);
  } catch {
    return "something that has no text";
  }
}

/** Makes the functions that the addon calls in this realm, for the class in `linked`. */
function realmFunctions(linked, addon) {
  /** Calls in flight: number → the instance, and the two ends of its promise. */
  const calls = new Map();

  /** Returns the value of an answer, or throws its error. */
  function outcome(how, text) {
    if (how === 2) throw new Error(text);
    if (how === 3) throw new TypeError(text);
    return how === 0 ? parse(text) : undefined;
  }

  /** Throws nothing: others are delivered together with it. */
  function settle(call, how, text) {
    const waiting = calls.get(call);
    if (waiting === undefined) return;
    calls.delete(call);
    try {
      waiting.resolve(outcome(how, text));
    } catch (cause) {
      waiting.reject(cause);
    }
  }

  function log(instance, what, line) {
    try {
      const logger = instance.container?.logger;
      const method = LOG_METHODS[what - 4];
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
      try {
        return stringify(value);
      } catch (cause) {
        const message = textOf(cause);
        return { message, tooDeep: cause instanceof RangeError && message === STACK_OVERFLOW, cause };
      }
    },

    /** Returns the options of an instance with this identifier that was constructed with `given`. */
    options: optionsFor(linked),

    /** Whether the constructor was called on an instance: with `new`, or by a subclass. */
    isInstance(value) {
      return value instanceof linked.AbstractPaymentProcessor;
    },

    /** Returns the promise of a call that is going to be answered. */
    begin(call, instance) {
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
        if (what < 4) settle(call, what, text);
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
}

/**
 * Links an addon to this realm, and returns its class and the identifiers of its processors.
 *
 * @param addon the exports of a `.node` file that was built with the crate `medusa-payment-rs`
 */
module.exports = function link(addon) {
  check(addon);
  const linked = {
    registeredIdentifiers: Array.from(addon.registeredIdentifiers()),
    nextStep: (reconciliation) => parse(addon.nextStep(stringify(reconciliation))),
  };
  const functions = realmFunctions(linked, addon);
  const AbstractPaymentProcessor = addon.link(functions);
  const Base = hostBase();
  Object.setPrototypeOf(AbstractPaymentProcessor, Base);
  Object.setPrototypeOf(AbstractPaymentProcessor.prototype, Base.prototype);
  recordOnce(AbstractPaymentProcessor.prototype);
  // The addon refers to them weakly, so that a realm that is not used any more can be collected.
  Object.defineProperty(AbstractPaymentProcessor, Symbol("realm"), { value: functions });
  linked.AbstractPaymentProcessor = AbstractPaymentProcessor;
  return linked;
};
