// The audit of a long list: it stays small, can be stopped, and keeps to what Stripe allows. The tables are those of a
// real Medusa 2, filled by hand; the end-to-end tests have what the plugins write.

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const { once } = require("node:events");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const timers = require("node:timers/promises");
const { after, before, beforeEach, test } = require("node:test");
const { prepareMedusa, startDatabase } = require("../support/medusa2");
const { startFakeStripe } = require("../support/stripe");

const CLI = path.join(__dirname, "../cli/index.js");
const API_KEY = "sk_test_of_the_audit";
const ROWS = 100_000;
const BATCH = 20_000;
/** How many payments come to one that is recorded as captured, and was not. */
const WRONG_EACH = 1_000;
const MINUTE = 60;
/** When the first one was made; the last one is a day old. */
const FIRST = Math.floor(Date.now() / 1_000) - ROWS * MINUTE - 86_400;

/** Far less than both sides take: 100,000 of them are more than this even without their strings. */
const SMALL_HEAP = "--max-old-space-size=40";

let postgres;
let stripe;
let scratch;
let folder;
before(async () => {
  const store = await prepareMedusa();
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), "audit-"));
  // A store with a driver and without a configuration, which takes more memory than all the rest.
  folder = path.join(scratch, "store");
  fs.mkdirSync(folder);
  fs.symlinkSync(path.join(store, "node_modules"), path.join(folder, "node_modules"));
  postgres = await startDatabase({ store });
  stripe = await startFakeStripe({ apiKey: API_KEY });
  await fill();
});
after(async () => {
  await postgres?.stop();
  await stripe?.close();
  if (scratch) fs.rmSync(scratch, { recursive: true, force: true });
});
beforeEach(async () => {
  await stripe.clearFaults();
  stripe.requests.clear();
});

const idOf = (place) => `pi_${String(place).padStart(24, "0")}`;

/** A payment for each minute, each of 10.00 EUR that are held. */
async function fill() {
  await postgres.query("INSERT INTO payment_provider (id, is_enabled) VALUES ('pp_stripe_stripe', true)");
  for (let from = 0; from < ROWS; from += BATCH) {
    const rows = `generate_series(${from}, ${from + BATCH - 1}) AS place`;
    const made = `to_timestamp(${FIRST} + place * ${MINUTE})`;
    const money = `10, '{"value": "10", "precision": 20}'::jsonb`;
    // Without the rows that a payment hangs on.
    await postgres.query(`
      BEGIN;
      SET LOCAL session_replication_role = replica;
      INSERT INTO payment (id, amount, raw_amount, currency_code, provider_id, data, payment_collection_id,
          payment_session_id, created_at, updated_at)
        SELECT 'pay_' || lpad(place::text, 9, '0'), ${money}, 'eur', 'pp_stripe_stripe',
          jsonb_build_object('id', 'pi_' || lpad(place::text, 24, '0')), 'pay_col_' || place, 'payses_' || place, ${made}, ${made}
        FROM ${rows};
      INSERT INTO capture (id, amount, raw_amount, payment_id, created_at, updated_at)
        SELECT 'capt_' || place, ${money}, 'pay_' || lpad(place::text, 9, '0'), ${made}, ${made}
        FROM ${rows} WHERE place % ${WRONG_EACH} = 0;
      COMMIT;`);
  }
  for (let place = 0; place < ROWS; place++) {
    const money = { amount: 1_000, amount_capturable: 1_000, currency: "eur", status: "requires_capture" };
    stripe.adopt({
      id: idOf(place),
      created: FIRST + place * MINUTE,
      metadata: { session_id: `payses_${place}` },
      ...money,
    });
  }
}

function start(args, { node = [], env } = {}) {
  const always = ["audit", "--json", "--grace", "0", "--rate", "1000", "--api-base", stripe.url];
  const child = spawn(process.execPath, [...node, CLI, ...always, ...args], {
    cwd: folder,
    env: { ...process.env, DATABASE_URL: postgres.url, STRIPE_API_KEY: API_KEY, TMPDIR: scratch, ...env },
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) child[name].on("data", (chunk) => (output[name] += chunk));
  return { child, ended: once(child, "close").then(([code]) => ({ code, ...output })) };
}

const run = (...args) => start(...args).ended;

const spools = () => fs.readdirSync(scratch).filter((name) => name.startsWith("medusa-payment-rs-audit-"));
const WRONG = Array.from({ length: ROWS / WRONG_EACH }, (_, index) => idOf(index * WRONG_EACH));
const intentsIn = ({ stdout }) =>
  JSON.parse(stdout)
    .findings.map(({ intent }) => intent)
    .sort();

test("100,000 payments are compared in little memory, in about a thousand requests", async () => {
  const { code, stdout, stderr } = await run([], { node: [SMALL_HEAP] });
  assert.equal(code, 1, stderr);
  assert.deepEqual(intentsIn({ stdout }), WRONG);
  const { audit, summary } = JSON.parse(stdout);
  assert.equal(audit.payments, ROWS);
  assert.deepEqual(summary.kinds, [
    {
      kind: "capture_not_made",
      title: "A capture is recorded and was not made",
      count: WRONG.length,
      sums: [{ currency: "eur", amount: WRONG.length * 1_000, money: `${WRONG.length * 10}.00 EUR` }],
    },
  ]);
  const lists = stripe.requests.filter(({ path }) => path === "/v1/payment_intents");
  assert.ok(lists.length < ROWS / 100 + 300, `${lists.length} requests`);
  // What is found is asked for once more, and nothing else singly.
  assert.equal(stripe.requests.length - lists.length, WRONG.length);
  assert.deepEqual(spools(), []);
});

const timeOf = (place) => new Date((FIRST + place * MINUTE) * 1_000).toISOString();
const SOME = 20_000;
/** The last ones. */
const MANY = ["--since", timeOf(ROWS - SOME)];
const WRONG_OF_MANY = WRONG.slice(-SOME / WRONG_EACH);

test("a run that is stopped is gone on with by the same command", async () => {
  const { child, ended } = start(MANY);
  while (stripe.requests.length < 60) await timers.setTimeout(5);
  child.kill("SIGINT");
  const stopped = await ended;
  assert.deepEqual([stopped.code, stopped.stdout], [2, ""]);
  assert.match(stopped.stderr, /^medusa-payment-rs: stopped; the same command goes on from here/m);
  const [spool] = spools();
  assert.equal(fs.statSync(path.join(scratch, spool)).mode & 0o777, 0o700);
  const before = stripe.requests.length;

  const rest = await run(MANY);
  assert.match(rest.stderr, /Going on from an earlier run/);
  assert.deepEqual(intentsIn(rest), WRONG_OF_MANY);
  const lists = stripe.requests.filter(({ path }) => path === "/v1/payment_intents").length;
  assert.ok(before >= 60 && lists < SOME / 100 + 300, `${lists} requests`);
  assert.deepEqual(spools(), []);
});

test("a run whose process was killed in the middle of a write loses nothing", async () => {
  const { child, ended } = start(MANY);
  while (stripe.requests.length < 90) await timers.setTimeout(5);
  child.kill("SIGKILL");
  await ended;
  const spool = path.join(scratch, spools()[0]);
  const parts = fs.readdirSync(spool).filter((name) => name.startsWith("stripe-"));
  for (const name of parts) fs.appendFileSync(path.join(spool, name), `\n{"id":"pi_torn`);
  assert.deepEqual(intentsIn(await run(MANY)), WRONG_OF_MANY);
});

/** Some hundreds of payments, of which one is wrong. */
const FEW = ["--since", timeOf(ROWS - 500 - WRONG_EACH), "--until", timeOf(ROWS - 500)];
const WRONG_OF_FEW = [idOf(ROWS - WRONG_EACH)];

test("only what was paid in a time is compared", async () => {
  const some = await run(FEW);
  assert.deepEqual(intentsIn(some), WRONG_OF_FEW);
  assert.equal(JSON.parse(some.stdout).audit.payments, WRONG_EACH);
});

test("what passes is asked for again, after the time that Stripe asks for", async () => {
  stripe.fault({ kind: "status", status: 429, times: 3, headers: { "Retry-After": "0" } });
  stripe.fault({ kind: "status", status: 500, times: 1 });
  stripe.fault({ kind: "reset", times: 1 });
  assert.deepEqual(intentsIn(await run(FEW)), WRONG_OF_FEW);
  assert.equal(stripe.requests.filter(({ fault }) => fault !== null).length, 5);
});

test("an account that does not answer as it should makes no report", async () => {
  for (const [fault, message] of [
    [{ kind: "status", status: 401, times: 9 }, /does not accept the key/],
    [{ kind: "status", status: 403, times: 9 }, /does not allow this with the key/],
    [{ kind: "status", status: 400, times: 9 }, /Stripe answers 400/],
  ]) {
    const installed = stripe.fault(fault);
    const { code, stdout, stderr } = await run([...FEW, "--fresh"]);
    await installed.remove();
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, message);
    assert.ok(!stderr.includes(API_KEY));
  }
});

test("a wrong key and a wrong database are reported without the secret", async () => {
  const wrongKey = await run(["--stripe-key", "pk_test_of_the_storefront"]);
  assert.equal(wrongKey.code, 2);
  assert.match(wrongKey.stderr, /publishable key/);
  const url = new URL(postgres.url);
  const wrong = Object.assign(new URL(url), { password: "not-the-password" });
  const refused = await run(["--database-url", wrong.href]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /^medusa-payment-rs: the database cannot be reached: .*\n$/);
  assert.ok(!refused.stderr.includes("not-the-password"));
  const empty = await run(["--database-url", Object.assign(new URL(url), { pathname: "/postgres" }).href]);
  assert.match(empty.stderr, /not that of a Medusa store/);
});

test("it keeps to the rate that it is given", async () => {
  const begun = stripe.requests.length;
  await run([...FEW, "--rate", "20"]);
  const times = stripe.requests.slice(begun).map(({ at }) => at);
  // By the fake's clock: no twenty-one requests in less than a second, but for what a busy machine pushes together.
  assert.ok(
    times.at(-1) - times[0] >= (times.length - 2) * 50 * 0.9,
    `${times.length} in ${times.at(-1) - times[0]} ms`,
  );
});
