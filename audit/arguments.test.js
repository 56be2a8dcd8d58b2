// What the command line takes, and where the database and the account come from.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { after, before, describe, test } = require("node:test");
const { parse } = require("./arguments");
const { settingsFor } = require("./settings");

describe("a mistake is said by its option:", () => {
  const rows = [
    [["--since", "yesterday"], /--since: expected a date such as 2026-01-31, got "yesterday"/],
    [["--until", "2026-13-45"], /--until/],
    [["--since", "2026-02-01", "--until", "2026-01-01"], /--since is not before --until/],
    [["--order", "order_1", "--since", "2026-02-01"], /--order/],
    [["--json", "--csv"], /choose one/],
    [["--rate", "0"], /--rate: expected a whole number from 1 to 1000, got "0"/],
    [["--rate", "fast"], /--rate/],
    [["--grace", "-1"], /--grace/],
    [["--fix"], /'--fix'.*audit --help/],
    [["order_1"], /audit --help/],
  ];
  for (const [args, message] of rows) {
    test(args.join(" "), () => assert.throws(() => parse(args), { isComplaint: true, message }));
  }
});

test("times are in seconds, and an order may be named by its number", () => {
  const { since, until, rate, grace, format } = parse([
    "--since",
    "2026-01-31",
    "--until",
    "2026-01-31T12:00:00Z",
    "--csv",
  ]);
  assert.deepEqual([since, until, rate, grace, format], [1_769_817_600, 1_769_860_800, 25, 60, "csv"]);
  assert.equal(parse(["--order", "#7"]).order, "7");
});

describe("the database and the account", () => {
  let scratch;
  before(() => (scratch = fs.mkdtempSync(path.join(os.tmpdir(), "audit-settings-"))));
  after(() => fs.rmSync(scratch, { recursive: true, force: true }));

  function storeWith(file, code) {
    const folder = fs.mkdtempSync(path.join(scratch, "store-"));
    if (file) fs.writeFileSync(path.join(folder, file), code);
    return folder;
  }
  const settings = (folder, wishes = {}, env = {}) => settingsFor(wishes, { folder, env });

  const MEDUSA_1 = `module.exports = {
    projectConfig: { database_url: "postgres://one", database_extra: { ssl: { rejectUnauthorized: false } }, database_schema: "shop" },
    plugins: ["medusa-fulfillment-manual", { resolve: "medusa-payment-stripe", options: { api_key: "sk_test_1", api_base: "http://127.0.0.1:1" } }],
  };`;
  const providers = (...list) => `exports.default = {
    projectConfig: { databaseUrl: "postgres://two", databaseDriverOptions: { connection: { ssl: true } } },
    modules: { payment: { resolve: "@medusajs/medusa/payment", options: { providers: [${list.join(", ")}] } } },
  };`;
  const provider = (id, key) => `{ id: "${id}", resolve: "p", options: { apiKey: "${key}" } }`;

  test("are those of a Medusa 1 configuration", () => {
    const { database, stripe } = settings(
      storeWith("medusa-config.js", MEDUSA_1),
      {},
      { DATABASE_URL: "postgres://env" },
    );
    assert.deepEqual(database, { url: "postgres://one", schema: "shop", ssl: { rejectUnauthorized: false } });
    assert.deepEqual(stripe, { key: "sk_test_1", apiBase: "http://127.0.0.1:1" });
  });

  test("are those of a Medusa 2 configuration", () => {
    const folder = storeWith("medusa-config.js", providers(provider("stripe", "rk_test_2")));
    const { database, stripe } = settings(folder);
    assert.deepEqual([database.url, database.ssl, stripe.key], ["postgres://two", true, "rk_test_2"]);
  });

  test("are read from TypeScript with the store's own ts-node", () => {
    const folder = storeWith("medusa-config.ts", "// ts");
    const tsNode = path.join(folder, "node_modules/ts-node");
    fs.mkdirSync(tsNode, { recursive: true });
    fs.writeFileSync(
      path.join(tsNode, "index.js"),
      `exports.register = () => (require.extensions[".ts"] = (module) => module._compile(${JSON.stringify(providers(provider("stripe", "sk_test_3")))}, module.filename));`,
    );
    try {
      assert.equal(settings(folder).stripe.key, "sk_test_3");
    } finally {
      delete require.extensions[".ts"];
    }
  });

  test("come from the command line before all else, and from the environment if nothing else has them", () => {
    const folder = storeWith("medusa-config.js", MEDUSA_1);
    const { database, stripe } = settings(folder, { databaseUrl: "postgres://flag", stripeKey: "sk_test_flag" });
    assert.deepEqual([database.url, stripe.key], ["postgres://flag", "sk_test_flag"]);
    const env = { DATABASE_URL: "postgres://env", STRIPE_API_KEY: "sk_test_env" };
    const bare = settings(storeWith(), {}, env);
    assert.deepEqual([bare.database.url, bare.stripe.key], ["postgres://env", "sk_test_env"]);
  });

  test("of several accounts one is chosen by its provider", () => {
    const folder = storeWith("medusa-config.js", providers(provider("eu", "sk_test_eu"), provider("us", "sk_test_us")));
    assert.throws(() => settings(folder), { isComplaint: true, message: /2 Stripe accounts.*--provider/ });
    assert.equal(settings(folder, { providers: ["pp_stripe_us"] }).stripe.key, "sk_test_us");
  });

  test("are asked for if they are missing, with the reason", () => {
    assert.throws(() => settings(storeWith()), { isComplaint: true, message: /no medusa-config in .*DATABASE_URL/ });
    const broken = storeWith("medusa-config.js", "throw new Error('no secrets set')");
    assert.throws(() => settings(broken), { isComplaint: true, message: /could not be read: no secrets set/ });
    assert.throws(() => settings(broken, { databaseUrl: "postgres://x" }), {
      message: /STRIPE_API_KEY or --stripe-key/,
    });
  });
});
