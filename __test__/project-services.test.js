// A project's own services (`src/services`) are given all of Medusa's configuration, where a plugin's services are given
// the plugin's options. e2e/own-service.test.js has the same in a real store.

const fs = require("node:fs");
const path = require("node:path");
const { StripeBase } = require("medusa-payment-rs/stripe/base");
const { default: StripeProvider } = require("medusa-payment-rs/stripe/services/stripe-provider.js");
const { Manual, Scripted } = require("./support/payments");

/** What Medusa makes of a `medusa-config.js` (dist/loaders/config.js). */
const configuration = (...plugins) => ({
  projectConfig: { database_url: "postgres://localhost", jwt_secret: "j", cookie_secret: "c", worker_mode: "shared" },
  modules: { eventBus: { resolve: "@medusajs/event-bus-local" } },
  featureFlags: {},
  plugins: ["medusa-fulfillment-manual", ...plugins],
});

class OwnManual extends Manual {}
class OwnScripted extends Scripted {}
class OwnStripe extends StripeProvider {}

const scripted = (options) => ({ resolve: "scripted-payments", options });

test("a class whose plugin is not in the configuration gets no options", async () => {
  const own = new OwnManual({}, configuration());
  expect(own.config).toStrictEqual({});
  expect(await own.capturePayment({})).toStrictEqual({ status: "captured" });
});

test("a class gets the options of the plugin that serves its identifier", () => {
  expect(new OwnScripted({}, configuration(scripted({ deadline_ms: 5 }))).config).toStrictEqual({ deadline_ms: 5 });
  const stripe = { resolve: "medusa-payment-rs/stripe", options: { api_key: "sk_test_1" } };
  const own = new OwnStripe({}, configuration("medusa-payment-rs", scripted({}), stripe));
  expect(own.options).toStrictEqual({ api_key: "sk_test_1" });
});

test("so does one that extends AbstractPaymentProcessor itself", () => {
  class Own extends Object.getPrototypeOf(Scripted) {
    static identifier = "scripted";
  }
  expect(new Own({}, configuration(scripted({ deadline_ms: 5 }))).config).toStrictEqual({ deadline_ms: 5 });
});

test("a class with an identifier of its own gets those of the plugin whose service it extends", () => {
  class Second extends Scripted {
    static identifier = "scripted-second";
  }
  class Klarna extends StripeProvider {
    static identifier = "stripe-klarna";
  }
  const stripe = { resolve: "medusa-payment-rs/stripe", options: { api_key: "sk_test_1" } };
  const given = configuration(scripted({ deadline_ms: 5 }), stripe);
  expect(new Second({}, given).config).toStrictEqual({ deadline_ms: 5 });
  expect(new Klarna({}, given).options_).toStrictEqual({ api_key: "sk_test_1" });
});

test("one that names its processor gets those of the plugin that has it", () => {
  class Named extends Object.getPrototypeOf(Scripted) {
    static identifier = "named";
    static processor = "scripted";
  }
  class Klarna extends StripeBase {
    static identifier = "stripe-klarna";
  }
  const stripe = { resolve: "medusa-payment-rs/stripe", options: { api_key: "sk_test_1" } };
  const given = configuration("medusa-payment-rs", scripted({ deadline_ms: 5 }), stripe);
  expect(new Named({}, given).config).toStrictEqual({ deadline_ms: 5 });
  expect(new Klarna({}, given).config).toStrictEqual({ api_key: "sk_test_1" });
});

test("beside a second account's plugin it gets those of the first", () => {
  const folder = path.resolve("plugins/stripe-us");
  fs.mkdirSync(path.join(folder, "services"), { recursive: true });
  try {
    fs.writeFileSync(path.join(folder, "package.json"), "{}");
    fs.writeFileSync(
      path.join(folder, "services/stripe-us.js"),
      `const { StripeBase } = require("medusa-payment-rs/stripe/base");
      exports.default = class extends StripeBase { static identifier = "stripe-us"; };`,
    );
    const plugins = [
      { resolve: "stripe-us", options: { api_key: "sk_test_us" } },
      { resolve: "medusa-payment-rs/stripe", options: { api_key: "sk_test_eu" } },
    ];
    class Klarna extends StripeBase {
      static identifier = "stripe-klarna";
    }
    class Us extends StripeBase {
      static identifier = "stripe-us";
    }
    expect(new Klarna({}, configuration(...plugins)).config).toStrictEqual({ api_key: "sk_test_eu" });
    expect(new Us({}, configuration(...plugins)).config).toStrictEqual({ api_key: "sk_test_us" });
  } finally {
    fs.rmSync(path.dirname(folder), { recursive: true });
  }
});

test("the options are checked as those of the plugin itself are", () => {
  expect(() => new OwnScripted({}, configuration(scripted({ colour: "green" })))).toThrow(/"scripted".*`colour`/);
  expect(() => new OwnScripted({}, configuration(scripted("green")))).toThrow(TypeError);
  expect(() => new OwnStripe({}, configuration())).toThrow(/api_key/);
});

test.each([
  ["a name alone", "scripted-payments"],
  ["without options", scripted(undefined)],
])("a plugin that is given as %s has none", (_, plugin) => {
  expect(new OwnScripted({}, configuration(plugin)).config).toStrictEqual({});
});

test("of two plugins that serve one identifier neither is taken", () => {
  const both = [scripted({ deadline_ms: 5 }), scripted({ deadline_ms: 6 })];
  expect(new OwnScripted({}, configuration(...both)).config).toStrictEqual({});
});

test("a plugin of others is not taken, whatever it serves", () => {
  const theirs = { resolve: "medusa-payment-manual", options: { colour: "green" } };
  expect(new OwnManual({}, configuration(theirs)).config).toStrictEqual({});
});

test("a plugin that is not installed is passed over: Medusa says so itself", () => {
  const plugins = [{ resolve: "no-such-plugin", options: {} }, scripted({ deadline_ms: 5 })];
  expect(new OwnScripted({}, configuration(...plugins)).config).toStrictEqual({ deadline_ms: 5 });
});

test("a local plugin is found as Medusa finds it, once for a configuration", () => {
  const folder = path.resolve("plugins/local-payments");
  fs.mkdirSync(path.join(folder, "services"), { recursive: true });
  try {
    fs.writeFileSync(path.join(folder, "package.json"), "{}");
    fs.writeFileSync(
      path.join(folder, "services/scripted.js"),
      `exports.default = require("scripted-payments/services/scripted.js").default;`,
    );
    const given = configuration({ resolve: "local-payments", options: { deadline_ms: 7 } });
    expect(new OwnScripted({}, given).config).toStrictEqual({ deadline_ms: 7 });
    // Medusa makes an instance for each request.
    fs.rmSync(folder, { recursive: true });
    expect(new OwnScripted({}, given).config).toStrictEqual({ deadline_ms: 7 });
  } finally {
    fs.rmSync(path.dirname(folder), { recursive: true });
  }
});

test("a class may hand over options of its own", () => {
  class Own extends Scripted {
    constructor(container) {
      super(container, { deadline_ms: 8 });
    }
  }
  expect(new Own({}, configuration(scripted({ deadline_ms: 5 }))).config).toStrictEqual({ deadline_ms: 8 });
});

test.each([["projectConfig"], ["plugins"], ["modules"]])("options with %s alone are no configuration", (name) => {
  const { [name]: member } = configuration();
  expect(() => new OwnManual({}, { [name]: member })).toThrow(new RegExp(`unknown option \`${name}\``));
});
