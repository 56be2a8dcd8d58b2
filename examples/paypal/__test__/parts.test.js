// Captures in parts, as Medusa 2 makes them, and refunds of what was captured in parts: whatever is lost on the way, its
// rows are what PayPal has moved.

const { startFakePayPal } = require("./support/fake-paypal");
const { PaymentModule } = require("./support/payment-module");

/** Longer than another server takes to store what PayPal answered. */
const STORING_S = 60;

let fake;
let payment;
beforeEach(async () => {
  fake = await startFakePayPal();
  payment = await PaymentModule.authorized(fake, 15);
});
afterEach(() => fake.close());

const moved = () => fake.moved(payment.data.id);
const sumOf = (kind) =>
  fake.account.ledger.filter((entry) => entry.kind === kind).reduce((sum, { value }) => sum + Number(value), 0);
const finals = () => fake.sent("POST", /\/capture$/).map(({ body }) => JSON.parse(body).final_capture);
const order = () => fake.account.find("orders", payment.data.id);

function assertBooksEqualLedger() {
  expect(payment.recorded.captures.toSorted()).toEqual(
    moved()
      .filter((line) => line.startsWith("capture"))
      .toSorted(),
  );
  expect(payment.recorded.refunded).toBe(sumOf("refund"));
}

async function captured(...parts) {
  for (const part of parts) {
    await payment.capture(part);
    payment.settle();
  }
}

const eur = (value) => ({ currency_code: "EUR", value });

/** A person captures a part in PayPal's dashboard. */
const capturedInTheDashboard = (value) =>
  fake.account.captureAuthorization(order().authorizations[0].id, { amount: eur(value) });

describe("a capture of a part", () => {
  test("takes the part, and the one that takes the rest is the final one", async () => {
    await captured(5);
    expect(order().authorizations[0].status).toBe("PARTIALLY_CAPTURED");
    expect(await payment.status()).toMatchObject({ status: "authorized" });
    await captured(5, 5);
    expect(moved()).toEqual(["hold 15.00", "capture 5.00", "capture 5.00", "capture 5.00"]);
    expect(finals()).toEqual([false, false, true]);
    expect(await payment.status()).toMatchObject({ status: "captured" });
  });

  test.each(["reset", "truncate", "hang", "html", 500])(
    "whose reply is lost (%s) is taken once when it is repeated, after a restart too",
    async (how) => {
      fake.break(how, { on: /\/capture$/, when: "after" });
      await expect(payment.capture(5)).rejects.toThrow(/outcome_unknown|Retry/);
      payment.restart(fake);
      await captured(5);
      await captured(10);
      expect(moved()).toEqual(["hold 15.00", "capture 5.00", "capture 10.00"]);
      assertBooksEqualLedger();
    },
  );

  test("whose reply is lost is not taken again, by the call's own retry or by the operator's", async () => {
    payment.restart(fake, { max_retries: 2 });
    fake.break("reset", { on: /\/capture$/, when: "after" });
    // The call may find the part itself, or leave that to the next one, which reads Medusa's rows anew.
    const [first] = await Promise.allSettled([payment.capture(5)]);
    if (first.status === "rejected") await payment.capture(5);
    expect(moved()).toEqual(["hold 15.00", "capture 5.00"]);
    assertBooksEqualLedger();
  });

  test("whose reply is lost is part of the whole that is captured then", async () => {
    fake.break("reset", { on: /\/capture$/, when: "after" });
    await expect(payment.capture(5)).rejects.toThrow(/not confirmed/);
    await payment.capture(15);
    expect(moved()).toEqual(["hold 15.00", "capture 5.00", "capture 10.00"]);
    expect(payment.captures).toMatchObject([{ amount: 15 }]);
  });

  test("whose data could not be read afterwards is followed by another of the same amount", async () => {
    fake.break({ delay: 1 }, { on: /^GET .*orders/ });
    fake.break(503, { on: /^GET .*orders/ });
    await captured(5);
    expect(payment.data.purchase_units[0].payments.captures).toBeUndefined();
    await captured(5);
    expect(moved()).toEqual(["hold 15.00", "capture 5.00", "capture 5.00"]);
  });

  test("takes nothing if it would be more than is held, although PayPal would take it", async () => {
    payment.amount = 16;
    await captured(10);
    await expect(payment.capture(6)).rejects.toThrow(/amount_too_large.*500/s);
    expect(moved()).toEqual(["hold 15.00", "capture 10.00"]);
  });

  test("that PayPal has not decided on is recorded once it has, and takes nothing until then", async () => {
    fake.pendCaptures("PENDING_REVIEW");
    await expect(payment.capture(5)).rejects.toThrow(/PENDING_REVIEW/);
    await expect(payment.capture(5)).rejects.toThrow(/PENDING_REVIEW/);
    await expect(payment.capture(15)).rejects.toThrow(/PENDING_REVIEW/);
    fake.pendCaptures(undefined);
    fake.decide(order().captures[0]);
    await payment.capture(5);
    expect(moved()).toEqual(["hold 15.00", "capture 5.00"]);
    assertBooksEqualLedger();
  });

  test("records the part that was taken in PayPal's dashboard, and no other amount", async () => {
    capturedInTheDashboard("4.00");
    await expect(payment.capture(5)).rejects.toThrow(/captures_differ/);
    await payment.capture(4);
    expect(moved()).toEqual(["hold 15.00", "capture 4.00"]);
    assertBooksEqualLedger();
  });

  test("of the amount that another server is taking has to wait, and leaves nothing unknown", async () => {
    capturedInTheDashboard("5.00");
    const capture = payment.capture(5);
    payment.captures.push({ id: "capt_other", amount: 5, created_at: new Date() }); // after the rows were read
    await expect(capture).rejects.toThrow(/has to wait(?!.*not known)/s);
    expect(moved()).toEqual(["hold 15.00", "capture 5.00"]);
    assertBooksEqualLedger();
  });

  test("is refused once the rest was released", async () => {
    await captured(5);
    fake.account.voidAuthorization(order().authorizations[0].id);
    await expect(payment.capture(5)).rejects.toThrow(/nothing_left_to_capture/);
    assertBooksEqualLedger();
  });
});

describe("PayPal's event of a captured part", () => {
  const eventOf = (capture) => fake.webhooks.delivery("PAYMENT.CAPTURE.COMPLETED", fake.account.capture(capture));

  test("has Medusa capture nothing, wherever the part was captured", async () => {
    await captured(5);
    expect(await payment.webhook(eventOf(order().captures[0]))).toMatchObject({ action: "not_supported" });
    expect(await payment.webhook(eventOf(capturedInTheDashboard("4.00")))).toMatchObject({ action: "not_supported" });
  });

  test("is told if the part is the whole", async () => {
    await captured(15);
    expect(await payment.webhook(eventOf(order().captures[0]))).toMatchObject({ action: "captured" });
  });
});

describe("a cancellation after a part", () => {
  test("releases the rest, once, and leaves the part to be refunded", async () => {
    await captured(5);
    await payment.cancel();
    await payment.refund(5);
    await payment.cancel();
    expect(moved()).toEqual(["hold 15.00", "capture 5.00", "release 10.00", "refund 5.00"]);
  });

  test("whose reply is lost is done once", async () => {
    await captured(5);
    fake.break("reset", { on: /\/void$/, when: "after" });
    await expect(payment.cancel()).rejects.toThrow(/not confirmed/);
    expect(moved()).toEqual(["hold 15.00", "capture 5.00", "release 10.00"]);
  });

  test("releases nothing if PayPal has taken a part that Medusa does not know of", async () => {
    await captured(5);
    capturedInTheDashboard("4.00");
    await expect(payment.cancel()).rejects.toThrow(/already_captured/);
    expect(moved()).toEqual(["hold 15.00", "capture 5.00", "capture 4.00"]);
  });
});

describe("a refund of what was captured in parts", () => {
  beforeEach(() => captured(5, 10));

  /** The refunds at PayPal, by the captures that they come from. */
  const refunds = () =>
    order().captures.map((capture) => capture.refunds.map(({ amount }) => amount.thousandths / 1000));

  test("comes from the capture that it fits best", async () => {
    for (const amount of [5, 7, 3]) {
      await payment.refund(amount);
      fake.pass(STORING_S);
    }
    expect(refunds()).toEqual([[5], [7, 3]]);
    assertBooksEqualLedger();
  });

  test("that no single capture can give back comes from several, and is one to Medusa", async () => {
    await payment.refund(12);
    payment.settle();
    fake.pass(STORING_S);
    await payment.refund(3);
    expect(refunds()).toEqual([[5], [7, 3]]);
    assertBooksEqualLedger();
  });

  describe.each([
    ["first", 0],
    ["second", 1],
  ])("if the reply about its %s share is", (_, before) => {
    const breakShare = (how, when) => {
      if (before > 0) fake.break({ delay: 1 }, { on: /\/refund$/, times: before });
      fake.break(how, { on: /\/refund$/, when });
    };

    test.each(
      ["reset", "truncate", "hang", "html", 503].flatMap((how) => [
        [how, "before"],
        [how, "after"],
      ]),
    )("lost (%s, %s it is served), it is paid once when it is repeated, after a restart too", async (how, when) => {
      breakShare(how, when);
      await expect(payment.refund(15)).rejects.toThrow(/Retry/);
      payment.restart(fake);
      fake.pass(STORING_S);
      await payment.refund(15);
      expect(refunds()).toEqual([[5], [10]]);
      assertBooksEqualLedger();
    });

    test("lost, it is repeated within the call", async () => {
      payment.restart(fake, { max_retries: 2 });
      breakShare("reset", "after");
      await payment.refund(15);
      expect(refunds()).toEqual([[5], [10]]);
      assertBooksEqualLedger();
    });
  });

  test("of which one share was paid is recorded as that if the operator wants no more", async () => {
    fake.break({ delay: 1 }, { on: /\/refund$/ });
    fake.break(422, { on: /\/refund$/ });
    await expect(payment.refund(15)).rejects.toThrow(/a refund of 500 records what was/);
    fake.pass(STORING_S);
    await payment.refund(5);
    await payment.refund(10);
    expect(refunds()).toEqual([[5], [10]]);
    assertBooksEqualLedger();
  });

  test("is refused if PayPal has less left than Medusa, and nothing is moved", async () => {
    fake.account.refundCapture(order().captures[1].id, { amount: eur("1.00") });
    await expect(payment.refund(15)).rejects.toThrow(/refund_exceeds_captures/);
    expect(sumOf("refund")).toBe(1);
  });

  test("two at once with the same data are recorded as they were paid", async () => {
    const results = await Promise.allSettled([payment.refund(7), payment.refund(8)]);
    expect(results.map(({ status }) => status)).toContain("fulfilled");
    assertBooksEqualLedger();
  });
});
