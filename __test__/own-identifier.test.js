// Classes of a store's own with identifiers of their own: which processor serves them, and by which name the store knows it.

const medusaPaymentRs = require("medusa-payment-rs");
const scripted = require("scripted-payments");
const { recordingLogger } = require("./support/logger");
const { context, payment } = require("./support/payments");

const HOSTS = [
  ["Medusa 1", "AbstractPaymentProcessor"],
  ["Medusa 2", "AbstractPaymentProvider"],
];

describe.each(HOSTS)("in %s", (_, name) => {
  const Base = scripted[name];

  class Scripted extends Base {
    static identifier = "scripted";
  }
  class Second extends Scripted {
    static identifier = "scripted-second";
  }

  test("a class with an identifier of its own is served by the processor of the class that it extends", () => {
    class Third extends Second {
      static identifier = "scripted-third";
    }
    for (const Class of [Second, Third]) {
      const instance = new Class({}, { max_retries: 1 });
      expect(instance.getIdentifier()).toBe(Class.identifier);
      expect(scripted.processorOf(instance)).toBe("scripted");
    }
  });

  test("a class names the processor that serves it, whatever its identifier is", () => {
    class Named extends Base {
      static identifier = "till";
      static processor = "scripted";
    }
    class Below extends Named {
      static identifier = "below";
    }
    for (const Class of [Named, Below]) {
      const instance = new Class({}, { max_retries: 1 });
      expect([instance.getIdentifier(), scripted.processorOf(instance)]).toStrictEqual([Class.identifier, "scripted"]);
    }
  });

  test("an identifier that is a processor's own means that one", () => {
    class Till extends Scripted {
      static identifier = "till";
    }
    expect(scripted.processorOf(new Till({}, { limit: 1 }))).toBe("till");
  });

  test("a class that no processor serves is told which there are, and what to write", () => {
    class Unserved extends Base {
      static identifier = "unserved";
    }
    expect(() => new Unserved({}, {})).toThrow(/"unserved".*registered: .*scripted.*static processor/);
    class Wrong extends Base {
      static identifier = "wrong";
      static processor = "unserved";
    }
    expect(() => new Wrong({}, {})).toThrow(/"unserved".*registered: .*scripted/);
    class NoText extends Base {
      static identifier = "no-text";
      static processor = 5;
    }
    expect(() => new NoText({}, {})).toThrow("static processor must be a string, got a number");
  });

  test("what is wrong with its options is said with its own identifier", () => {
    expect(() => new Second({}, { colour: "green" })).toThrow(/the options of "scripted-second" .*`colour`/);
  });

  test("an object of another kind has no processor of the addon", () => {
    class Manual extends medusaPaymentRs[name] {
      static identifier = "manual";
    }
    expect(scripted.processorOf(new Manual({}, {}))).toBeUndefined();
    expect(medusaPaymentRs.processorOf(new Manual({}, {}))).toBe("manual");
    expect(scripted.processorOf({})).toBeUndefined();
  });
});

test("a class in Medusa 1 is logged under its own identifier", async () => {
  class Second extends scripted.AbstractPaymentProcessor {
    static identifier = "scripted-second";
    static processor = "scripted";
  }
  const logger = recordingLogger();
  await new Second({ logger }, {}).capturePayment(payment("capture_payment", "ok"));
  await new Second({ logger }, {}).capturePayment(payment("capture_payment", "refuse"));
  expect(logger.lines.map(([, line]) => line)).toEqual(
    expect.arrayContaining([expect.stringMatching(/scripted-second\.capture_payment /)]),
  );
  for (const [, line] of logger.lines) expect(line).not.toMatch(/\bscripted\./);
});

test("a class in Medusa 2 is logged under its own identifier, and so is what goes on in the background", async () => {
  class Second extends scripted.AbstractPaymentProvider {
    static identifier = "scripted-second";
    static processor = "scripted";
  }
  const logger = recordingLogger();
  const provider = new Second({ logger }, { max_retries: 0 });
  await provider.deletePayment({ data: payment("delete_payment", "unavailable"), context: {} });
  const lines = logger.lines.map(([, line]) => line);
  expect(lines).toEqual(expect.arrayContaining([expect.stringMatching(/scripted-second has not given up pay_1 yet/)]));
  for (const line of lines) expect(line).not.toMatch(/\bscripted[. ]/);
});

test("two classes with options of their own have nothing in common", async () => {
  class Second extends scripted.AbstractPaymentProvider {
    static identifier = "till-second";
    static processor = "till";
  }
  class First extends scripted.AbstractPaymentProvider {
    static identifier = "till";
  }
  const customer = { id: "cus_1", email: "ada@example.com" };
  const [first, second] = [new First({}, { limit: 7_001 }), new Second({}, { limit: 7_002 })];
  const { id } = await first.createAccountHolder({ context: { customer } });
  await expect(second.retrieveAccountHolder({ id })).rejects.toMatchObject({ code: "no_customer" });
  expect(await new Second({}, { limit: 7_001 }).retrieveAccountHolder({ id })).toMatchObject({ id });
});

test("paymentIntentOptions that cannot be read reject the call, and never throw", async () => {
  class Broken extends medusaPaymentRs.AbstractPaymentProcessor {
    static identifier = "manual";
    get paymentIntentOptions() {
      throw new Error("the configuration is missing");
    }
  }
  const started = new Broken({}, {}).initiatePayment(context());
  await expect(started).rejects.toThrow(
    "medusa-payment-rs: initiatePayment: paymentIntentOptions cannot be read: the configuration is missing",
  );
  class Method extends medusaPaymentRs.AbstractPaymentProcessor {
    static identifier = "manual";
    paymentIntentOptions() {}
  }
  await expect(new Method({}, {}).initiatePayment(context())).rejects.toThrow(/has to be a getter/);
  class Text extends medusaPaymentRs.AbstractPaymentProcessor {
    static identifier = "manual";
    paymentIntentOptions = "klarna";
  }
  await expect(new Text({}, {}).initiatePayment(context())).rejects.toThrow(/paymentIntentOptions must be an object/);
});
