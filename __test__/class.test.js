const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const ts = require("typescript");
const host = require("@medusajs/medusa/dist/interfaces/payment-processor");
const ours = require("medusa-payment-rs");
const { Manual, METHODS, Scripted, anyId, call, context, dataOf } = require("./support/payments");
const { recordingLogger } = require("./support/logger");
const { openLedger } = require("./support/ledger");
const { script } = require("./support/node");

const { AbstractPaymentProcessor } = ours;

/** A container that must not be looked into. */
function sealed() {
  const trap = (name) => () => {
    throw new Error(`the container was touched: ${name}`);
  };
  const traps = ["get", "has", "ownKeys", "getOwnPropertyDescriptor", "getPrototypeOf", "set", "defineProperty"];
  return new Proxy({}, Object.fromEntries(traps.map((name) => [name, trap(name)])));
}

/** A container as Awilix makes it: it throws where a name is not registered, and when it is enumerated. */
function cradle(services) {
  return new Proxy(services, {
    get(target, key) {
      if (!(key in target)) throw new Error(`Could not resolve '${String(key)}'.`);
      return target[key];
    },
    has: () => false,
    ownKeys() {
      throw new Error("the container was enumerated");
    },
  });
}

function thrown(action) {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("the exports", () => {
  test("are those that index.d.ts declares, and no others", () => {
    const declarations = fs.readFileSync(path.join("node_modules/medusa-payment-rs", "index.d.ts"), "utf8");
    const declared = [...declarations.matchAll(/^export declare (?:abstract class|class|const|function) (\w+)/gm)];
    expect(Object.keys(ours).sort()).toStrictEqual(declared.map(([, name]) => name).sort());
  });

  test("list the registered identifiers", () => {
    expect(ours.registeredIdentifiers).toBeInstanceOf(Array);
    expect(ours.registeredIdentifiers).toContain("manual");
    expect(ours.registeredIdentifiers).toStrictEqual([...ours.registeredIdentifiers].sort());
  });

  const error = { error: "e", code: "c", detail: "d" };
  test.each([
    ["an error", error],
    ["an error with other members", { ...error, more: 1 }],
    ["an error whose detail is an object", { ...error, detail: {} }],
    ["no code", { error: "e", detail: "d" }],
    ["an empty code", { ...error, code: "" }],
    ["no detail", { error: "e", code: "c" }],
    ["an empty detail", { ...error, detail: "" }],
    ["an empty error", { ...error, error: "" }],
    ["no error", { code: "c", detail: "d" }],
    ["an empty object", {}],
    ["an Error", new Error("e")],
    ["a function with the members", Object.assign(() => {}, error)],
    ["undefined", undefined],
    ["null", null],
    ["a string", "error"],
    ["a number", 0],
    ["true", true],
  ])("isPaymentProcessorError agrees with Medusa's on %s", (_, value) => {
    expect(ours.isPaymentProcessorError(value)).toBe(Boolean(host.isPaymentProcessorError(value)));
  });
});

test("the whole of Medusa exports the same class above ours, and the same statuses", () => {
  const medusa = require("@medusajs/medusa");
  expect(new Manual({})).toBeInstanceOf(medusa.AbstractPaymentProcessor);
  expect(ours.PaymentSessionStatus).toStrictEqual({ ...medusa.PaymentSessionStatus });
});

describe("the class", () => {
  test("is one of Medusa's", () => {
    const manual = new Manual({});
    expect(manual).toBeInstanceOf(host.AbstractPaymentProcessor);
    expect(manual).toBeInstanceOf(AbstractPaymentProcessor);
    expect(Object.getPrototypeOf(AbstractPaymentProcessor)).toBe(host.AbstractPaymentProcessor);
    expect(AbstractPaymentProcessor.name).toBe("AbstractPaymentProcessor");
  });

  test("is what Medusa's plugin loader looks for", () => {
    expect(Object.hasOwn(AbstractPaymentProcessor, "_isPaymentProcessor")).toBe(true);
    expect(Manual.prototype.constructor._isPaymentProcessor).toBe(true);
    expect(Manual.identifier).toBe("manual");
    for (const Class of [AbstractPaymentProcessor, host.AbstractPaymentProcessor]) {
      expect(Class.isPaymentProcessor(new Manual({}))).toBe(true);
      expect(Class.isPaymentProcessor({})).toBeFalsy();
      expect(Class.isPaymentProcessor(undefined)).toBeFalsy();
    }
  });

  test("has Medusa's ten methods, getIdentifier and those of webhooks on its prototype, not enumerable", () => {
    const ofWebhooks = ["readWebhook", "readWebhookSync", "paymentState"];
    const names = [
      ...METHODS.map(({ name }) => name),
      "retrieveSavedMethods",
      ...ofWebhooks,
      "getIdentifier",
      "constructor",
    ];
    expect(Object.getOwnPropertyNames(AbstractPaymentProcessor.prototype).sort()).toStrictEqual(names.sort());
    expect(Object.keys(AbstractPaymentProcessor.prototype)).toStrictEqual([]);
  });

  test("keeps container and config as Medusa's base does", () => {
    class Theirs extends host.AbstractPaymentProcessor {}
    const container = { logger: recordingLogger() };
    const config = {};
    const properties = (instance) => Object.getOwnPropertyDescriptors(instance);
    expect(properties(new Manual(container, config))).toStrictEqual(properties(new Theirs(container, config)));
    expect(properties(new Manual(container))).toStrictEqual(properties(new Theirs(container)));
    expect(new Manual(container, config).container).toBe(container);
    expect(new Manual(container, config).config).toBe(config);
  });

  test("cannot be called without new", () => {
    const error = thrown(() => AbstractPaymentProcessor({}, {}));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(/without 'new'/);
    expect(thrown(() => AbstractPaymentProcessor.call({}, {}, {}))).toBeInstanceOf(TypeError);
  });

  test("cannot be constructed twice on one object", () => {
    const manual = new Manual({});
    expect(thrown(() => AbstractPaymentProcessor.call(manual, {}, {}))).toBeInstanceOf(TypeError);
  });
});

describe("the host's class", () => {
  const uses = `
    class Manual extends AbstractPaymentProcessor {
      static identifier = "manual";
    }
    const manual = new Manual({}, {});
    const known = AbstractPaymentProcessor.isPaymentProcessor(manual) && Manual._isPaymentProcessor;
    manual.capturePayment({}).then(({ status }) => console.log(known, manual.getIdentifier(), status));`;

  test("is found where Node was not started in the store", async () => {
    const installed = JSON.stringify(path.resolve("node_modules/medusa-payment-rs"));
    const base = JSON.stringify(path.resolve("node_modules/@medusajs/medusa/dist/interfaces/payment-processor"));
    const { stdout } = await script(
      `const { AbstractPaymentProcessor } = require(${installed});
      const Base = Object.getPrototypeOf(AbstractPaymentProcessor);
      console.log(Base === require(${base}).AbstractPaymentProcessor);${uses}`,
      { cwd: os.tmpdir() },
    );
    expect(stdout).toBe("true\ntrue manual captured\n");
  });

  test("is not needed where there is no Medusa", async () => {
    const project = fs.mkdtempSync(path.join(os.tmpdir(), "no-medusa-"));
    try {
      const installed = "node_modules/medusa-payment-rs";
      fs.cpSync(installed, path.join(project, installed), { recursive: true });
      const { code, stdout, stderr } = await script(
        `const { AbstractPaymentProcessor } = require("medusa-payment-rs");${uses}`,
        { cwd: project },
      );
      expect({ code, stdout, stderr }).toStrictEqual({ code: 0, stdout: "true manual captured\n", stderr: "" });
    } finally {
      fs.rmSync(project, { recursive: true, force: true });
    }
  });
});

describe("the processor behind instances", () => {
  let ledger;
  beforeEach(() => {
    ledger = openLedger();
  });
  afterEach(() => ledger.close());

  const movedBy = async (processor, id) => (await processor.capturePayment({ id })).moved;

  test("is the same for the same options", async () => {
    const options = () => ({ ledger: ledger.file, max_retries: 1 });
    expect(await movedBy(new Scripted({}, options()), "pay_1")).toBe(1);
    expect(await movedBy(new Scripted({}, options()), "pay_2")).toBe(2);
  });

  test("is another one for other options", async () => {
    expect(await movedBy(new Scripted({}, { ledger: ledger.file, api_key: "one" }), "pay_1")).toBe(1);
    const other = openLedger();
    expect(await movedBy(new Scripted({}, { ledger: other.file, api_key: "one" }), "pay_1")).toBe(1);
    other.close();
  });
});

describe("the identifier", () => {
  test("is the one of the class", () => {
    expect(new Manual({}).getIdentifier()).toBe("manual");
  });

  test("may be inherited and may be a getter", () => {
    class Renamed extends Manual {}
    class Computed extends AbstractPaymentProcessor {
      static get identifier() {
        return ["man", "ual"].join("");
      }
    }
    expect(new Renamed({}).getIdentifier()).toBe("manual");
    expect(new Computed({}).getIdentifier()).toBe("manual");
  });

  class Nameless extends AbstractPaymentProcessor {}

  test("is asked for in Medusa's own words where it is missing", () => {
    class Theirs extends host.AbstractPaymentProcessor {}
    const expected = thrown(() => new Theirs({}).getIdentifier());
    const error = thrown(() => new Nameless({}).getIdentifier());
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toBe(expected.message);
  });

  test.each(METHODS)("is missed by $name", async ({ name, argumentsFor }) => {
    const promise = new Nameless({})[name](...argumentsFor({}));
    await expect(promise).rejects.toBeInstanceOf(Error);
    await expect(promise).rejects.toThrow(/Missing static property "identifier"/);
  });
});

describe("a subclass", () => {
  test.each(METHODS)("may override $name and call super", async ({ name, argumentsFor }) => {
    const seen = [];
    class Overridden extends Manual {
      async [name](...args) {
        seen.push(args);
        return [await super[name](...args)];
      }
    }
    const args = argumentsFor({ note: "x" });
    const result = await new Overridden({})[name](...args);
    expect(result).toStrictEqual([anyId(await new Manual({})[name](...args))]);
    expect(seen).toStrictEqual([args]);
  });

  test("may override getIdentifier and call super", () => {
    class Overridden extends Manual {
      getIdentifier() {
        return `my-${super.getIdentifier()}`;
      }
    }
    expect(new Overridden({}).getIdentifier()).toBe("my-manual");
  });

  test("may have a constructor, fields and methods of its own", async () => {
    class Own extends Manual {
      calls = [];

      constructor(container, options) {
        super(container, {});
        this.note = options.note;
      }

      async capturePayment(data) {
        this.calls.push("capture");
        return this.annotated(await super.capturePayment(data));
      }

      annotated(data) {
        return { ...data, note: this.note };
      }
    }
    const own = new Own({}, { note: "hello" });
    expect(await own.capturePayment({})).toStrictEqual({ status: "captured", note: "hello" });
    expect(own.calls).toStrictEqual(["capture"]);
  });

  test("sees its own overrides from the methods it inherits", async () => {
    class Refusing extends Manual {
      async cancelPayment() {
        return { error: "No", code: "no", detail: "Never." };
      }
    }
    expect(await new Refusing({}).capturePayment({})).toStrictEqual({ status: "captured" });
    expect(await new Refusing({}).cancelPayment({})).toStrictEqual({ error: "No", code: "no", detail: "Never." });
  });

  const source = `
    import { AbstractPaymentProcessor } from "medusa-payment-rs";
    export default class Transpiled extends AbstractPaymentProcessor {
      static identifier = "manual";
      private seen = 0;
      constructor(container: Record<string, unknown>, options?: Record<string, unknown>) {
        super(container, options);
        this.seen = 1;
      }
      async capturePayment(data: Record<string, unknown>) {
        return { ...(await super.capturePayment(data)), seen: this.seen };
      }
    }`;
  test.each(["ES5", "ES2015", "ES2022"])("may be TypeScript compiled to %s", async (target) => {
    const compilerOptions = { target: ts.ScriptTarget[target], module: ts.ModuleKind.CommonJS };
    const { outputText } = ts.transpileModule(source, { compilerOptions });
    const compiled = { exports: {} };
    new Function("require", "module", "exports", outputText)(require, compiled, compiled.exports);
    const Transpiled = compiled.exports.default;
    const transpiled = new Transpiled({}, {});
    expect(transpiled).toBeInstanceOf(Transpiled);
    expect(transpiled).toBeInstanceOf(host.AbstractPaymentProcessor);
    expect(transpiled.getIdentifier()).toBe("manual");
    expect(await transpiled.capturePayment({})).toStrictEqual({ status: "captured", seen: 1 });
    expect(await transpiled.cancelPayment({})).toStrictEqual({ status: "canceled" });
  });

  test("may be compiled by Babel, which constructs through Reflect", async () => {
    function Transpiled(...args) {
      return Reflect.construct(Object.getPrototypeOf(Transpiled), args, new.target);
    }
    Transpiled.prototype = Object.create(AbstractPaymentProcessor.prototype, { constructor: { value: Transpiled } });
    Object.setPrototypeOf(Transpiled, AbstractPaymentProcessor);
    Transpiled.identifier = "manual";
    const transpiled = new Transpiled({}, {});
    expect(transpiled).toBeInstanceOf(Transpiled);
    expect(await transpiled.capturePayment({})).toStrictEqual({ status: "captured" });
  });
});

describe("the constructor", () => {
  test("lists the registered identifiers where it does not know one", () => {
    class Unknown extends AbstractPaymentProcessor {
      static identifier = "manuel";
    }
    const error = thrown(() => new Unknown({}));
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toContain('"manuel"');
    for (const known of ours.registeredIdentifiers) expect(error.message).toContain(known);
  });

  test("refuses an identifier that is not a string", () => {
    class Numbered extends AbstractPaymentProcessor {
      static identifier = 5;
    }
    expect(thrown(() => new Numbered({}))).toBeInstanceOf(TypeError);
  });

  test("refuses an option of a processor that has none", () => {
    const error = thrown(() => new Manual({}, { colour: "sk_live_1" }));
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toContain('"manual"');
    expect(error.message).toContain("`colour`");
    expect(error.message).not.toContain("sk_live_1");
  });

  test("names an unknown option and lists the known ones", () => {
    const { message } = thrown(() => new Scripted({}, { apikey: "sk_live_1" }));
    expect(message).toContain('"scripted"');
    expect(message).toContain("`apikey`");
    for (const known of ["ledger", "deadline_ms", "api_key"]) expect(message).toContain(`\`${known}\``);
    expect(message).not.toContain("sk_live_1");
  });

  test.each([
    [{ deadline_ms: "sk_live_1" }, "deadline_ms", /a whole number/, /a string/],
    [{ deadline_ms: 1.5 }, "deadline_ms", /a whole number/, /a number with decimals/],
    [{ deadline_ms: -7 }, "deadline_ms", /a whole number/, /an integer/],
    [{ deadline_ms: true }, "deadline_ms", /a whole number/, /a boolean/],
    [{ api_key: 4242424242 }, "api_key", /a string/, /an integer/],
    [{ api_key: { secret: "sk_live_1" } }, "api_key", /a string/, /an object/],
    [{ api_key: ["sk_live_1"] }, "api_key", /a string/, /an array/],
    [{ carries_key: "sk_live_1, expected" }, "carries_key", /a boolean/, /a string/],
  ])("says of %j which option it is, what was expected and what came", (options, field, expected, got) => {
    const error = thrown(() => new Scripted({}, options));
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toContain(field);
    expect(error.message).toMatch(expected);
    expect(error.message).toMatch(got);
    expect(error.message).not.toMatch(/sk_live_1|4242424242|1\.5|-7/);
  });

  test("passes on what the processor says about its options", () => {
    expect(() => new Scripted({}, { deadline_ms: 0 })).toThrow(/deadline_ms must be at least 1/);
  });

  test.each([["a string"], [5], [true], [["x"]], [() => {}], [Symbol("x")], [10n]])(
    "refuses %p as options",
    (options) => {
      const error = thrown(() => new Manual({}, options));
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toContain("must be an object");
    },
  );

  test.each([[undefined], [null], [{}]])("takes %p for no options", (options) => {
    expect(new Manual({}, options).getIdentifier()).toBe("manual");
  });

  test("keeps what a getter in the options throws", () => {
    const cause = new Error("no vault");
    const options = {
      get api_key() {
        throw cause;
      },
    };
    const error = thrown(() => new Scripted({}, options));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain("no vault");
    expect(error.cause).toBe(cause);
  });

  test("does not touch the container", () => {
    const container = sealed();
    expect(new Manual(container, {}).container).toBe(container);
  });

  test("takes whatever container there is", async () => {
    for (const container of [undefined, null, 5, "container", Object.create(null)]) {
      expect(await new Manual(container).capturePayment({})).toStrictEqual({ status: "captured" });
    }
  });
});

describe("the container", () => {
  test.each([
    ["not to be touched", sealed()],
    ["without a logger, which throws", cradle({})],
    ["without a logger", {}],
    ["with a logger that is null", cradle({ logger: null })],
    ["with a logger of other methods", cradle({ logger: { verbose() {} } })],
  ])("%s is enough for every method", async (_, container) => {
    const processor = new Manual(container, {});
    for (const { name } of METHODS) {
      const result = await call(processor, name, { note: "x" });
      const expected = await call(new Manual({ logger: recordingLogger() }), name, { note: "x" });
      expect(result).toStrictEqual(anyId(expected));
    }
  });

  test("is asked for nothing but the logger", async () => {
    const logger = recordingLogger();
    await new Manual(cradle({ logger }), {}).initiatePayment(context());
    expect(logger.lines).toHaveLength(1);
  });

  test("a logger that throws changes no answer", async () => {
    const logger = {
      info() {
        throw new Error("disk full");
      },
    };
    const session = await new Manual({ logger }).initiatePayment(context());
    expect(dataOf(session).status).toBe("pending");
  });
});

describe("the event loop", () => {
  test.each([
    // In one round no more is answered than was in flight.
    ["on the worker threads", new Scripted({}, {}), 64],
    // Nor than so many that need not leave JavaScript.
    ["where they are made", new Manual({}, {}), 256],
  ])("goes round while calls that are answered %s start new ones", async (_, processor, atMost) => {
    const IN_FLIGHT = 64;
    const CALLS = 6_400;
    let rounds = 0;
    let started = 0;
    let isOver = false;
    const count = () => {
      rounds += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const worker = async () => {
      while (started < CALLS) {
        started += 1;
        await processor.retrievePayment({ id: `manual_${started}` });
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
    isOver = true;
    expect(rounds).toBeGreaterThanOrEqual(CALLS / atMost / 2);
  });
});
