const { failure, openStripeStore } = require("./support/stripe-store");

const LIMITS = { timeout_ms: 300, deadline_ms: 1_000, max_retries: 0 };
/** Longer than another server may take to store what it did. */
const SETTLED_MS = 20_000;

let store;
let stripe;
let service;
beforeAll(async () => {
  store = await openStripeStore();
  ({ stripe } = store);
  service = store.open(LIMITS);
});
afterEach(() => stripe.clearFaults());
afterAll(() => store.close());

const truth = ({ id }) => stripe.ledger.payment(id);
const made = (data) => truth(data).refunds.map(({ amount }) => amount);
/** Stripe's refunds, as the payment's data names them. */
const recorded = (data) => Object.fromEntries(truth(data).refunds.map(({ id, amount }) => [id, amount]));
const lostReplies = (times) =>
  stripe.fault({ kind: "reset", when: "after", method: "POST", path: "/v1/refunds", times });
/** As a process that has just been started: nothing that was remembered helps. */
let restarts = 0;
const restarted = (options) => store.open({ ...LIMITS, payment_description: `process ${++restarts}`, ...options });

test("two wanted refunds of one amount are two payouts", async () => {
  const data = await store.capture(service);
  const once = await service.refundPayment(data, 300);
  const twice = await service.refundPayment(once, 300);
  expect(made(data)).toStrictEqual([300, 300]);
  expect(twice.medusa_payment_rs.refunds).toStrictEqual(recorded(data));
});

test("more than was paid is refused, with Stripe's reason and the refunds that the store does not know", async () => {
  const data = await store.capture(service);
  const answer = await service.refundPayment(data, 1001);
  expect(answer).toStrictEqual(failure());
  expect(answer.detail).toMatch(/greater than/);

  const { id } = await stripe.dashboard.refund(data.id, { amount: 800 });
  const more = await service.refundPayment(data, 300);
  expect(more).toStrictEqual(failure());
  expect(more.detail).toContain(`${id} over 800. 200 can still be refunded.`);
  expect(truth(data).refunded).toBe(800);
});

test("a refund that was made in Stripe's dashboard is not taken for one that Medusa wants", async () => {
  const data = await store.capture(service);
  await stripe.dashboard.refund(data.id, { amount: 300 });
  stripe.advance(SETTLED_MS);
  await service.refundPayment(data, 300);
  expect(made(data)).toStrictEqual([300, 300]);
});

test.each([
  [[1000], [1000], [1000]],
  [[700], [700, 300], [700, 300]],
  [[500, 400], [900], [500, 400]],
  [
    [600, 400],
    [400, 600],
    [600, 400],
  ],
  [[300], [300], [300, 300]],
])("of 1000, given back in the dashboard %p and wanted in Medusa %p, Stripe has %p", async (elsewhere, wanted, all) => {
  for (const server of [service, restarted()]) {
    let data = await store.capture(server);
    for (const amount of elsewhere) await stripe.dashboard.refund(data.id, { amount });
    stripe.advance(SETTLED_MS);
    for (const amount of wanted) {
      data = await server.refundPayment(data, amount);
      expect(data).not.toHaveProperty("error");
      stripe.advance(SETTLED_MS);
    }
    expect(made(data)).toStrictEqual(all);
    const isSame = elsewhere.length !== 1 || wanted[0] !== 300;
    if (isSame) expect(data.medusa_payment_rs.refunds).toStrictEqual(recorded(data));
  }
});

test("what was given back in the dashboard and failed at the bank is paid", async () => {
  const data = await store.capture(service);
  const { id } = await stripe.dashboard.refund(data.id);
  stripe.bank.settleRefund(id, "failed");
  expect(await service.refundPayment(data, 1000)).not.toHaveProperty("error");
  expect(made(data)).toHaveLength(2);
});

test("what was given back in the dashboard is recorded though the rest is disputed", async () => {
  const data = await store.capture(service);
  const { id } = await stripe.dashboard.refund(data.id, { amount: 700 });
  stripe.bank.dispute(data.id, { amount: 300 });
  const answer = await service.refundPayment(data, 700);
  expect(answer.medusa_payment_rs.refunds).toStrictEqual({ [id]: 700 });
});

test("a dispute alone makes no earlier refund the wanted one: Medusa may have recorded it", async () => {
  const data = await store.capture(service);
  await stripe.dashboard.refund(data.id, { amount: 300 });
  stripe.bank.dispute(data.id, { amount: 700 });
  expect(await service.refundPayment(data, 300)).toStrictEqual(failure("charge_disputed"));
});

test("two servers record what was given back in the dashboard once", async () => {
  const data = await store.capture(service);
  await stripe.dashboard.refund(data.id);
  const answers = await Promise.all([service, restarted()].map((server) => server.refundPayment(data, 1000)));
  expect(answers.filter((answer) => "error" in answer)).toStrictEqual([failure("temporarily_unavailable")]);
  expect(made(data)).toStrictEqual([1000]);
});

test("a refund that the bank has not confirmed yet is one", async () => {
  const data = await store.capture(service);
  stripe.bank.nextRefund("pending");
  const answer = await service.refundPayment(data, 300);
  expect(answer).toMatchObject(data);
  expect(truth(data).refunded).toBe(300);
});

test("a refund that fails at the bank does not count, and can be made again", async () => {
  const data = await store.capture(service);
  stripe.bank.nextRefund("failed", { reason: "expired_or_canceled_card" });
  const answer = await service.refundPayment(data, 300);
  expect(answer).toStrictEqual(failure("expired_or_canceled_card"));
  expect(truth(data).refunded).toBe(0);

  const again = await service.refundPayment(data, 300);
  expect(again).toMatchObject(data);
  expect(truth(data).refunded).toBe(300);
});

test("a refund whose reply was lost is found once it is certain that no other server records it", async () => {
  const data = await store.capture(service);
  lostReplies(1);
  expect(await service.refundPayment(data, 300)).toStrictEqual(failure("outcome_unknown"));
  const early = await restarted().refundPayment(data, 300);
  expect(early).toStrictEqual(failure("temporarily_unavailable"));
  expect(early.error).toMatch(/has to wait/);
  stripe.advance(SETTLED_MS);
  const answer = await restarted().refundPayment(data, 300);
  expect(answer.medusa_payment_rs.refunds).toStrictEqual(recorded(data));
  expect(made(data)).toStrictEqual([300]);
});

test("a refund whose reply was lost is found out by the next attempt of the same call", async () => {
  const data = await store.capture(service);
  lostReplies(1);
  const answer = await restarted({ max_retries: 1, deadline_ms: 3_000 }).refundPayment(data, 300);
  expect(answer).toMatchObject(data);
  expect(made(data)).toStrictEqual([300]);
});

test("a refund whose reply was lost is found a day later, when Stripe has forgotten the key", async () => {
  const data = await store.capture(service);
  lostReplies(1);
  await service.refundPayment(data, 300);
  stripe.advance(25 * 60 * 60 * 1_000);
  expect(await restarted().refundPayment(data, 300)).toMatchObject(data);
  expect(made(data)).toStrictEqual([300]);
});

test("a refund is looked up where Stripe may have forgotten its key, or its clock is not known", async () => {
  const [certain, unknown, old] = [
    await store.capture(service),
    await store.capture(service),
    await store.captureLongAgo(service),
  ];
  const requestsOf = async (server, data) => {
    stripe.requests.clear();
    expect(await server.refundPayment(data, 300)).toMatchObject(data);
    return stripe.requests.map(({ method, path }) => `${method} ${path}`);
  };
  expect(await requestsOf(service, certain)).toStrictEqual(["POST /v1/refunds"]);
  expect(await requestsOf(restarted(), unknown)).toStrictEqual(["GET /v1/refunds", "POST /v1/refunds"]);
  expect(await requestsOf(service, old)).toStrictEqual(["GET /v1/refunds", "POST /v1/refunds"]);
});

test("a lost refund does not stand for one of another amount", async () => {
  const data = await store.capture(service);
  lostReplies(1);
  await service.refundPayment(data, 300);
  stripe.advance(SETTLED_MS);
  await restarted().refundPayment(data, 200);
  expect(made(data)).toStrictEqual([300, 200]);
});

test("a refusal that is stored under the key does not stand for ever", async () => {
  let data = await store.capture(service);
  const { id } = await stripe.dashboard.refund(data.id, { amount: 900 });
  expect(await service.refundPayment(data, 300)).toStrictEqual(failure());
  stripe.bank.settleRefund(id, "failed");
  for (const server of [service, restarted()]) {
    data = await server.refundPayment(data, 300);
    expect(data).not.toHaveProperty("error");
  }
  expect(truth(data).refunded).toBe(600);
});

test("a key that replays an error of Stripe's does not keep a refund from being made", async () => {
  const data = await store.capture(service);
  stripe.fault({ kind: "status", status: 500, stored: true, method: "POST", path: "/v1/refunds" });
  expect(await service.refundPayment(data, 300)).toStrictEqual(failure("api_error"));
  expect(await restarted().refundPayment(data, 300)).toMatchObject(data);
  expect(made(data)).toStrictEqual([300]);
});

test("two refunds at once with the same books are one, and the other is asked to come again", async () => {
  const data = await store.capture(service);
  const answers = await Promise.all([service.refundPayment(data, 300), service.refundPayment(data, 300)]);
  expect(answers.filter((answer) => "error" in answer)).toStrictEqual([failure("temporarily_unavailable")]);
  expect(made(data)).toStrictEqual([300]);
});

test("two refunds at once on two servers are one, and the other is asked to come again", async () => {
  const data = await store.capture(service);
  const answers = await Promise.all([service, restarted()].map((server) => server.refundPayment(data, 300)));
  expect(answers.filter((answer) => "error" in answer)).toStrictEqual([failure("temporarily_unavailable")]);
  expect(made(data)).toStrictEqual([300]);
});

test("a hundred refunds are all looked at", async () => {
  const data = await store.capture(service, { amount: 100_000 });
  lostReplies(1);
  await service.refundPayment(data, 777);
  for (let count = 0; count < 120; count++) await stripe.dashboard.refund(data.id, { amount: 1 });
  stripe.advance(SETTLED_MS);
  await restarted().refundPayment(data, 777);
  expect(made(data).filter((amount) => amount === 777)).toHaveLength(1);
});
