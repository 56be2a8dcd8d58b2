const { LIMITS, context, failure, openStripeStore } = require("./support/stripe-store");

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

const status = (code, body, more) => ({ kind: "status", status: code, body, ...more });
/** What goes wrong, and what it means for a change and for a read. */
const FAULTS = [
  ["402 with Stripe's error", status(402, "stripe"), "generic_decline", "generic_decline"],
  ["400 without a body", status(400, "none"), "outcome_unknown"],
  ["404 with HTML", status(404, "html"), "outcome_unknown"],
  ["403 without `error`", status(403, "json"), "outcome_unknown"],
  ["502 with HTML", status(502, "html"), "outcome_unknown"],
  ["500 with Stripe's error", status(500, "stripe"), "api_error", "api_error"],
  ["500 after it was done", status(500, "stripe", { when: "after" }), "api_error", "api_error"],
  ["429", status(429, "stripe"), "rate_limit", "rate_limit"],
  ["503 with Retry-After", status(503, "none", { headers: { "Retry-After": "60" } }), "outcome_unknown"],
  ["a reset connection", { kind: "reset" }, "outcome_unknown"],
  ["a reset connection after it was done", { kind: "reset", when: "after" }, "outcome_unknown"],
  ["a reset in the middle of the headers", { kind: "reset", when: "after", partial: "headers" }, "outcome_unknown"],
  ["a reset in the middle of the body", { kind: "reset", when: "after", partial: "body" }, "outcome_unknown"],
  ["a truncated body", { kind: "truncate", when: "after" }, "outcome_unknown"],
  ["no answer", { kind: "hang" }, "outcome_unknown"],
  ["no answer after it was done", { kind: "hang", when: "after" }, "outcome_unknown"],
  ["half an answer", { kind: "hang-body", when: "after" }, "outcome_unknown"],
  ["200 with HTML", { kind: "html" }, undefined],
  ["200 with nothing", { kind: "empty", when: "after" }, undefined],
  ["a refused connection", { kind: "refuse" }, "temporarily_unavailable"],
].map(([name, fault, change, read = change && "temporarily_unavailable"]) => ({ name, fault, change, read }));

/** A time limit does not know that a call which may change something was only reading. */
const isLate = ({ kind }) => kind === "hang" || kind === "hang-body";

const REFUND = {
  act: (data) => service.refundPayment(data, 300),
  path: "/v1/refunds",
  method: "POST",
  after: (data, answer) => {
    expect(answer).toMatchObject(data);
    expect(stripe.ledger.payment(data.id)).toMatchObject({ refunded: 300, refunds: [{ amount: 300 }] });
  },
};

/** Each method: a payment for it, the call, the request that fails, and what is true once it was repeated. */
const CALLS = {
  initiatePayment: {
    begin: async () => ({}),
    act: () => service.initiatePayment(context({ email: "" })),
    path: /^\/v1\/payment_intents$/,
    after: (_, answer) => expect(stripe.ledger.payable()).toContain(answer.session_data.id),
  },
  "initiatePayment of a new customer": {
    begin: async () => ({}),
    act: () => service.initiatePayment(context()),
    path: "/v1/customers",
    after: (_, answer) => expect(answer.session_data.customer).toMatch(/^cus_/),
  },
  updatePayment: {
    begin: () => store.start(service),
    act: (data) => service.updatePayment(context({ amount: 1200, paymentSessionData: data })),
    path: /^\/v1\/payment_intents\/\w+$/,
    after: ({ id }, answer) => {
      expect(answer.session_data.amount).toBe(1200);
      expect(stripe.ledger.payment(id).amount).toBe(1200);
    },
  },
  updatePaymentData: {
    begin: () => store.start(service),
    act: ({ id }) => service.updatePaymentData(id, { description: "a gift" }),
    path: /^\/v1\/payment_intents\/\w+$/,
    after: (_, answer) => expect(answer.description).toBe("a gift"),
  },
  authorizePayment: {
    reads: true,
    begin: () => store.pay(service),
    act: (data) => service.authorizePayment(data, {}),
    path: /^\/v1\/payment_intents\/\w+$/,
    after: (data, answer) => expect(answer).toStrictEqual({ status: "authorized", data }),
  },
  retrievePayment: {
    reads: "only",
    begin: () => store.start(service),
    act: (data) => service.retrievePayment(data),
    path: /^\/v1\/payment_intents\/\w+$/,
    after: (data, answer) => expect(answer).toStrictEqual(data),
  },
  capturePayment: {
    begin: () => store.hold(service),
    act: (data) => service.capturePayment(data),
    path: /\/capture$/,
    after: ({ id }, answer) => {
      expect(answer.status).toBe("succeeded");
      expect(stripe.ledger.moved().filter(({ intent, type }) => intent === id && type === "capture")).toHaveLength(1);
    },
  },
  refundPayment: { ...REFUND, begin: () => store.capture(service) },
  "refundPayment a day later": { ...REFUND, begin: () => store.captureLongAgo(service) },
  "refundPayment at its look-up": {
    reads: true,
    begin: () => store.captureLongAgo(service),
    act: (data) => service.refundPayment(data, 300),
    path: "/v1/refunds",
    method: "GET",
    after: (data, answer) => {
      expect(answer).toMatchObject(data);
      expect(stripe.ledger.payment(data.id).refunded).toBe(300);
    },
  },
  cancelPayment: {
    begin: () => store.hold(service),
    act: (data) => service.cancelPayment(data),
    path: /\/cancel$/,
    after: ({ id }) => expect(stripe.ledger.payment(id)).toMatchObject({ canceled: true, held: 0 }),
  },
  deletePayment: {
    begin: () => store.start(service),
    act: (data) => service.deletePayment(data),
    path: /\/cancel$/,
    after: ({ id }) => expect(stripe.ledger.payable()).not.toContain(id),
  },
};

describe.each(Object.entries(CALLS))("%s", (_, { reads, begin, act, path, method, after }) => {
  test.each(FAULTS)(
    "meets $name: it is an error in time, and its repetition makes it good",
    async ({ fault, change, read }) => {
      const data = await begin();
      const where = fault.kind === "refuse" ? {} : { path, method, times: Infinity };
      const installed = stripe.fault({ ...fault, ...where });
      const startedAt = performance.now();
      const answer = await act(data);
      expect(performance.now() - startedAt).toBeLessThan(LIMITS.deadline_ms + 5_000);
      const isRead = reads === "only" || (reads && !isLate(fault));
      // A kept connection that the server is just closing may carry one more request, whose outcome is not known.
      const mayBeSent = fault.kind === "refuse" && !isRead && answer.code === "outcome_unknown";
      expect(answer).toStrictEqual(failure(mayBeSent ? answer.code : isRead ? read : change));
      if (fault.kind !== "refuse") expect(installed.hits).toBeGreaterThan(0);
      await installed.remove();

      stripe.advance(20_000);
      await after(data, await act(data));
    },
  );
});

describe("getPaymentStatus", () => {
  test.each(FAULTS)("meets $name: it rejects, and its repetition answers", async ({ fault }) => {
    const data = await store.pay(service);
    const where = fault.kind === "refuse" ? {} : { path: `/v1/payment_intents/${data.id}`, times: Infinity };
    const installed = stripe.fault({ ...fault, ...where });
    await expect(service.getPaymentStatus(data)).rejects.toThrow(/getPaymentStatus/);
    await installed.remove();
    expect(await service.getPaymentStatus(data)).toBe("authorized");
  });

  const [REFUSAL, ...OUTAGES] = FAULTS;

  test.each(OUTAGES)("meets $name after an authorization: it is what was read then", async ({ fault }) => {
    const data = await store.pay(service);
    await service.authorizePayment(data, {});
    const where = fault.kind === "refuse" ? {} : { path: `/v1/payment_intents/${data.id}`, times: Infinity };
    stripe.fault({ ...fault, ...where });
    expect(await service.getPaymentStatus(data)).toBe("authorized");
  });

  test("passes on what Stripe itself answers, also after an authorization", async () => {
    const data = await store.pay(service);
    await service.authorizePayment(data, {});
    for (const fault of [REFUSAL.fault, status(401, "stripe"), status(404, "stripe")]) {
      const installed = stripe.fault({ ...fault, path: `/v1/payment_intents/${data.id}`, times: Infinity });
      await expect(service.getPaymentStatus(data)).rejects.toThrow(/getPaymentStatus/);
      await installed.remove();
    }
  });
});

describe("a call that is repeated by itself", () => {
  const patient = () => store.open({ timeout_ms: 300, deadline_ms: 5_000, max_retries: 1 });

  test.each([
    ["429", status(429, "stripe")],
    ["409", status(409, "stripe")],
    ["500", status(500, "stripe")],
    ["a reset connection", { kind: "reset", when: "after" }],
    ["no answer", { kind: "hang", when: "after" }],
  ])("survives %s with the key that it had", async (_, fault) => {
    const one = patient();
    stripe.requests.clear();
    stripe.fault({ ...fault, path: /^\/v1\/payment_intents$/ });
    const { session_data: data } = await one.initiatePayment(
      context({ email: "", resource_id: `cart ${fault.status}` }),
    );
    const keys = stripe.requests.map(({ idempotencyKey }) => idempotencyKey);
    expect(keys).toStrictEqual([keys[0], keys[0]]);
    expect(stripe.ledger.intents({ resource_id: `cart ${fault.status}` }).map(({ id }) => id)).toContain(data.id);
  });

  test("is not where Stripe says that it is of no use", async () => {
    stripe.requests.clear();
    stripe.fault({ ...status(500, "stripe", { headers: { "Stripe-Should-Retry": "false" } }), times: Infinity });
    await patient().initiatePayment(context({ email: "" }));
    expect(stripe.requests).toHaveLength(1);
  });

  test("is not where there is no time for what Stripe asks for", async () => {
    stripe.requests.clear();
    stripe.fault({ ...status(429, "stripe", { headers: { "Retry-After": "60" } }), times: Infinity });
    expect(await patient().initiatePayment(context({ email: "" }))).toStrictEqual(failure("rate_limit"));
    expect(stripe.requests).toHaveLength(1);
  });
});
