// The JavaScript in README.md and docs/, as far as no other test runs it: kit-docs.test.js has docs/testing.md, the
// scaffold's checks have docs/write-a-provider.md, and e2e/own-service.test.js boots a store with the services that README.md
// and docs/stripe.md put into it.

const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");
const { node } = require("./support/node");
const { codeIn } = require("../support/pages");

const PACKAGE = path.dirname(require.resolve("medusa-payment-rs/package.json"));
const PAYPAL = path.dirname(require.resolve("medusa-payment-rs-paypal/package.json"));
const JEST = path.join(path.dirname(require.resolve("jest/package.json")), "bin/jest.js");

const README = codeIn(path.join(PACKAGE, "README.md"), "js");

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

  test("its jest test passes", async () => {
    write("invoice.test.js", block(README, 'const { AbstractPaymentProcessor } = require("medusa-payment-rs");'));
    write("package.json", "{}");
    const { code, stderr } = await node([JEST, "--rootDir", folder]);
    expect(stderr).toMatch(/Tests: +1 passed, 1 total/);
    expect(code).toBe(0);
  });

  test("its package links an addon, and its service is a class of that addon", () => {
    const scripted = path.dirname(require.resolve("scripted-payments"));
    write("package.json", JSON.stringify({ name: "account", napi: { binaryName: "scripted-payments" } }));
    fs.copyFileSync(path.join(scripted, "scripted-payments.node"), path.join(folder, "scripted-payments.node"));
    const { AbstractPaymentProcessor } = require(write("index.js", block(README, "// index.js")));
    const { default: Account } = require(write("services/account.js", block(README, "// services/account.js")));
    expect(Object.getPrototypeOf(Account)).toBe(AbstractPaymentProcessor);
    // The addon at hand has other processors than that of the README, which is a doctest.
    expect(() => new Account({})).toThrow(/"account".*scripted/);
  });
});

describe("docs/stripe.md", () => {
  const page = path.join(PACKAGE, "docs/stripe.md");
  const { before, after } = versions(codeIn(page, "diff"));

  test("changes one line of medusa-config.js, and the options go on to every service", () => {
    const [was] = pluginsIn(before);
    const [is] = pluginsIn(after);
    expect(was).toEqual({ ...is, resolve: "medusa-payment-stripe" });
    expect(servicesOf(is).sort()).toStrictEqual(servicesOf(was).sort());
  });

  test("changes it as README.md does", () => {
    const lines = (file) => codeIn(file, "diff")[0].match(/^[-+].*\n/gm);
    expect(lines(path.join(PACKAGE, "README.md"))).toStrictEqual(lines(page));
  });

  test("lists exactly the options that there are, as docs/stripe-webhooks.md lists some", () => {
    const listed = (file) => [...fs.readFileSync(file, "utf8").matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    const { default: Service } = require("medusa-payment-rs/stripe/services/stripe-provider.js");
    let message;
    try {
      new Service({}, { api_key: "sk_test_1", misspelt: 1 });
    } catch (error) {
      message = error.message;
    }
    const [, known] = message.match(/unknown option `misspelt`, expected one of (.*)$/);
    const names = known.match(/\w+/g);
    expect(listed(page).sort()).toStrictEqual(names.toSorted());
    expect(names).toEqual(expect.arrayContaining(listed(path.join(PACKAGE, "docs/stripe-webhooks.md"))));
  });
});

test("docs/stripe-webhooks.md sets the plugin up as docs/stripe.md does", () => {
  const found = codeIn(path.join(PACKAGE, "docs/stripe-webhooks.md"), "js");
  expect(found).toHaveLength(1);
  const [plugin] = found;
  const { after } = versions(codeIn(path.join(PACKAGE, "docs/stripe.md"), "diff"));
  expect(pluginsIn(`const plugins = [${plugin}]`)).toEqual(pluginsIn(after));
});

test("PayPal's README.md installs its processor with the options that it says", () => {
  const found = codeIn(path.join(PAYPAL, "README.md"), "js");
  expect(found).toHaveLength(1);
  const [config] = found;
  expect(servicesOf(pluginsIn(config)[0])).toStrictEqual(["paypal"]);
});
