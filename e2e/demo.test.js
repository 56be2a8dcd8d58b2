// What the demo is told: whose payments to take, and never an account with real customers.

const assert = require("node:assert/strict");
const { spawnSync } = require("node:child_process");
const http = require("node:http");
const path = require("node:path");
const { after, before, describe, test } = require("node:test");
const { startRelay } = require("./demo/relay");
const { innerEnv, npm } = require("../support/npm");
const { ROOT } = require("../support/paths");
const { CARGO_TARGET, NAME, scaffoldProject } = require("../support/scaffold");
const { packTarball } = require("../support/store");

const DEMO = path.join(__dirname, "demo.js");

function demo(args, env) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [DEMO, ...args], {
    env: { ...innerEnv(), ...CARGO_TARGET, ...env },
    encoding: "utf8",
    timeout: 300_000,
  });
  return { status, output: stdout + stderr };
}

for (const medusa of ["1", "2"]) {
  for (const key of ["sk_live_OfAStore", "rk_live_OfAStore"]) {
    test(`with Medusa ${medusa} the demo refuses the live key ${key.slice(0, 7)}… before anything is sent`, () => {
      const { status, output } = demo(["--medusa", medusa, "--stripe"], { STRIPE_API_KEY: key });
      assert.equal(status, 1);
      assert.match(output, /STRIPE_API_KEY is a live key.*Nothing was sent/s);
      assert.doesNotMatch(output, /OfAStore/);
    });
  }

  test(`with Medusa ${medusa} the demo refuses what is not a secret test key`, () => {
    const { status, output } = demo(["--medusa", medusa, "--stripe"], { STRIPE_API_KEY: "pk_test_OfAStore" });
    assert.equal(status, 1);
    assert.match(output, /is not a secret test key/);
    assert.doesNotMatch(output, /OfAStore/);
  });
}

test("the demo can be asked what it does", () => {
  const { status, output } = demo(["--help"]);
  assert.equal(status, 0);
  assert.match(output, /--plugin <folder>.*--serve/s);
});

/** The rows of one step, from the line that begins with `title` to the next one. */
function stepOf(output, title) {
  const [, step] = output.split(`\n  ${title}`);
  assert.ok(step, `the demo has no step "${title}":\n${output}`);
  return step.split(/\n {2}(?=\S)|\n(?=\S)/)[0];
}

/** How Stripe's side of a step ends: the amounts in cents, in this order. */
const atStripe = (status, held, captured, released, refunded) => {
  const amounts = Object.entries({ held, captured, released, refunded });
  const rows = amounts.map(([word, cents]) => `\\s+${word} +${(cents / 100).toFixed(2).replace(".", "\\.")} EUR`);
  return new RegExp(`Stripe +payment_intent pi_\\w+\\s+status +${status}${rows.join("")}`);
};

const TELLS = "Stripe tells the store (payment_intent.amount_capturable_updated)";

function assertPlacedByWebhook(output) {
  const before = stepOf(output, "The shopper pays at Stripe, and closes the browser");
  assert.match(before, /recorded payment_session payses_\w+\s+status +pending/);
  assert.match(before, /recorded no order/);
  assert.match(before, atStripe("requires_capture", 1500, 0, 0, 0));
  const told = stepOf(output, TELLS);
  assert.match(told, /HTTP +POST \/hooks\/payment\/stripe_stripe +200/);
  assert.match(told, /Rust +stripe\.authorize_payment +ok/);
  assert.match(told, /recorded order order_\w+[\s\S]+recorded payment pay_\w+\s+amount +15\.00 EUR/);
  assert.match(told, atStripe("requires_capture", 1500, 0, 0, 0));
}

test("in Medusa 2 an order is captured and refunded in parts, another canceled, and a third placed by a webhook", () => {
  // A key that is there for something else is not used.
  const { status, output } = demo(["--medusa", "2"], { STRIPE_API_KEY: "sk_live_OfAStore" });
  assert.equal(status, 0, output);
  for (const method of ["initiate", "authorize", "capture", "refund", "cancel"]) {
    assert.match(output, new RegExp(`Rust +manual\\.${method}_payment +ok`));
  }
  assert.match(output, /manual +payment manual_\w+\s+status +captured\s+captured +15\.00 EUR\s+refunded +6\.35 EUR/);
  assert.match(output, /for one order to a fake Stripe on this machine/);
  assertPlacedByWebhook(output);
  assert.match(output, /All orders are recorded as they should be/);
});

test("in Medusa 2 Stripe captures in parts, pays a refund once whose reply was lost, and places an order by a webhook", () => {
  const { status, output } = demo(["--medusa", "2", "--stripe"], { STRIPE_API_KEY: "" });
  assert.equal(status, 0, output);
  assert.match(output, /Payments go to a fake Stripe on this machine/);

  const [, several, once, canceled] = output.split(/\nThe (?:first|second|third|fourth) order: /);
  const part = "The mug is sent: the shop captures a part";
  assert.match(stepOf(several, part), atStripe("requires_capture", 850, 650, 0, 0));
  assert.match(stepOf(several, "The rest is sent"), atStripe("succeeded", 0, 1500, 0, 0));
  const lost = stepOf(several, "The shop refunds another part, and Stripe's reply is lost");
  assert.match(lost, /HTTP +POST \S+\/refund +500/);
  assert.match(lost, /outcome_unknown/);
  assert.equal(lost.match(/recorded refund/g).length, 1);
  assert.match(lost, atStripe("succeeded", 0, 1500, 0, 635));
  const found = stepOf(several, "The shop tries again");
  assert.equal(found.match(/recorded refund/g).length, 2);
  assert.match(found, atStripe("succeeded", 0, 1500, 0, 635));

  assert.match(stepOf(once, part), atStripe("succeeded", 0, 650, 850, 0));
  assert.match(stepOf(once, "The shop tries to capture the rest"), /\/capture +400[\s\S]+nothing_left_to_capture/);
  assert.match(stepOf(canceled, "The shop cancels the order"), atStripe("canceled", 0, 0, 1500, 0));
  assertPlacedByWebhook(output);
  assert.match(output, /All orders are recorded as they should be/);
});

test("without a key it pays at a fake Stripe, and tells the same story of the money as that", () => {
  const { status, output } = demo(["--stripe"], { STRIPE_API_KEY: "" });
  assert.equal(status, 0, output);
  assert.match(output, /Payments go to a fake Stripe on this machine/);
  for (const method of ["initiate", "authorize", "capture", "refund", "cancel"]) {
    assert.match(output, new RegExp(`Rust +stripe\\.${method}_payment +ok`));
  }
  assert.match(
    output,
    /Stripe +payment_intent pi_\w+\s+status +succeeded\s+held +0\.00 EUR\s+captured +15\.00 EUR\s+released +0\.00 EUR\s+refunded +4\.00 EUR/,
  );
  assert.match(output, /All orders are recorded as they should be/);
});

for (const medusa of ["1", "2"]) {
  test(`in Medusa ${medusa} a plugin that the scaffold made takes, refunds and cancels orders, in a store's build`, async () => {
    const { folder } = await scaffoldProject(await packTarball(), { log: console.log });
    // The first time this compiles for minutes, as the demo would (`demo/plugin.js`), whose limit is not for that.
    await npm(folder, ["run", "build"], { env: { CARGO_TARGET_DIR: path.join(folder, "target") } });
    const { status, output } = demo(["--medusa", medusa, "--plugin", folder]);
    assert.equal(status, 0, output);
    assert.match(output, new RegExp(`Payments go to ${NAME}'s own fake at http://127\\.0\\.0\\.1:\\d+`));
    assert.match(output, new RegExp(`npm run build in ${NAME}`));
    for (const method of ["initiate", "authorize", "capture", "refund", "cancel"]) {
      assert.match(output, new RegExp(`Rust +${NAME}\\.${method}_payment +ok`));
    }
    assert.match(output, /All orders are recorded as they should be/);
  });
}

for (const medusa of ["1", "2"]) {
  test(`in Medusa ${medusa} a plugin that does not take its options says so in the last line`, async () => {
    const { folder } = await scaffoldProject(await packTarball(), { log: console.log });
    const { status, output } = demo(["--medusa", medusa, "--plugin", folder, "--options", '{"api_kye":"secret"}']);
    assert.equal(status, 1);
    const [failed, why] = output.trim().split("\n").slice(-2);
    assert.equal(failed, "The demo failed: Medusa ended with code 1 before it was ready", output);
    const reason = `medusa-payment-rs: the options of "${NAME}" are not valid: unknown option \`api_kye\``;
    assert.ok(why.startsWith("Error: ") && why.includes(reason), output);
  });
}

describe("what cannot be done is said, and nothing is started:", () => {
  const rows = {
    "--medusa 3": /--medusa: expected 1 or 2, not 3/,
    "--stripe --plugin examples/paypal": /--stripe and --plugin: expected one of them, not both/,
    "--plugn ../acme": /Unknown option '--plugn'\n\nUsage: npm run demo .*--plugin <folder>/s,
    "../acme": /Unexpected argument '\.\.\/acme'\n\nUsage: npm run demo \[-- <options>\]/,
    "--plugin nowhere": /--plugin: \S+nowhere is not there\./,
    "--plugin examples": /--plugin: \S+examples has no package\.json\./,
    "--medusa 2 --plugin support/addon":
      /--plugin: \S+addon has no v2\/index\.js, so it is not a plugin for Medusa 2\./,
    "--plugin examples/paypal": /--options is missing: .*fake\.js/,
    "--plugin examples/paypal --options {": /--options: expected the plugin's options as JSON/,
  };
  for (const [args, message] of Object.entries(rows)) {
    test(args, () => {
      const { status, output } = demo(args.split(" ").map((arg) => arg.replace(/^(?=examples|support)/, `${ROOT}/`)));
      assert.equal(status, 1);
      assert.match(output, message);
      assert.doesNotMatch(output, /npm run build/);
    });
  }
});

describe("the relay between a store and its payment service", () => {
  const done = [];
  let service;
  let relay;

  before(async () => {
    service = http.createServer(async (request, response) => {
      const body = (await request.toArray()).join("");
      done.push(`${request.method} ${request.url} ${body}`.trim());
      response.writeHead(201, { "x-of-the-service": request.headers.host }).end(`${body}, done`);
    });
    await new Promise((resolve) => service.listen(0, "127.0.0.1", resolve));
    relay = await startRelay(`http://127.0.0.1:${service.address().port}`);
  });

  after(async () => {
    await relay?.close();
    service.closeAllConnections();
    service.close();
  });

  const post = (path, body) => fetch(relay.url + path, { method: "POST", body });

  test("hands on what each of them says", async () => {
    done.length = 0;
    const reply = await post("/v1/refunds?a=1", "amount=4");
    assert.deepEqual([reply.status, await reply.text()], [201, "amount=4, done"]);
    assert.equal(reply.headers.get("x-of-the-service"), `127.0.0.1:${service.address().port}`);
    assert.deepEqual(done, ["POST /v1/refunds?a=1 amount=4"]);
  });

  test("loses replies from a request on, and lets the service do what it is asked to", async () => {
    done.length = 0;
    const isRefund = ({ method, path }) => method === "POST" && path === "/v1/refunds";
    await relay.losingReplies(isRefund, async () => {
      assert.equal((await post("/v1/captures", "first")).status, 201);
      await assert.rejects(post("/v1/refunds", "second"));
      await assert.rejects(fetch(`${relay.url}/v1/refunds`));
    });
    assert.equal((await post("/v1/refunds", "last")).status, 201);
    const asked = ["POST /v1/captures first", "POST /v1/refunds second", "GET /v1/refunds", "POST /v1/refunds last"];
    assert.deepEqual(done, asked);
  });

  test("does not answer for a service that is not there", async () => {
    const lonely = await startRelay("http://127.0.0.1:1");
    await assert.rejects(fetch(lonely.url));
    await lonely.close();
  });
});
