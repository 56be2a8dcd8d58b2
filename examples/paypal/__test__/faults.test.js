// Whatever breaks on the way, the same action repeated moves the money once, and what is reported is what happened.

const { failure, open } = require("./support/paypal");

let shop;
beforeEach(async () => (shop = await open({ timeout_ms: 400 })));
afterEach(() => shop.close());

/** What each action does to a payment, and how PayPal's ledger ends. */
const ACTIONS = [
  {
    name: "authorizePayment",
    on: /POST .*\/authorize$/,
    prepare: async () => {
      const data = await shop.begin();
      shop.fake.approve(data.id);
      return data;
    },
    act: (paypal, data) => paypal.authorizePayment(data, {}),
    moved: ["hold 10.00"],
  },
  {
    name: "capturePayment",
    on: /POST .*\/capture$/,
    prepare: () => shop.authorize(),
    act: (paypal, data) => paypal.capturePayment(data),
    moved: ["hold 10.00", "capture 10.00"],
  },
  {
    name: "cancelPayment",
    on: /POST .*\/void$/,
    prepare: () => shop.authorize(),
    act: (paypal, data) => paypal.cancelPayment(data),
    moved: ["hold 10.00", "release 10.00"],
  },
  {
    name: "refundPayment",
    on: /POST .*\/refund$/,
    prepare: () => shop.capture(),
    act: (paypal, data) => paypal.refundPayment(data, 400),
    moved: ["hold 10.00", "capture 10.00", "refund 4.00"],
  },
];
const FAULTS = ["reset", "truncate", "hang", "html", 500, 503];
const CASES = ACTIONS.flatMap((action) =>
  FAULTS.flatMap((how) => ["before", "after"].map((when) => ({ ...action, how, when }))),
);

/** Longer than another server takes to store what PayPal answered. */
const STORING_S = 60;

test.each(CASES)("$name, $how $when it is served: unknown, and done once when repeated", async (fault) => {
  const { on, how, when, prepare, act, moved } = fault;
  const data = await prepare();
  shop.fake.break(how, { on, when });
  expect(await act(shop.paypal, data)).toEqual(failure(expect.stringMatching(/^(?!refused|temporarily_unavailable)/)));
  shop.fake.pass(STORING_S);
  expect(await act(shop.paypal, data)).not.toHaveProperty("error");
  expect(shop.fake.moved(data.id)).toEqual(moved);
});

test.each(ACTIONS)("$name whose reply was lost is repeated within the call", async ({ on, prepare, act, moved }) => {
  const data = await prepare();
  const patient = shop.restarted({ max_retries: 2 });
  shop.fake.break("reset", { on, when: "after" });
  expect(await act(patient, data)).not.toHaveProperty("error");
  expect(shop.fake.moved(data.id)).toEqual(moved);
});

test.each(ACTIONS)("$name whose reply was lost is done once after a restart", async ({ on, prepare, act, moved }) => {
  const data = await prepare();
  shop.fake.break("reset", { on, when: "after" });
  expect(await act(shop.paypal, data)).toEqual(failure("outcome_unknown"));
  shop.fake.pass(STORING_S);
  expect(await act(shop.restarted(), data)).not.toHaveProperty("error");
  expect(shop.fake.moved(data.id)).toEqual(moved);
});

test.each(ACTIONS)("$name whose reply was lost is done once although PayPal forgot the request id", async (action) => {
  const { on, prepare, act, moved } = action;
  const data = await prepare();
  shop.fake.break("reset", { on, when: "after" });
  expect(await act(shop.paypal, data)).toEqual(failure("outcome_unknown"));
  shop.fake.forgetRequestIds();
  shop.fake.pass(46 * 24 * 3600);
  expect(await act(shop.restarted(), data)).not.toHaveProperty("error");
  expect(shop.fake.moved(data.id)).toEqual(moved);
});

test.each(ACTIONS)("$name is unavailable if PayPal cannot be reached, and nothing was moved", async (action) => {
  const data = await action.prepare();
  const before = shop.fake.moved(data.id);
  const unreachable = shop.restarted({ api_base: "http://127.0.0.1:9" });
  expect(await action.act(unreachable, data)).toEqual(failure("temporarily_unavailable"));
  expect(shop.fake.moved(data.id)).toEqual(before);
});

test.each(ACTIONS)("$name ends at its deadline whatever PayPal does", async ({ prepare, act }) => {
  const data = await prepare();
  const hurried = shop.restarted({ deadline_ms: 500, timeout_ms: 5_000, max_retries: 2 });
  shop.fake.break("hang", { times: 99 });
  const began = performance.now();
  expect(await act(hurried, data)).toEqual(failure(expect.stringMatching(/\S/)));
  expect(performance.now() - began).toBeLessThan(1_500);
});

test("a refund whose reply was lost is found although another one was recorded since", async () => {
  const captured = await shop.capture();
  shop.fake.break("reset", { on: /refund$/, when: "after" });
  expect(await shop.paypal.refundPayment(captured, 300)).toEqual(failure("outcome_unknown"));
  shop.fake.pass(STORING_S);
  const data = await shop.paypal.refundPayment(captured, 200);
  expect(data).not.toHaveProperty("error");
  shop.fake.pass(STORING_S);
  await shop.paypal.refundPayment(data, 300);
  expect(shop.fake.moved(data.id).slice(2)).toEqual(["refund 3.00", "refund 2.00"]);
});

test("refunds that were lost are found in any order, by another server and after a day", async () => {
  let data = await shop.capture();
  const moved = [];
  for (const amount of [300, 100, 200]) {
    shop.fake.break("reset", { on: /refund$/, when: "after" });
    expect(await shop.paypal.refundPayment(data, amount)).toEqual(failure("outcome_unknown"));
    shop.fake.pass(STORING_S);
    data = await shop.restarted().refundPayment(data, 50);
    expect(data).not.toHaveProperty("error");
    moved.push(`refund ${amount / 100}.00`, "refund 0.50");
  }
  shop.fake.pass(24 * 3600);
  for (const amount of [100, 200, 300]) {
    data = await shop.restarted().refundPayment(data, amount);
    expect(data).not.toHaveProperty("error");
  }
  expect(shop.fake.moved(data.id).slice(2)).toEqual(moved);
});

test("a refund that another server has just made is not taken over by a call that has not sent one yet", async () => {
  const data = await shop.capture();
  const other = shop.restarted({ max_retries: 1 });
  shop.fake.break(503, { on: /oauth2/ }); // its first attempt ends before a refund is sent
  const late = other.refundPayment(data, 300);
  expect(await shop.paypal.refundPayment(data, 300)).not.toHaveProperty("error");
  expect(await late).toEqual(failure("temporarily_unavailable"));
  expect(shop.fake.moved(data.id).slice(2)).toEqual(["refund 3.00"]);
});

test.each([401, 403, 404, 408, 409, 422, 503])(
  "a refund whose reply was lost is not called refused if its repetition is answered with %i",
  async (status) => {
    const data = await shop.capture();
    const patient = shop.restarted({ max_retries: 1, timeout_ms: 1_000 });
    shop.fake.break(status, { on: { test: lateRead() }, times: 2 });
    shop.fake.break("reset", { on: /refund$/, when: "after" });
    const answer = await patient.refundPayment(data, 300);
    expect(answer).toEqual(failure("outcome_unknown"));
    expect(shop.fake.moved(data.id).slice(2)).toEqual(["refund 3.00"]);
  },
);

/** Matches what is read after a refund was sent. */
function lateRead() {
  let sent = false;
  return (request) => {
    if (/refund$/.test(request)) sent = true;
    return sent && /^GET/.test(request);
  };
}

test("a refund that was made just now waits for the server that may be recording it", async () => {
  const data = await shop.capture();
  shop.fake.break("reset", { on: /refund$/, when: "after" });
  await shop.paypal.refundPayment(data, 300);
  expect(await shop.restarted().refundPayment(data, 300)).toEqual(failure("temporarily_unavailable"));
  shop.fake.pass(STORING_S);
  expect(await shop.restarted().refundPayment(data, 300)).not.toHaveProperty("error");
  expect(shop.fake.moved(data.id).slice(2)).toEqual(["refund 3.00"]);
});

test("a refund is a success although the order cannot be read after it", async () => {
  const data = await shop.capture();
  let reads = 0;
  shop.fake.break(500, { on: { test: (request) => /^GET .*orders/.test(request) && ++reads === 2 } });
  const refunded = await shop.paypal.refundPayment(data, 300);
  expect(refunded.id).toBe(data.id);
  expect(refunded).not.toEqual(data);
  expect(shop.fake.moved(data.id).slice(2)).toEqual(["refund 3.00"]);
});

test("a request that is still being served has an unknown outcome, and one that is too many has not", async () => {
  const data = await shop.authorize();
  shop.fake.break(409, { on: /capture$/ });
  const conflict = await shop.paypal.capturePayment(data);
  expect(conflict).toEqual(failure("RESOURCE_CONFLICT"));
  expect(conflict.detail).toContain("not known whether it took effect");
  shop.fake.break({ status: 429, headers: { "retry-after": "1" } }, { on: /capture$/ });
  const answer = await shop.paypal.capturePayment(data);
  expect(answer).toEqual(failure("RATE_LIMIT_REACHED"));
  expect(answer.detail).toContain("Nothing was moved");
});

test("PayPal's wish to be left alone for a while is respected", async () => {
  const data = await shop.authorize();
  const patient = shop.restarted({ max_retries: 1, timeout_ms: 5_000 });
  shop.fake.break({ status: 429, headers: { "retry-after": "1" } }, { on: /capture$/ });
  const began = performance.now();
  expect(await patient.capturePayment(data)).not.toHaveProperty("error");
  expect(performance.now() - began).toBeGreaterThan(900);
});

test("a status that PayPal cannot be asked for right after the authorization is the one just read", async () => {
  const data = await shop.authorize();
  shop.fake.break(503, { on: /GET/, times: 9 });
  expect(await shop.paypal.getPaymentStatus(data)).toBe("authorized");
  await expect(shop.restarted().getPaymentStatus(data)).rejects.toThrow(Error);
});
