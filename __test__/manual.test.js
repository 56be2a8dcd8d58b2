const { PaymentSessionStatus } = require("medusa-payment-rs");
const ManualService = require("medusa-payment-rs/services/manual-payment").default;
const { context } = require("./support/payments");

const manual = new ManualService({}, {});

let last = 0;

/** The books of a payment of its own: a second refund of one with the same books is held back for a while. */
const books = (changes = {}) => ({
  id: `manual_${++last}`,
  status: "pending",
  amount: 1000,
  currency: "eur",
  captured: 0,
  refunded: 0,
  ...changes,
});
const authorized = () => books({ status: "authorized" });
const captured = (changes) => books({ status: "captured", captured: 1000, ...changes });
const canceled = () => books({ status: "canceled" });

const refusal = (code) => ({ error: expect.stringMatching(/\S/), code, detail: expect.stringMatching(/\S/) });

test("the service registers as medusa-payment-manual does", () => {
  expect(ManualService.identifier).toBe("manual");
  expect(ManualService.name).toBe(require("medusa-payment-manual/services/manual-payment").default.name);
});

test("a payment lives from its start to its last refund", async () => {
  const { session_data: started } = await manual.initiatePayment(context());
  const id = started.id;
  expect(id).toMatch(/^manual_./);
  expect(started).toStrictEqual(books({ id }));
  expect(Object.keys(started)).toStrictEqual(Object.keys(books()));
  expect(await manual.getPaymentStatus(started)).toBe(PaymentSessionStatus.PENDING);

  const { session_data: updated } = await manual.updatePayment(context({ amount: 1500, paymentSessionData: started }));
  expect(updated).toStrictEqual(books({ id, amount: 1500 }));

  const { status, data: held } = await manual.authorizePayment(updated, { ip_address: "::1" });
  expect(status).toBe(PaymentSessionStatus.AUTHORIZED);
  expect(held).toStrictEqual(books({ id, amount: 1500, status: "authorized" }));
  expect(await manual.retrievePayment(held)).toStrictEqual(held);
  expect(await manual.getPaymentStatus(held)).toBe(PaymentSessionStatus.AUTHORIZED);

  const paid = await manual.capturePayment(held);
  expect(paid).toStrictEqual(books({ id, amount: 1500, status: "captured", captured: 1500 }));

  const some = await manual.refundPayment(paid, 500);
  expect(some).toStrictEqual({ ...paid, refunded: 500 });
  const all = await manual.refundPayment(some, 1000);
  expect(all).toStrictEqual({ ...paid, refunded: 1500 });
  expect(await manual.refundPayment(all, 1)).toStrictEqual(refusal("refund_exceeds_captured"));
});

test("every payment has an id of its own", async () => {
  const sessions = await Promise.all(Array.from({ length: 100 }, () => manual.initiatePayment(context())));
  expect(new Set(sessions.map(({ session_data: data }) => data.id)).size).toBe(100);
});

test("a payment that is not wanted any more is canceled", async () => {
  const data = authorized();
  expect(await manual.cancelPayment(data)).toStrictEqual({ ...data, status: "canceled" });
  expect(await manual.deletePayment(data)).toStrictEqual({ ...data, status: "canceled" });
  expect(await manual.getPaymentStatus(canceled())).toBe(PaymentSessionStatus.CANCELED);
});

test("what is done already is done", async () => {
  const [held, paid, over] = [authorized(), captured(), canceled()];
  expect(await manual.capturePayment(paid)).toStrictEqual(paid);
  expect(await manual.cancelPayment(over)).toStrictEqual(over);
  expect(await manual.deletePayment(over)).toStrictEqual(over);
  expect(await manual.authorizePayment(held, {})).toStrictEqual({ status: "authorized", data: held });
});

test("Medusa, which has no status for captured payments, hears that they are authorized", async () => {
  const data = captured();
  expect(await manual.getPaymentStatus(data)).toBe(PaymentSessionStatus.AUTHORIZED);
  expect(await manual.authorizePayment(data, {})).toStrictEqual({ status: "authorized", data });
});

test("a canceled payment is not authorized again", async () => {
  const data = canceled();
  expect(await manual.authorizePayment(data, {})).toStrictEqual({ status: "canceled", data });
});

test.each([
  ["capture what is canceled", () => manual.capturePayment(canceled()), "payment_canceled"],
  ["cancel what is captured", () => manual.cancelPayment(captured()), "payment_captured"],
  ["delete what is captured", () => manual.deletePayment(captured()), "payment_captured"],
  ["cancel what is refunded", () => manual.cancelPayment(captured({ refunded: 1000 })), "payment_captured"],
  ["refund what is canceled", () => manual.refundPayment(canceled(), 1), "payment_canceled"],
  ["refund what is not captured", () => manual.refundPayment(authorized(), 1), "refund_exceeds_captured"],
  ["refund more than was captured", () => manual.refundPayment(captured(), 1001), "refund_exceeds_captured"],
  ["refund more than is left", () => manual.refundPayment(captured({ refunded: 600 }), 401), "refund_exceeds_captured"],
  [
    "refund so much that the sum is no amount",
    () => manual.refundPayment(captured({ refunded: 1000 }), Number.MAX_SAFE_INTEGER),
    "refund_exceeds_captured",
  ],
])("it refuses to %s", async (_, action, code) => {
  expect(await action()).toStrictEqual(refusal(code));
});

test("a refused refund says what is left, in the payment's currency", async () => {
  const { detail } = await manual.refundPayment(captured({ refunded: 600 }), 401);
  for (const text of ["401 EUR", "1000 captured", "600 refunded"]) expect(detail).toContain(text);
});

test("of refunds at the same time one is made, and the others are made once they know of it", async () => {
  const paid = captured();
  const answers = await Promise.all([700, 700, 300].map((amount) => manual.refundPayment(paid, amount)));
  const [made, ...more] = answers.filter((answer) => !("error" in answer));
  expect(more).toStrictEqual([]);
  expect(answers.filter((answer) => answer !== made)).toStrictEqual(Array(2).fill(refusal("temporarily_unavailable")));
  const left = 1000 - made.refunded;
  expect(await manual.refundPayment(made, left)).toStrictEqual({ ...paid, refunded: 1000 });
});

test("a refund that knows of none of the others is not made, however many there were", async () => {
  const paid = captured();
  const first = await manual.refundPayment(paid, 600);
  expect(await manual.refundPayment(first, 300)).toStrictEqual({ ...paid, refunded: 900 });
  expect(await manual.refundPayment(paid, 900)).toStrictEqual(refusal("temporarily_unavailable"));
});

describe("an update", () => {
  const update = (data, changes) => manual.updatePayment(context({ paymentSessionData: data, ...changes }));

  test("of amount or currency has to be authorized again", async () => {
    const data = authorized();
    expect(await update(data, { amount: 7 })).toStrictEqual({
      session_data: { ...data, status: "pending", amount: 7 },
    });
    expect(await update(data, { currency_code: "usd" })).toStrictEqual({
      session_data: { ...data, status: "pending", currency: "usd" },
    });
  });

  test("of neither leaves the payment as it is", async () => {
    const data = authorized();
    expect(await update(data, { email: "new@example.com" })).toStrictEqual({ session_data: data });
  });

  test.each([
    ["captured", captured],
    ["canceled", canceled],
  ])("leaves a %s payment alone", async (_, data) => {
    expect(await update(data(), { amount: 7 })).toBeUndefined();
  });
});

describe("what a shopper's browser posts", () => {
  test("is kept where it is theirs", async () => {
    expect(await manual.updatePaymentData("ps_1", { note: "ring twice" })).toStrictEqual({ note: "ring twice" });
    expect(await manual.updatePaymentData("ps_1", {})).toStrictEqual({});
  });

  test.each(Object.keys(books()))("cannot set `%s`", async (member) => {
    const answer = await manual.updatePaymentData("ps_1", { note: "x", [member]: 1 });
    expect(answer).toStrictEqual(refusal("field_not_allowed"));
    expect(answer.detail).toContain(member);
  });
});

describe("a row that medusa-payment-manual wrote", () => {
  const updated = { ...books(), id: expect.stringMatching(/^manual_./) };
  test.each([
    ["authorized", () => manual.authorizePayment({}, {}), { status: "authorized", data: { status: "authorized" } }],
    ["asked for its status", () => manual.getPaymentStatus({}), "authorized"],
    ["retrieved", () => manual.retrievePayment({}), {}],
    ["captured", () => manual.capturePayment({}), { status: "captured" }],
    ["captured twice", () => manual.capturePayment({ status: "captured" }), { status: "captured" }],
    ["canceled", () => manual.cancelPayment({}), { status: "canceled" }],
    ["deleted", () => manual.deletePayment({}), { status: "canceled" }],
    ["refunded", () => manual.refundPayment({ status: "captured" }, 700), { status: "captured", refunded: 700 }],
    ["refunded without a status", () => manual.refundPayment({}, 700), { refunded: 700 }],
    [
      "refunded again",
      () => manual.refundPayment({ status: "captured", refunded: 700 }, 700),
      { status: "captured", refunded: 1400 },
    ],
    [
      "updated",
      () => manual.updatePayment(context({ paymentSessionData: { status: "pending" } })),
      { session_data: updated },
    ],
  ])("can be %s", async (_, action, expected) => {
    expect(await action()).toStrictEqual(expected);
  });

  test.each([{ status: "shipped" }, { status: 3 }, { status: null }, { status: "" }])(
    "%j counts as not captured yet",
    async (data) => {
      expect(await manual.getPaymentStatus(data)).toBe("authorized");
      expect(await manual.capturePayment(data)).toStrictEqual({ status: "captured" });
      expect(await manual.cancelPayment(data)).toStrictEqual({ status: "canceled" });
    },
  );
});

test("what it does not know comes back unchanged and in its place", async () => {
  const data = { note: { b: 1.5, a: null }, ...authorized(), tags: ["x"] };
  const paid = await manual.capturePayment(data);
  expect(paid).toStrictEqual({ ...data, status: "captured", captured: 1000 });
  expect(Object.keys(paid)).toStrictEqual(Object.keys(data));
  expect(await manual.refundPayment(paid, 1)).toStrictEqual({ ...paid, refunded: 1 });
});

describe("data that was changed by hand", () => {
  test.each([
    ["captured", "all"],
    ["captured", -1000],
    ["refunded", "none"],
    ["refunded", -500],
  ])("%s: %p never let more out than was captured", async (member, value) => {
    const answer = await manual.refundPayment(captured({ [member]: value }), 1001);
    expect(answer).toStrictEqual(refusal("refund_exceeds_captured"));
  });

  test.each(["ten", -1, 10.5])("amount: %p leave the ceiling of a refund to Medusa", async (amount) => {
    const data = captured({ amount });
    expect(await manual.refundPayment(data, 1001)).toStrictEqual({ ...data, refunded: 1001 });
  });
});
