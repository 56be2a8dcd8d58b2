const { SERVICES, context, failure, openStripeStore, serviceOf } = require("./support/stripe-store");

let store;
let stripe;
let service;
beforeAll(async () => {
  store = await openStripeStore();
  ({ stripe } = store);
  service = store.open();
});
beforeEach(() => stripe.requests.clear());
afterEach(() => stripe.clearFaults());
afterAll(() => store.close());

const sent = () => stripe.requests.map(({ method, path, params }) => [method, path, params]);
const paths = () => stripe.requests.map(({ method, path }) => `${method} ${path}`);
const truth = ({ id }) => stripe.ledger.payment(id);
const intentPath = ({ id }) => `/v1/payment_intents/${id}`;

describe("the services", () => {
  test.each(Object.entries(SERVICES))("%s is what medusa-payment-stripe registers", (identifier, { file }) => {
    const theirs = require(`medusa-payment-stripe/dist/services/${file}`).default;
    const ours = serviceOf(identifier);
    expect(ours.identifier).toBe(identifier);
    expect(ours.identifier).toBe(theirs.identifier);
    expect(ours.name).toBe(theirs.name);
    expect(store.open({}, { identifier }).getIdentifier()).toBe(identifier);
  });

  test("have the options that they were made with", () => {
    const { options } = store.open({ payment_description: "Mugs" });
    expect(options).toMatchObject({ payment_description: "Mugs", api_base: stripe.url });
  });

  test("are processors of Medusa's", () => {
    const { AbstractPaymentProcessor } = require("@medusajs/medusa/dist/interfaces/payment-processor");
    expect(service).toBeInstanceOf(AbstractPaymentProcessor);
  });
});

test("a payment lives from its start to its last refund", async () => {
  const data = await store.start(service);
  expect(data).toMatchObject({
    object: "payment_intent",
    amount: 1000,
    currency: "eur",
    status: "requires_payment_method",
  });
  expect(await service.getPaymentStatus(data)).toBe("pending");

  const { session_data: updated } = await service.updatePayment(context({ amount: 1500, paymentSessionData: data }));
  expect(updated).toMatchObject({ id: data.id, amount: 1500 });

  await stripe.shopper.confirm(data.client_secret, { card: "ok" });
  expect(await service.authorizePayment(updated, {})).toStrictEqual({ status: "authorized", data: updated });
  const held = await service.retrievePayment(updated);
  expect(held).toMatchObject({ id: data.id, status: "requires_capture", amount_capturable: 1500 });
  expect(await service.getPaymentStatus(held)).toBe("authorized");

  const paid = await service.capturePayment(held);
  expect(paid).toMatchObject({ id: data.id, status: "succeeded", amount_received: 1500 });
  expect(await service.getPaymentStatus(paid)).toBe("authorized");

  const refunded = await service.refundPayment(paid, 400);
  expect(refunded).toMatchObject(paid);
  const all = await service.refundPayment(refunded, 1100);
  expect(all).toMatchObject(paid);
  expect(truth(data)).toMatchObject({ captured: 1500, refunded: 1500 });
});

describe("the wire", () => {
  test("is the version that the JavaScript plugin speaks, with a key on whatever changes something", async () => {
    await service.capturePayment(await store.hold(service));
    const reads = stripe.requests.filter(({ method }) => method === "GET");
    const changes = stripe.requests.filter(({ method }) => method === "POST");
    expect(new Set(stripe.requests.map(({ version }) => version))).toStrictEqual(new Set(["2022-11-15"]));
    expect(reads.map(({ idempotencyKey }) => idempotencyKey)).toStrictEqual(reads.map(() => null));
    expect(new Set(changes.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(changes.length);
    expect(changes.every(({ idempotencyKey }) => idempotencyKey.length > 20)).toBe(true);
  });

  test("of a new payment is a customer, where Medusa knows none, and an intent", async () => {
    const data = await store.start(service, { resource_id: "cart_7", email: "ada@example.com" });
    expect(sent()).toStrictEqual([
      ["POST", "/v1/customers", { email: "ada@example.com" }],
      [
        "POST",
        "/v1/payment_intents",
        {
          amount: "1000",
          currency: "eur",
          metadata: { resource_id: "cart_7" },
          capture_method: "manual",
          customer: data.customer,
        },
      ],
    ]);
  });

  test("takes what the cart's context says before what the options say", async () => {
    const described = store.open({ payment_description: "Mugs", automatic_payment_methods: true, capture: true });
    await store.start(described, {
      context: { payment_description: "Cups", setup_future_usage: "off_session" },
      email: "",
    });
    await store.start(described, { email: "" });
    const common = {
      amount: "1000",
      currency: "eur",
      metadata: { resource_id: "cart_1" },
      capture_method: "automatic",
      automatic_payment_methods: { enabled: "true" },
    };
    expect(sent()).toStrictEqual([
      ["POST", "/v1/payment_intents", { ...common, description: "Cups", setup_future_usage: "off_session" }],
      ["POST", "/v1/payment_intents", { ...common, description: "Mugs" }],
    ]);
  });

  test.each(Object.entries(SERVICES))(
    "of %s has the payment methods of that name",
    async (identifier, { type, currency }) => {
      const one = store.open({}, { identifier });
      const data = await store.start(one, { currency_code: currency ?? "eur", email: "" });
      const [[, , params]] = sent();
      expect(params.payment_method_types).toStrictEqual(type ? [type] : undefined);
      expect(params.capture_method).toBe(type ? "automatic" : "manual");
      expect(data.payment_method_types).toStrictEqual([type ?? "card"]);
    },
  );

  test("of a local method is its own, whatever the options ask for", async () => {
    const one = store.open({ automatic_payment_methods: true, capture: false }, { identifier: "stripe-ideal" });
    await store.start(one, { email: "" });
    const [[, , params]] = sent();
    expect(params).toMatchObject({ payment_method_types: ["ideal"], capture_method: "automatic" });
    expect(params).not.toHaveProperty("automatic_payment_methods");
  });

  test("of a capture, a cancellation and a refund is one change each", async () => {
    const [paid, given] = [await store.hold(service), await store.start(service)];
    stripe.requests.clear();
    const captured = await service.capturePayment(paid);
    await service.cancelPayment(given);
    await service.refundPayment(captured, 300);
    const MARK = expect.stringMatching(/^[0-9a-f]{32}$/);
    expect(sent()).toStrictEqual([
      ["POST", `${intentPath(paid)}/capture`, {}],
      ["POST", `${intentPath(given)}/cancel`, {}],
      ["POST", "/v1/refunds", { payment_intent: paid.id, amount: "300", metadata: { medusa_payment_rs: MARK } }],
    ]);
  });

  test("cannot be led astray by an id", async () => {
    const answer = await service.capturePayment({ id: "../refunds?a=b" });
    expect(answer).toStrictEqual(failure());
    expect(paths()).toStrictEqual(["POST /v1/payment_intents/%2E%2E%2Frefunds%3Fa%3Db/capture"]);
  });
});

describe("a status", () => {
  const confirmed = async (card, options) => {
    const one = store.open(options);
    const data = await store.start(one);
    await stripe.shopper.confirm(data.client_secret, { card });
    return data;
  };

  test.each([
    ["nothing yet", () => store.start(service), "pending"],
    ["a card that is declined", () => confirmed("declined"), "pending"],
    ["a bank that takes its time", () => confirmed("processing"), "pending"],
    ["a question of the bank", () => confirmed("3ds"), "requires_more"],
    ["money that is held", () => confirmed("ok"), "authorized"],
    ["money that was taken at once", () => confirmed("ok", { capture: true }), "authorized"],
  ])("after %s is Medusa's own", async (_, begin, status) => {
    const data = await begin();
    expect(await service.getPaymentStatus(data)).toBe(status);
    expect(await service.authorizePayment(data, {})).toStrictEqual({ status, data });
  });

  test("after a cancellation is canceled", async () => {
    const data = await store.start(service);
    await service.cancelPayment(data);
    expect(await service.getPaymentStatus(data)).toBe("canceled");
    expect(await service.authorizePayment(data, {})).toStrictEqual({ status: "canceled", data });
  });

  test("after the shopper's answer to the bank is what came of it", async () => {
    const data = await confirmed("3ds");
    await stripe.shopper.authenticate(data.client_secret, { ok: true });
    expect((await service.authorizePayment(data, {})).status).toBe("authorized");
  });

  test("that Stripe has invented since is no money", async () => {
    const data = await store.start(service);
    const intent = { ...data, status: "requires_patience" };
    stripe.fault({ kind: "status", status: 200, body: intent, path: intentPath(data) });
    expect(await service.getPaymentStatus(data)).toBe("pending");
  });
});

describe("the customer", () => {
  test("of a guest is made once, and Medusa is asked to remember it", async () => {
    const guest = { id: "cus_m1", email: "guest@example.com", has_account: false, metadata: {} };
    const first = await service.initiatePayment(context({ customer: guest, email: guest.email }));
    const { stripe_id: id } = first.update_requests.customer_metadata;
    expect(first.session_data.customer).toBe(id);
    expect(stripe.ledger.customers().at(-1)).toMatchObject({ id, email: guest.email });

    const known = { ...guest, metadata: first.update_requests.customer_metadata };
    stripe.requests.clear();
    const second = await service.initiatePayment(context({ customer: known }));
    expect(second.session_data.customer).toBe(id);
    expect(second).not.toHaveProperty("update_requests");
    expect(paths()).toStrictEqual([
      "GET /v1/payment_intents",
      "POST /v1/payment_intents",
      `POST /v1/payment_intents/${first.session_data.id}/cancel`,
    ]);
  });

  test.each([
    undefined,
    null,
    { id: "cus_m1" },
    { id: "cus_m1", metadata: null },
    { id: "cus_m1", metadata: { stripe_id: "" } },
  ])("%j is a new one", async (customer) => {
    const { session_data: data, update_requests: requests } = await service.initiatePayment(context({ customer }));
    expect(requests).toStrictEqual({ customer_metadata: { stripe_id: data.customer } });
  });

  test("is missing without an e-mail address", async () => {
    for (const email of ["", null, undefined]) {
      const { session_data: data, update_requests: requests } = await service.initiatePayment(context({ email }));
      expect([data.customer, requests]).toStrictEqual([null, undefined]);
    }
  });

  test("of a guest stays through all updates of a cart, and so does the intent", async () => {
    const guest = { id: "cus_m2", email: "guest@example.com", has_account: false, metadata: {} };
    let data = await store.start(service, { customer: guest });
    stripe.requests.clear();
    for (const changes of [
      { amount: 1200 },
      { amount: 1200, email: "other@example.com" },
      { amount: 1300, customer: { ...guest, id: "cus_m3" } },
      { amount: 1400, customer: { ...guest, metadata: null } },
      { amount: 1500, customer: { ...guest, metadata: { stripe_id: data.customer } } },
      { amount: 1600, customer: undefined },
      { amount: 1700, customer: { ...guest, id: "cus_m6", metadata: { stripe_id: "cus_who_bought_before" } } },
    ]) {
      const update = await service.updatePayment(context({ customer: guest, ...changes, paymentSessionData: data }));
      data = update?.session_data ?? data;
      expect(data.amount).toBe(changes.amount);
    }
    expect(new Set(paths())).toStrictEqual(new Set([`POST ${intentPath(data)}`, `GET ${intentPath(data)}`]));
  });

  test("of a guest stays if Medusa named no customer when it refreshed the session", async () => {
    const data = await store.start(service, { customer: undefined });
    stripe.requests.clear();
    const guest = { id: "cus_m7", has_account: false, metadata: { stripe_id: "cus_of_the_first_session" } };
    expect(await service.updatePayment(context({ customer: guest, paymentSessionData: data }))).toBeUndefined();
    expect(paths()).toStrictEqual([`GET ${intentPath(data)}`]);
  });

  test("who logs out leaves the intent behind, which cannot be paid any more", async () => {
    const account = { id: "cus_m8", has_account: true, metadata: {} };
    const { customer: before } = await store.start(service);
    for (const metadata of [{}, { stripe_id: before }]) {
      const data = await store.start(service, { customer: account });
      const guest = { id: "cus_m9", has_account: false, metadata };
      const update = await service.updatePayment(context({ customer: guest, paymentSessionData: data }));
      expect(update.session_data.customer).not.toBe(data.customer);
      expect(stripe.ledger.payable()).not.toContain(data.id);
    }
  });

  test("who logs in gets an intent of their own, and the guest's cannot be paid any more", async () => {
    const guest = { id: "cus_m4", has_account: false, metadata: {} };
    const data = await store.start(service, { customer: guest });
    const account = { id: "cus_m5", has_account: true, metadata: {} };
    const update = await service.updatePayment(context({ customer: account, paymentSessionData: data }));
    expect(update.session_data.id).not.toBe(data.id);
    expect(update.update_requests.customer_metadata.stripe_id).toBe(update.session_data.customer);
    expect(stripe.ledger.payable()).toContain(update.session_data.id);
    expect(stripe.ledger.payable()).not.toContain(data.id);

    stripe.requests.clear();
    const known = { ...account, metadata: update.update_requests.customer_metadata };
    const next = context({ customer: known, paymentSessionData: update.session_data });
    expect(await service.updatePayment(next)).toBeUndefined();
    expect(paths()).toStrictEqual([`GET ${intentPath(update.session_data)}`]);
  });
});

describe("an update", () => {
  const update = (data, changes) => service.updatePayment(context({ paymentSessionData: data, ...changes }));

  test("of nothing only looks whether the intent can be paid, and answers nothing", async () => {
    const data = await store.start(service);
    stripe.requests.clear();
    expect(await update(data)).toBeUndefined();
    expect(paths()).toStrictEqual([`GET ${intentPath(data)}`]);
  });

  test("of the currency makes a new intent, and the old one cannot be paid any more", async () => {
    const data = await store.start(service);
    const { session_data: after } = await update(data, { currency_code: "usd", amount: 1100 });
    expect(after).toMatchObject({ currency: "usd", amount: 1100 });
    expect(truth(data).canceled).toBe(true);
    await expect(stripe.shopper.confirm(data.client_secret, { card: "ok" })).rejects.toThrow(/canceled/);
  });

  test("succeeds although the old intent cannot be canceled, which the next call makes up for", async () => {
    const data = await store.start(service);
    const fault = stripe.fault({ kind: "status", status: 500, path: `${intentPath(data)}/cancel`, times: Infinity });
    const { session_data: after } = await update(data, { currency_code: "usd" });
    expect(after.id).not.toBe(data.id);
    expect(stripe.ledger.payable()).toContain(data.id);
    expect(store.logger.lines.map(([, line]) => line)).toContainEqual(
      expect.stringContaining(`${data.id} over 1000 (minor units), which another`),
    );
    await fault.remove();
    await service.updatePayment(context({ currency_code: "usd", paymentSessionData: after }));
    expect(stripe.ledger.payable()).not.toContain(data.id);
    expect(stripe.ledger.payable()).toContain(after.id);
  });

  test.each([
    ["held", () => store.pay(service)],
    ["taken", () => store.pay(store.open({ capture: true }))],
  ])(
    "of a payment whose money is %s changes nothing at Stripe, and makes no order of another amount",
    async (_, begin) => {
      const data = await begin();
      const before = truth(data);
      for (const changes of [{ currency_code: "usd" }, { amount: 1200, currency_code: "usd" }]) {
        const answer = await update(data, changes);
        expect(answer).toStrictEqual(failure("payment_intent_unexpected_state"));
      }
      const { session_data: after } = await update(data, { amount: 1200 });
      expect(after).toMatchObject({ id: data.id, amount: 1200 });
      expect(await service.authorizePayment(after, {})).toStrictEqual(failure("amount_mismatch"));
      const { session_data: back } = await update(after);
      expect((await service.authorizePayment(back, {})).status).toBe("authorized");
      expect(truth(data)).toStrictEqual(before);
      expect(await update(data, { email: "new@example.com" })).toBeUndefined();
    },
  );

  test("of an intent that the account does not have starts anew", async () => {
    const { session_data: data } = await update({ id: "pi_of_another_account", amount: 1, currency: "eur" });
    expect(data).toMatchObject({ amount: 1000 });
    expect(data.id).not.toBe("pi_of_another_account");
  });

  test("of a session without an intent starts one", async () => {
    const { session_data: data } = await update({});
    expect(data).toMatchObject({ object: "payment_intent", amount: 1000 });
  });
});

describe("an authorization over another amount than the cart's", () => {
  test("is refused where the money is held, and the money can be released", async () => {
    const data = await store.pay(service);
    const session = { ...data, amount: 1200 };
    const answer = await service.authorizePayment(session, {});
    expect(answer).toStrictEqual(failure("amount_mismatch"));
    for (const amount of ["1000", "1200"]) expect(answer.detail).toContain(amount);
    await service.deletePayment(session);
    expect(truth(data)).toMatchObject({ canceled: true, held: 0 });
  });

  test("is set right where nothing is paid yet", async () => {
    const data = await store.start(service);
    const session = { ...data, amount: 1200 };
    expect((await service.authorizePayment(session, {})).status).toBe("pending");
    expect(truth(data).amount).toBe(1200);
  });
});

describe("what is done already is done", () => {
  test("a capture", async () => {
    const data = await store.hold(service);
    await stripe.dashboard.capture(data.id);
    expect(await service.capturePayment(data)).toMatchObject({ id: data.id, status: "succeeded" });
    expect(truth(data).captured).toBe(1000);
  });

  test("a cancellation", async () => {
    const data = await store.start(service);
    await stripe.dashboard.cancel(data.id);
    expect(await service.cancelPayment(data)).toMatchObject({ id: data.id, status: "canceled" });
    expect(await service.deletePayment(data)).toMatchObject({ id: data.id, status: "canceled" });
  });

  test("a capture of a part is not one of the whole", async () => {
    const data = await store.hold(service);
    await stripe.dashboard.capture(data.id, { amount: 400 });
    expect(await service.capturePayment(data)).toStrictEqual(failure("partially_captured"));
  });

  test("what was never made needs no cancellation, and moves no money", async () => {
    expect(await service.cancelPayment({ note: 1 })).toStrictEqual({ note: 1 });
    expect(await service.deletePayment({})).toStrictEqual({});
    expect(await service.deletePayment({ id: "pi_of_another_account" })).toStrictEqual({ id: "pi_of_another_account" });
    for (const name of ["capturePayment", "retrievePayment"]) {
      expect(await service[name]({})).toStrictEqual(failure("missing_payment_intent"));
    }
    expect(await service.authorizePayment({}, {})).toStrictEqual(failure("missing_payment_intent"));
    expect(await service.refundPayment({}, 1)).toStrictEqual(failure("missing_payment_intent"));
    await expect(service.getPaymentStatus({})).rejects.toThrow(/getPaymentStatus/);
  });
});

describe("what Stripe refuses", () => {
  test.each([
    [
      "to capture what is canceled",
      async () => {
        const data = await store.hold(service);
        await stripe.dashboard.cancel(data.id);
        return service.capturePayment(data);
      },
    ],
    ["to capture what is not paid", async () => service.capturePayment(await store.start(service))],
    ["to cancel what is captured", async () => service.cancelPayment(await store.capture(service))],
    ["to delete what is captured", async () => service.deletePayment(await store.capture(service))],
    ["to refund what is only held", async () => service.refundPayment(await store.hold(service), 1)],
  ])("%s is an error with Stripe's reason", async (_, act) => {
    const answer = await act();
    expect(answer).toStrictEqual(failure("payment_intent_unexpected_state"));
    expect(answer.error).toMatch(/^(capture|cancel|delete|refund)_payment of pi_\w+ was refused by Stripe$/);
    expect(answer.detail).toMatch(/\(Stripe's request id: req_\w+\)$/);
  });

  test("about a payment that it does not have is an error", async () => {
    for (const name of ["retrievePayment", "capturePayment"]) {
      expect(await service[name]({ id: "pi_0" })).toStrictEqual(failure("resource_missing"));
    }
    expect(await service.refundPayment({ id: "pi_0" }, 1)).toStrictEqual(failure("resource_missing"));
  });

  test.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, "5", null, undefined])(
    "to refund %p never gets to Stripe",
    async (amount) => {
      const data = await store.capture(service);
      stripe.requests.clear();
      await service.refundPayment(data, amount).then(
        (answer) => expect(answer).toStrictEqual(failure()),
        (error) => expect(error).toBeInstanceOf(TypeError),
      );
      expect(paths()).toStrictEqual([]);
    },
  );
});

describe("money", () => {
  test.each([
    ["jpy", 500],
    ["krw", 12_345],
    ["usd", 99_999_999],
  ])("in %s is Stripe's own smallest unit", async (currency_code, amount) => {
    const data = await store.capture(service, { currency_code, amount });
    expect(truth(data)).toMatchObject({ currency: currency_code, captured: amount });
    await service.refundPayment(data, amount);
    expect(truth(data).refunded).toBe(amount);
  });

  test.each(["kwd", "bhd", "jod", "omr", "tnd"])("in %s comes in steps of ten", async (currency_code) => {
    const data = await store.capture(service, { currency_code, amount: 12_340 });
    stripe.requests.clear();
    expect(await service.initiatePayment(context({ currency_code, amount: 12_345 }))).toStrictEqual(
      failure("invalid_amount"),
    );
    expect(await service.refundPayment(data, 5)).toStrictEqual(failure("invalid_amount"));
    const changed = context({ currency_code, amount: 12_341, paymentSessionData: data });
    expect(await service.updatePayment(changed)).toStrictEqual(failure("invalid_amount"));
    expect(paths()).toStrictEqual([]);
  });
});

describe("what this version does not know", () => {
  const withNews = (data) => ({
    ...data,
    invented: { by: "Stripe", since: 2031.5, list: [1, null] },
    amount_details: {},
  });

  test("in an intent is kept, from Stripe and from Medusa's rows", async () => {
    const data = await store.hold(service);
    const fault = { kind: "status", status: 200, body: withNews(data), path: intentPath(data), times: 2 };
    stripe.fault(fault);
    expect(await service.retrievePayment(data)).toStrictEqual(withNews(data));
    const row = { ...withNews(data), note: "by the store" };
    expect(await service.authorizePayment(row, {})).toStrictEqual({ status: "authorized", data: row });
    await stripe.clearFaults();
    const paid = { ...(await service.capturePayment(data)), note: "by the store" };
    expect(await service.refundPayment(paid, 1)).toMatchObject(paid);
  });

  test("in a cart is no problem", async () => {
    const data = await store.start(service, { billing_address: null, context: null, invented: { a: 1 } });
    expect(data.amount).toBe(1000);
  });
});

describe("calls at once", () => {
  test("of two captures take the money once, and both know it", async () => {
    const data = await store.hold(service);
    const answers = await Promise.all([service.capturePayment(data), service.capturePayment(data)]);
    for (const answer of answers) expect(answer).toMatchObject({ id: data.id, status: "succeeded" });
    expect(stripe.ledger.moved().filter(({ intent, type }) => intent === data.id && type === "capture")).toHaveLength(
      1,
    );
  });

  test("of a capture and a cancellation do one of them", async () => {
    const data = await store.hold(service);
    const [captured, canceled] = await Promise.all([service.capturePayment(data), service.cancelPayment(data)]);
    const { captured: amount, canceled: isCanceled } = truth(data);
    expect("error" in captured).toBe(amount === 0);
    expect("error" in canceled).toBe(!isCanceled);
    expect(amount > 0).not.toBe(isCanceled);
  });

  test("of authorizations answer all of them", async () => {
    const data = await store.pay(service);
    const answers = await Promise.all(Array.from({ length: 5 }, () => service.authorizePayment(data, {})));
    expect(answers).toStrictEqual(Array(5).fill({ status: "authorized", data }));
  });

  test("of a hundred payments keep them apart", async () => {
    const amounts = Array.from({ length: 100 }, (_, index) => 1000 + index);
    const started = await Promise.all(amounts.map((amount) => store.start(service, { amount, email: "" })));
    expect(started.map(({ amount }) => amount)).toStrictEqual(amounts);
    expect(new Set(started.map(({ id }) => id)).size).toBe(100);
  });
});
