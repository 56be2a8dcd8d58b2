const { failure, open } = require("./support/paypal");

let shop;
beforeEach(async () => (shop = await open()));
afterEach(() => shop.close());

/** The refunds in a payment's data, as PayPal lists them. */
const refundsIn = (data) => data.purchase_units[0].payments.refunds.map(({ amount }) => amount.value);

describe("capturePayment", () => {
  test("takes what is held, and shows it", async () => {
    const data = await shop.capture();
    expect(data.purchase_units[0].payments.captures).toMatchObject([
      { status: "COMPLETED", amount: { value: "10.00" } },
    ]);
    expect(shop.fake.moved(data.id)).toEqual(["hold 10.00", "capture 10.00"]);
  });

  test("is done once it is done, even in PayPal's dashboard", async () => {
    const held = await shop.authorize();
    const [authorization] = shop.fake.account.authorizations.values();
    shop.fake.account.captureAuthorization(authorization.id);
    for (const paypal of [shop.paypal, shop.restarted()]) {
      expect(await paypal.capturePayment(held)).toMatchObject({ id: held.id, status: "COMPLETED" });
    }
    expect(shop.fake.moved(held.id)).toEqual(["hold 10.00", "capture 10.00"]);
  });

  test("is nothing to do for an order that was captured when it was authorized", async () => {
    await shop.close();
    shop = await open({ capture: true });
    const data = await shop.capture();
    expect(shop.fake.moved(data.id)).toEqual(["capture 10.00"]);
  });

  test("captures at once, on two servers too, take the money once", async () => {
    const held = await shop.authorize();
    const servers = [shop.paypal, shop.paypal, shop.restarted()];
    shop.fake.break({ delay: 300 }, { on: /^GET/, times: 2 }); // two look before either captures
    const answers = await Promise.all(servers.map((paypal) => paypal.capturePayment(held)));
    for (const answer of answers) expect(answer).not.toHaveProperty("error");
    expect(shop.fake.moved(held.id)).toEqual(["hold 10.00", "capture 10.00"]);
  });

  test("takes the rest of what was captured in part", async () => {
    const held = await shop.authorize();
    const [authorization] = shop.fake.account.authorizations.values();
    shop.fake.account.captureAuthorization(authorization.id, { amount: { currency_code: "EUR", value: "4.00" } });
    await shop.paypal.capturePayment(held);
    expect(shop.fake.moved(held.id)).toEqual(["hold 10.00", "capture 4.00", "capture 6.00"]);
  });

  test("takes nothing while a part of it is pending: PayPal takes more than it holds if it is asked to", async () => {
    const held = await shop.authorize();
    const [authorization] = shop.fake.account.authorizations.values();
    shop.fake.pendCaptures("PENDING_REVIEW");
    shop.fake.account.captureAuthorization(authorization.id, { amount: { currency_code: "EUR", value: "1.00" } });
    shop.fake.pendCaptures(undefined);
    expect(await shop.paypal.capturePayment(held)).toEqual(failure("capture_pending"));
    expect(shop.fake.moved(held.id)).toEqual(["hold 10.00"]);
  });

  test("does not record a part as the whole", async () => {
    const held = await shop.authorize();
    const [authorization] = shop.fake.account.authorizations.values();
    shop.fake.account.captureAuthorization(authorization.id, {
      amount: { currency_code: "EUR", value: "4.00" },
      final_capture: true,
    });
    expect(await shop.paypal.capturePayment(held)).toEqual(failure("partially_captured"));
  });

  test("does not record what PayPal has not decided on, and does once it has", async () => {
    const held = await shop.authorize();
    shop.fake.pendCaptures("PENDING_REVIEW");
    const pending = { ...failure("capture_pending"), detail: expect.stringContaining("PENDING_REVIEW") };
    expect(await shop.paypal.capturePayment(held)).toEqual(pending);
    expect(await shop.paypal.capturePayment(held)).toEqual(pending);
    const [capture] = shop.fake.account.captures.values();
    shop.fake.decide(capture);
    expect(await shop.paypal.capturePayment(held)).toMatchObject({ id: held.id });
    expect(shop.fake.moved(held.id)).toEqual(["hold 10.00", "capture 10.00"]);
  });

  test("is refused if nothing is held", async () => {
    const canceled = await shop.authorize();
    await shop.paypal.cancelPayment(canceled);
    expect(await shop.paypal.capturePayment(canceled)).toEqual(failure("not_authorized"));
    expect(await shop.paypal.capturePayment(await shop.begin())).toEqual(failure("not_authorized"));
  });
});

describe("cancelPayment", () => {
  test("releases what is held, once", async () => {
    const held = await shop.authorize();
    for (const paypal of [shop.paypal, shop.paypal, shop.restarted()]) {
      expect(await paypal.cancelPayment(held)).toMatchObject({ id: held.id, status: "VOIDED" });
    }
    expect(shop.fake.moved(held.id)).toEqual(["hold 10.00", "release 10.00"]);
  });

  test("at once with others releases it once", async () => {
    const held = await shop.authorize();
    const servers = [shop.paypal, shop.paypal, shop.restarted()];
    const answers = await Promise.all(servers.map((paypal) => paypal.cancelPayment(held)));
    for (const answer of answers) expect(answer).not.toHaveProperty("error");
    expect(shop.fake.moved(held.id)).toEqual(["hold 10.00", "release 10.00"]);
  });

  test("gives nothing back that was taken: Medusa would not record it", async () => {
    const taken = await shop.capture();
    expect(await shop.paypal.cancelPayment(taken)).toEqual(failure("already_captured"));
    expect(shop.fake.moved(taken.id)).toEqual(["hold 10.00", "capture 10.00"]);
  });

  test("releases nothing of what was captured in part in PayPal's dashboard: Medusa does not know of the part", async () => {
    const held = await shop.authorize();
    const [authorization] = shop.fake.account.authorizations.values();
    shop.fake.account.captureAuthorization(authorization.id, { amount: { currency_code: "EUR", value: "4.00" } });
    expect(await shop.paypal.cancelPayment(held)).toEqual(failure("already_captured"));
    expect(shop.fake.moved(held.id)).toEqual(["hold 10.00", "capture 4.00"]);
  });

  test("has nothing to do if all was given back, or nothing was ever held", async () => {
    const refunded = await shop.paypal.refundPayment(await shop.capture(), 1000);
    expect(await shop.paypal.cancelPayment(refunded)).toMatchObject({ id: refunded.id });
    const unpaid = await shop.begin();
    expect(await shop.paypal.cancelPayment(unpaid)).toMatchObject({ id: unpaid.id });
  });
});

describe("refundPayment", () => {
  test("gives back, in parts and up to what was taken", async () => {
    let data = await shop.capture();
    data = await shop.paypal.refundPayment(data, 250);
    data = await shop.paypal.refundPayment(data, 250);
    expect(refundsIn(data)).toEqual(["2.50", "2.50"]);
    expect(await shop.paypal.refundPayment(data, 501)).toEqual(failure("REFUND_AMOUNT_EXCEEDED"));
    data = await shop.paypal.refundPayment(data, 500);
    expect(await shop.paypal.refundPayment(data, 1)).toEqual(failure("CAPTURE_FULLY_REFUNDED"));
    expect(shop.fake.moved(data.id).slice(2)).toEqual(["refund 2.50", "refund 2.50", "refund 5.00"]);
  });

  test("gives back yen as they are", async () => {
    const data = await shop.capture({ currency_code: "jpy", amount: 1500 });
    await shop.paypal.refundPayment(data, 500);
    expect(shop.fake.moved(data.id)).toEqual(["hold 1500", "capture 1500", "refund 500"]);
  });

  test("is refused before anything was captured", async () => {
    const held = await shop.authorize();
    expect(await shop.paypal.refundPayment(held, 100)).toEqual(failure("not_captured"));
  });

  test("two at once with the same data are one payout", async () => {
    const data = await shop.capture();
    const answers = await Promise.all([shop.paypal.refundPayment(data, 300), shop.paypal.refundPayment(data, 300)]);
    expect(answers.filter((answer) => !answer.error)).toHaveLength(1);
    expect(shop.fake.moved(data.id).slice(2)).toEqual(["refund 3.00"]);
  });

  describe.each(["repeat", "refuse"])("on two servers at once, if PayPal takes a used request id to %s", (how) => {
    test.each([
      ["the same amount", [300, 300]],
      ["different amounts", [300, 700]],
    ])("two of %s are one payout, and at most one success", async (_, amounts) => {
      const data = await shop.capture();
      shop.fake.reusedIds = how;
      const servers = [shop.paypal, shop.restarted()];
      shop.fake.break({ delay: 300 }, { on: /^GET/, times: 2 }); // both look before either refunds
      const answers = await Promise.all(servers.map((paypal, at) => paypal.refundPayment(data, amounts[at])));
      expect(answers.filter((answer) => !answer.error)).toHaveLength(1);
      expect(shop.fake.moved(data.id).slice(2)).toHaveLength(1);
    });

    test("the other one is made once the first is recorded", async () => {
      const data = await shop.capture();
      shop.fake.reusedIds = how;
      shop.fake.break({ delay: 300 }, { on: /^GET/, times: 2 });
      const servers = [shop.paypal, shop.restarted()];
      const answers = await Promise.all([300, 700].map((amount, at) => servers[at].refundPayment(data, amount)));
      const first = answers.findIndex((answer) => !answer.error);
      const left = [700, 300][first];
      expect(await shop.paypal.refundPayment(answers[first], left)).not.toHaveProperty("error");
      expect(shop.fake.moved(data.id).slice(2).sort()).toEqual(["refund 3.00", "refund 7.00"]);
    });
  });

  test("names the refunds that Medusa does not know of if PayPal refuses one", async () => {
    const data = await shop.capture();
    const [capture] = shop.fake.account.captures.values();
    const unknown = shop.fake.account.refundCapture(capture.id, { amount: { currency_code: "EUR", value: "8.00" } });
    const answer = await shop.paypal.refundPayment(data, 300);
    expect(answer).toEqual(failure("REFUND_AMOUNT_EXCEEDED"));
    expect(answer.detail).toMatch(new RegExp(`${unknown.id} (of|over) 800`));
  });

  test("is not taken for one that was made in PayPal's dashboard", async () => {
    const data = await shop.capture();
    const [capture] = shop.fake.account.captures.values();
    shop.fake.account.refundCapture(capture.id, { amount: { currency_code: "EUR", value: "3.00" } });
    shop.fake.pass(3600);
    await shop.paypal.refundPayment(data, 300);
    expect(shop.fake.moved(data.id).slice(2)).toEqual(["refund 3.00", "refund 3.00"]);
  });

  test("is the one that was made in PayPal's dashboard if it cannot be paid any more", async () => {
    const data = await shop.capture();
    const [capture] = shop.fake.account.captures.values();
    shop.fake.account.refundCapture(capture.id, { amount: { currency_code: "EUR", value: "8.00" } });
    shop.fake.pass(3600);
    const once = await shop.paypal.refundPayment(data, 800);
    expect(once).not.toHaveProperty("error");
    shop.fake.pass(3600);
    expect(await shop.paypal.refundPayment(once, 800)).toEqual(failure("REFUND_AMOUNT_EXCEEDED"));
    expect(await shop.paypal.refundPayment(once, 200)).not.toHaveProperty("error");
    expect(shop.fake.moved(data.id).slice(2)).toEqual(["refund 8.00", "refund 2.00"]);
  });
});

describe("a row that medusa-payment-paypal wrote", () => {
  /** PayPal's order, and nothing of ours. */
  const row = async (data) => {
    const { medusa_payment_rs_paypal: _, ...order } = await shop.paypal.retrievePayment(data);
    return order;
  };

  test("is captured, refunded and canceled", async () => {
    const held = await row(await shop.authorize());
    const captured = await row(await shop.paypal.capturePayment(held));
    await shop.paypal.refundPayment(captured, 400);
    expect(shop.fake.moved(held.id)).toEqual(["hold 10.00", "capture 10.00", "refund 4.00"]);

    const unwanted = await row(await shop.authorize());
    await shop.paypal.cancelPayment(unwanted);
    expect(shop.fake.moved(unwanted.id)).toEqual(["hold 10.00", "release 10.00"]);
  });

  test("is completed although its session has no amount", async () => {
    const { id, status, links } = await shop.begin();
    shop.fake.approve(id);
    expect(await shop.paypal.authorizePayment({ id, status, links }, {})).toMatchObject({ status: "authorized" });
  });

  test("that holds the error of a lost refund is refused, and nothing is moved", async () => {
    const lost = { error: "An error occurred in refundPayment", code: "", detail: "timeout" };
    expect(await shop.paypal.refundPayment(lost, 100)).toEqual(failure("missing_order"));
    expect(shop.fake.requests).toEqual([]);
  });
});
