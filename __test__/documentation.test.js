// The JavaScript in README.md and docs/, as far as no other test runs it: kit-docs.test.js has docs/testing.md, the
// scaffold's checks have docs/write-a-provider.md, and e2e/own-service.test.js boots a store with the services that README.md
// and docs/stripe.md put into it.

const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");
const ts = require("typescript");
const { inMedusa2 } = require("./support/medusa2");
const { node } = require("./support/node");
const { codeIn } = require("../support/pages");
const { startFakeStripe } = require("../support/stripe");

const PACKAGE = path.dirname(require.resolve("medusa-payment-rs/package.json"));
const PAYPAL = path.dirname(require.resolve("medusa-payment-rs-paypal/package.json"));
const JEST = path.join(path.dirname(require.resolve("jest/package.json")), "bin/jest.js");

const README = codeIn(path.join(PACKAGE, "README.md"), "js");
const MEDUSA_2 = path.join(PACKAGE, "docs/medusa-2.md");

/** The block that begins with this line. */
const block = (all, line) => all.find((code) => code.startsWith(`${line}\n`));

const ENV = {
  STRIPE_API_KEY: "sk_test_1",
  STRIPE_WEBHOOK_SECRET: "whsec_1",
  PAYPAL_SANDBOX: "true",
  PAYPAL_CLIENT_ID: "id",
  PAYPAL_CLIENT_SECRET: "secret",
  PAYPAL_AUTH_WEBHOOK_ID: "WH-1",
};

/** What `plugins` is in a `medusa-config.js`. */
const pluginsIn = (code) => vm.runInNewContext(`${code}\n;plugins`, { process: { env: ENV }, module: {} });

/** Runs TypeScript in a store of Medusa 2, of whose framework it has what the pages use. */
function runTypeScript(code) {
  const framework = {
    Modules: { PAYMENT: "payment" },
    ModuleProvider: (module, { services }) => ({ module, services }),
    defineConfig: (config) => config,
  };
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  const { outputText, diagnostics } = ts.transpileModule(code, { compilerOptions, reportDiagnostics: true });
  expect(diagnostics).toStrictEqual([]);
  const module = { exports: {} };
  const requireInStore = (name) => (name === "@medusajs/framework/utils" ? framework : require(name));
  const run = new Function("module", "exports", "require", "process", outputText);
  run(module, module.exports, requireInStore, { env: ENV });
  return module.exports;
}

/** The ids of the payment providers in a `medusa-config.ts`, each checked and made as Medusa 2 makes it. */
function providersIn(code) {
  const { modules } = runTypeScript(code);
  const payment = modules.find(({ resolve }) => resolve === "@medusajs/medusa/payment");
  return payment.options.providers.flatMap(({ resolve, id, options }) => {
    const { module, services } = require(resolve);
    expect(module).toBe("payment");
    return services.map((Service) => {
      Service.validateOptions(options);
      return `pp_${new Service({}, options).getIdentifier()}_${id}`;
    });
  });
}

/** Writes a package around the addon at hand, with the `index.js` of README.md, and returns what that exports. */
function packageOf(name) {
  const scripted = path.dirname(require.resolve("scripted-payments"));
  write("package.json", JSON.stringify({ name, napi: { binaryName: "scripted-payments" } }));
  fs.copyFileSync(path.join(scripted, "scripted-payments.node"), path.join(folder, "scripted-payments.node"));
  return require(write("index.js", block(README, "// index.js")));
}

/** Runs a test file of a page with jest: what jest prints. */
async function runTest(name, code) {
  write(name, code);
  write("package.json", "{}");
  return node([JEST, "--rootDir", folder]);
}

function thrownBy(run) {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** A page's two versions of a file. */
function versions([diff]) {
  const version = (sign) =>
    diff.replace(new RegExp(`^[${sign === "-" ? "+" : "-"}].*\n`, "gm"), "").replace(/^[ +-]/gm, "");
  return { before: version("-"), after: version("+") };
}

/** Every service of a plugin, made as Medusa makes it. */
function servicesOf({ resolve, options }) {
  const plugin = path.dirname(require.resolve(`${resolve}/package.json`));
  const folder = ["services", "dist/services"].map((name) => path.join(plugin, name)).find(fs.existsSync);
  const files = fs.readdirSync(folder).filter((file) => file.endsWith(".js"));
  return files.map((file) => {
    const { default: Service } = require(path.join(folder, file));
    return new Service({}, { ...options }).getIdentifier();
  });
}

let folder;
beforeEach(() => (folder = fs.mkdtempSync(path.join(process.cwd(), "documented-"))));
afterEach(() => fs.rmSync(folder, { recursive: true }));

function write(name, text) {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  return file;
}

describe("README.md", () => {
  test("has no JavaScript that is not tried here", () => {
    expect(README.map((code) => code.split("\n")[0])).toStrictEqual([
      "// medusa-config.js",
      "// src/services/invoice.js in the store",
      'const { AbstractPaymentProcessor } = require("medusa-payment-rs");',
      "// index.js",
      "// services/account.js",
    ]);
  });

  test("its medusa-config.js installs the processor that it says", () => {
    const [plugin] = pluginsIn(block(README, "// medusa-config.js"));
    expect(servicesOf({ resolve: plugin })).toStrictEqual(["manual"]);
  });

  test("its medusa-config.ts is that of docs/medusa-2.md, and installs the provider that it says", () => {
    const [config, ...others] = codeIn(path.join(PACKAGE, "README.md"), "ts");
    expect(others).toStrictEqual([]);
    expect(providersIn(config)).toStrictEqual(["pp_manual_manual"]);
    expect(providersIn(codeIn(MEDUSA_2, "ts")[0])).toStrictEqual(["pp_manual_manual"]);
  });

  test("its jest test passes", async () => {
    const test = block(README, 'const { AbstractPaymentProcessor } = require("medusa-payment-rs");');
    const { code, stderr } = await runTest("invoice.test.js", test);
    expect(stderr).toMatch(/Tests: +1 passed, 1 total/);
    expect(code).toBe(0);
  });

  test("its package links an addon, and its service is a class of that addon", () => {
    const { AbstractPaymentProcessor } = packageOf("account");
    const { default: Account } = require(write("services/account.js", block(README, "// services/account.js")));
    expect(Object.getPrototypeOf(Account)).toBe(AbstractPaymentProcessor);
    // The addon at hand has other processors than that of the README, which is a doctest.
    expect(() => new Account({})).toThrow(/"account".*scripted/);
  });
});

describe("docs/medusa-2.md", () => {
  const javascript = codeIn(MEDUSA_2, "js");
  const typescript = codeIn(MEDUSA_2, "ts");

  test("has no code that is not tried here", () => {
    expect([...typescript, ...javascript].map((code) => code.split("\n")[0])).toStrictEqual([
      "// medusa-config.ts",
      "// src/modules/invoice/index.ts",
      "// v2/index.js",
      "// invoice.test.js",
    ]);
  });

  test("its class on top is a module provider that adds to what the processor returns", async () => {
    const { module, services } = runTypeScript(block(typescript, "// src/modules/invoice/index.ts")).default;
    expect(module).toBe("payment");
    const [Invoice] = services;
    const started = await new Invoice({}, {}).initiatePayment({
      amount: 15,
      currency_code: "eur",
      data: {},
      context: { idempotency_key: "payses_1" },
    });
    expect(started.data).toMatchObject({ amount: 1500, shown_as: "Invoice, 14 days" });
    expect(started.id).toBe(started.data.id);
  });

  test("its plugin's entry is a class of the addon beside it", () => {
    const { AbstractPaymentProvider } = packageOf("acme-pay");
    const { module, services } = require(write("v2/index.js", block(javascript, "// v2/index.js")));
    expect(module).toBe("payment");
    expect(services.map(Object.getPrototypeOf)).toStrictEqual([AbstractPaymentProvider]);
    expect(() => new services[0]({}, {})).toThrow(/"acme-pay".*scripted/);
  });

  test("its jest test passes", async () => {
    const { code, stderr } = await runTest("invoice.test.js", block(javascript, "// invoice.test.js"));
    expect(stderr).toMatch(/Tests: +1 passed, 1 total/);
    expect(code).toBe(0);
  });

  test("says what a wrong option and a refund of too much are answered with", async () => {
    const text = fs.readFileSync(MEDUSA_2, "utf8");
    const [Manual] = require("medusa-payment-rs/v2/manual").services;
    expect(text).toContain(thrownBy(() => Manual.validateOptions({ misspelt: true })).message);

    const data = { id: "manual_1", status: "authorized", amount: 1307, currency: "usd", captured: 500, refunded: 0 };
    const refund = new Manual({}, {}).refundPayment({ amount: 7, data, context: {} });
    const { message, type } = await refund.catch((error) => error);
    expect(text).toContain(message);
    expect(type).toBe("not_allowed");
  });

  test("rounds amounts as its table says", async () => {
    const text = fs.readFileSync(MEDUSA_2, "utf8");
    const rows = [...text.matchAll(/^\| ([\d.]+) ([A-Z]{3}) \| (\d+) \|$/gm)];
    expect(rows.length).toBeGreaterThan(3);
    const [Manual] = require("medusa-payment-rs/v2/manual").services;
    for (const [, amount, currency_code, minor] of rows) {
      const context = { idempotency_key: "payses_1" };
      const { data } = await new Manual({}, {}).initiatePayment({ amount: Number(amount), currency_code, context });
      expect(data.amount).toBe(Number(minor));
      expect(data.medusa_session.amount).toBe(amount);
    }
  });
});

describe("docs/stripe.md", () => {
  const page = path.join(PACKAGE, "docs/stripe.md");
  const javascript = codeIn(page, "js");
  const { before, after } = versions(codeIn(page, "diff"));

  test("changes one line of medusa-config.js, and the options go on to every service", () => {
    const [was] = pluginsIn(before);
    const [is] = pluginsIn(after);
    expect(was).toEqual({ ...is, resolve: "medusa-payment-stripe" });
    expect(servicesOf(is).sort()).toStrictEqual(servicesOf(was).sort());
  });

  test("has no JavaScript that is not tried here or in e2e/own-service.test.js", () => {
    expect(javascript.map((code) => code.split("\n")[0])).toStrictEqual([
      "// src/services/stripe-provider.js in the store",
      "// src/services/stripe-klarna.js in the store",
      "// plugins/stripe-us/services/stripe-us.js in the store",
      "// plugins/stripe-us/api/index.js in the store",
      '// medusa-config.js, with plugins/stripe-us/package.json: { "name": "stripe-us", "version": "1.0.0" }',
    ]);
  });

  test("says what a class imports instead of medusa-payment-stripe's, and what has changed in its identifier's place", () => {
    const text = fs.readFileSync(page, "utf8");
    for (const [, spelling] of text.matchAll(/`import (.*) from "medusa-payment-rs\/stripe\/base"`/g)) {
      const module = require("medusa-payment-rs/stripe/base");
      expect(typeof (spelling.startsWith("{") ? module.StripeBase : module.default)).toBe("function");
    }
    expect(require("medusa-payment-stripe/dist/core/stripe-base").default).toBeInstanceOf(Function);
  });

  test("changes it as README.md does", () => {
    const lines = (file) => codeIn(file, "diff")[0].match(/^[-+].*\n/gm);
    expect(lines(path.join(PACKAGE, "README.md"))).toStrictEqual(lines(page));
  });

  test("lists exactly the options that there are, as docs/stripe-webhooks.md lists some", () => {
    const listedIn = (text) => [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    const { default: Service } = require("medusa-payment-rs/stripe/services/stripe-provider.js");
    const { message } = thrownBy(() => new Service({}, { api_key: "sk_test_1", misspelt: 1 }));
    const [, known] = message.match(/unknown option `misspelt`, expected one of (.*)$/);
    const names = known.match(/\w+/g);
    expect(listedIn(fs.readFileSync(page, "utf8")).sort()).toStrictEqual(names.toSorted());
    const [options] = /^\| option \|.*?\n\n/ms.exec(
      fs.readFileSync(path.join(PACKAGE, "docs/stripe-webhooks.md"), "utf8"),
    );
    expect(names).toEqual(expect.arrayContaining(listedIn(options)));
  });
});

describe("docs/stripe-medusa-2.md", () => {
  const page = path.join(PACKAGE, "docs/stripe-medusa-2.md");
  const text = fs.readFileSync(page, "utf8");
  const { before, after } = versions(codeIn(page, "diff"));
  const { services } = require("medusa-payment-rs/v2/stripe");
  const Stripe = services.find(({ identifier }) => identifier === "stripe");
  const context = { idempotency_key: "payses_1" };

  let fake;
  let options;
  beforeEach(async () => {
    fake = await startFakeStripe({ apiKey: "sk_test_1" });
    options = { apiKey: "sk_test_1", api_base: fake.url };
  });
  afterEach(() => fake.close());

  test("has no code that is not tried here", () => {
    expect(codeIn(page, "diff")).toHaveLength(1);
    expect(codeIn(page, "ts").map((code) => code.split("\n")[0])).toStrictEqual([
      "// medusa-config.ts",
      "// src/modules/stripe/index.ts",
      "// src/modules/stripe-klarna/index.ts",
    ]);
    // With these lines the card is seen in a browser (`e2e/medusa2-stripe-widget.test.js`).
    expect(block(codeIn(page, "ts"), "// medusa-config.ts")).toContain('{ resolve: "medusa-payment-rs", options: {} }');
  });

  test("its other way to pay is a provider of its own with Klarna's intents", async () => {
    const code = block(codeIn(page, "ts"), "// src/modules/stripe-klarna/index.ts");
    const { module, services: own } = runTypeScript(code).default;
    expect(module).toBe("payment");
    const [Klarna] = own;
    Klarna.validateOptions({ ...options, webhookSecret: "whsec_1" });
    const provider = new Klarna({}, options);
    expect(provider.getIdentifier()).toBe("stripe-klarna");
    await provider.initiatePayment({ amount: 15, currency_code: "eur", data: {}, context });
    expect(fake.ledger.intents()).toMatchObject([{ payment_method_types: ["klarna"], capture_method: "automatic" }]);
  });

  test("changes one line of medusa-config.ts, and the ids of all eight providers stay", () => {
    const plugin = "@medusajs/medusa/payment-stripe";
    const swapped = before.replace(plugin, "medusa-payment-rs/v2/stripe");
    expect([before.includes(plugin), swapped]).toStrictEqual([true, after]);
    const theirs = require(inMedusa2("@medusajs/payment-stripe")).default.services;
    const ids = theirs.map(({ identifier }) => `pp_${identifier}_stripe`);
    expect(providersIn(after)).toStrictEqual(ids);
    for (const { identifier } of theirs) expect(text).toContain(`\`${identifier}\``);
  });

  test("changes it as README.md does", () => {
    const lines = (code) => code.match(/^[-+].*\n/gm);
    const [, inReadme] = codeIn(path.join(PACKAGE, "README.md"), "diff");
    expect(lines(inReadme)).toStrictEqual(lines(codeIn(page, "diff")[0]));
  });

  test("lists exactly the options that there are, in both of their spellings", () => {
    const listed = [...text.matchAll(/^\| `(\w+)` \| (?:`(\w+)`)? ?\|/gm)].flatMap(([, name, or]) =>
      or ? [name, or] : [name],
    );
    const { message } = thrownBy(() => Stripe.validateOptions({ apiKey: "sk_test_1", misspelt: 1 }));
    const [, known] = message.match(/unknown option `misspelt`, expected one of (.*)$/);
    expect(listed.sort()).toStrictEqual(known.match(/\w+/g).sort());
    const both = { apiKey: "sk_test_1", api_key: "sk_test_1" };
    expect(() => Stripe.validateOptions(both)).toThrow(/duplicate/);
  });

  test("its class on top is Stripe in Medusa 2 with what it adds", async () => {
    const { module, services: own } = runTypeScript(
      block(codeIn(page, "ts"), "// src/modules/stripe/index.ts"),
    ).default;
    expect(module).toBe("payment");
    const provider = new own[0]({}, options);
    expect(provider.getIdentifier()).toBe("stripe");
    const data = { metadata: { gift: "yes" } };
    await provider.initiatePayment({ amount: 15, currency_code: "eur", data, context });
    const [{ metadata }] = fake.ledger.intents();
    expect(metadata).toEqual({ gift: "yes", branch: "Berlin", session_id: "payses_1" });
  });

  test("shows the message of a refusal", async () => {
    const provider = new Stripe({}, { ...options, capture: true });
    const { data } = await provider.initiatePayment({ amount: 15, currency_code: "eur", context });
    await fake.shopper.confirm(data.id, { card: "ok" });
    const error = { type: "invalid_request_error", code: "charge_disputed", message: "The charge has been disputed." };
    const path = "/v1/refunds";
    fake.fault({
      kind: "status",
      status: 400,
      method: "POST",
      path,
      body: { error },
      headers: { "Request-Id": "req_8" },
    });
    const refund = provider.refundPayment({ amount: 5, data, context: { idempotency_key: "ref_1" } });
    const { message, type } = await refund.catch((thrown) => thrown);
    expect(text).toContain(message.replace(data.id, "pi_3Q"));
    expect(type).toBe("not_allowed");
  });

  test("lets a payment go on that Medusa 1 began, but no session that it began", async () => {
    const { default: Medusa1 } = require("medusa-payment-rs/stripe/services/stripe-provider.js");
    const medusa1 = new Medusa1({}, { api_key: "sk_test_1", api_base: fake.url });
    const begun = async () => {
      const cart = { amount: 1500, currency_code: "eur", email: "ada@example.com", resource_id: "cart_1", context: {} };
      const { session_data: data } = await medusa1.initiatePayment({ ...cart, paymentSessionData: {} });
      await fake.shopper.confirm(data.client_secret, { card: "ok" });
      return data;
    };
    const medusa2 = new Stripe({}, options);
    const [held, paid, open] = [await begun(), await begun(), await begun()];
    const canceled = await medusa2.cancelPayment({ data: held, context: { idempotency_key: "pay_1" } });
    expect(canceled.data).toMatchObject({ id: held.id, status: "canceled" });

    const before = await medusa1.refundPayment(await medusa1.capturePayment(paid), 500);
    expect(Object.keys(before.medusa_payment_rs.refunds)).toHaveLength(1);
    const { data } = await medusa2.refundPayment({ amount: 5, data: before, context: { idempotency_key: "ref_2" } });
    expect(Object.values(data.medusa_payment_rs.refunds)).toEqual([500, 500]);
    expect(fake.ledger.payment(paid.id).refunded).toBe(1000);

    const completed = medusa2.authorizePayment({ data: open, context });
    await expect(completed).rejects.toMatchObject({ code: "payment_of_another_session" });
  });
});

test("docs/stripe-webhooks.md sets the plugin up as docs/stripe.md does", () => {
  const found = codeIn(path.join(PACKAGE, "docs/stripe-webhooks.md"), "js");
  const [plugin, parser] = found;
  // With this parser before it the webhook is tried in `e2e/stripe-webhooks-parsed.test.js`.
  expect([found.length, parser]).toEqual([2, expect.stringContaining("req.rawBody = body")]);
  const { after } = versions(codeIn(path.join(PACKAGE, "docs/stripe.md"), "diff"));
  expect(pluginsIn(`const plugins = [${plugin}]`)).toEqual(pluginsIn(after));
});

test("PayPal's README.md installs its processor in both of Medusa's hosts with the options that it says", () => {
  const [plugins, ...otherPlugins] = codeIn(path.join(PAYPAL, "README.md"), "js");
  expect(otherPlugins).toStrictEqual([]);
  expect(servicesOf(pluginsIn(plugins)[0])).toStrictEqual(["paypal"]);
  const [config, ...otherConfigs] = codeIn(path.join(PAYPAL, "README.md"), "ts");
  expect(otherConfigs).toStrictEqual([]);
  expect(providersIn(config)).toStrictEqual(["pp_paypal_paypal"]);
});
