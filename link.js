// Links an addon to the realm (the JavaScript global) that this file was loaded in: values, promises
// and errors that the addon hands out are this realm's, and Medusa's own base class of this project
// stands above the addon's. A test runner loads this file once for every realm that it opens.

// Not the global one, which a test runner may replace.
const { setImmediate } = require("timers");
const optionsFor = require("./options.js");

const recordOnce = require("./recorded-once.js");

const { parse, stringify } = JSON;

/** What this file and an addon have to agree on. The crate has the same number, in `src/node/mod.rs`. */
const PROTOCOL = 3;

/** Throws where an addon is none, or cannot be linked by this file. */
function check(addon) {
  if (typeof addon?.link !== "function" || typeof addon.builtWith !== "function") {
    throw new TypeError(
      "medusa-payment-rs: link expects the exports of an addon that was built with the crate medusa-payment-rs. " +
        "`link(load(__dirname))` finds the one of the package that it stands in.",
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

/** Stands in for Medusa's class where Medusa is not installed, as in unit tests. */
class BuiltInBase {
  static _isPaymentProcessor = true;

  static isPaymentProcessor(object) {
    return object?.constructor?._isPaymentProcessor;
  }
}

/**
 * Medusa's `AbstractPaymentProcessor`. The host dispatches on `instanceof` with its own copy of it,
 * which is the one in the project that Node was started in; the file is all that is needed, and a
 * thousand times quicker to load than the whole package.
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

/** What V8 says when an object is nested too deeply for it. */
const STACK_OVERFLOW = "Maximum call stack size exceeded";

/** The methods of Medusa's logger, from the most severe. */
const LOG_METHODS = ["error", "warn", "info", "debug"];

/** The text of whatever was thrown. */
function textOf(thrown) {
  try {
    return String(thrown?.message ?? thrown);
  } catch {
    return "something that has no text";
  }
}

/** What the addon calls in this realm, for the class in `linked`. */
function realmFunctions(linked, addon) {
  /** Calls in flight: number → the instance, and its promise's two ends. */
  const calls = new Map();

  /** What an answer is: a value, or an error that is thrown. */
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
      // Looked at first, because an error that is thrown for each line costs more than the call.
      if (typeof logger?.[method] === "function") return logger[method](line);
    } catch {
      // As where there is no logger.
    }
    addon.logToStderr(what, line);
  }

  /** As `answer`, and returns or throws what it has come to. */
  function answerAtOnce(instance, how, text, ...lines) {
    for (let at = 0; at < lines.length; at += 2) log(instance, lines[at], lines[at + 1]);
    return outcome(how, text);
  }

  return {
    /** JSON text, undefined, or what was thrown on the way. */
    stringify(value) {
      try {
        return stringify(value);
      } catch (cause) {
        const message = textOf(cause);
        return { message, tooDeep: cause instanceof RangeError && message === STACK_OVERFLOW, cause };
      }
    },

    options: optionsFor(linked),

    /** Whether the constructor was called on an instance, with `new` or by a subclass. */
    isInstance(value) {
      return value instanceof linked.AbstractPaymentProcessor;
    },

    begin(call, instance) {
      return new Promise((resolve, reject) => {
        calls.set(call, { instance, resolve, reject });
      });
    },

    /** Runs it in the event loop's next round. */
    later(resume) {
      setImmediate(resume);
    },

    /** Messages in their order, each as what it is, its call, and a text. */
    deliver(...messages) {
      for (let at = 0; at < messages.length; at += 3) {
        const what = messages[at];
        const call = messages[at + 1];
        const text = messages[at + 2];
        if (what < 4) settle(call, what, text);
        else log(calls.get(call)?.instance, what, text);
      }
    },

    /** A call on `instance` that is answered already: its log, each line as what it is and a text; returns its promise. */
    answer(instance, how, text, ...lines) {
      try {
        return Promise.resolve(answerAtOnce(instance, how, text, ...lines));
      } catch (cause) {
        return Promise.reject(cause);
      }
    },

    answerAtOnce,

    reject(message, cause) {
      return Promise.reject(new TypeError(message, cause === undefined ? undefined : { cause }));
    },

    throw(message, isTypeError, cause) {
      const Kind = isTypeError ? TypeError : Error;
      throw new Kind(message, cause === undefined ? undefined : { cause });
    },
  };
}

/**
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
  // The addon refers to them weakly, so that a realm nobody uses any more can be collected.
  Object.defineProperty(AbstractPaymentProcessor, Symbol("realm"), { value: functions });
  linked.AbstractPaymentProcessor = AbstractPaymentProcessor;
  return linked;
};
