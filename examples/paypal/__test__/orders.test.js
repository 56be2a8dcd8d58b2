const { context, failure, open } = require("./support/paypal");

let shop;
beforeEach(async () => (shop = await open()));
afterEach(() => shop.close());

const withOptions = async (options) => {
  await shop.close();
  shop = await open(options);
};

describe("initiatePayment", () => {
  test("makes an order that holds money when it is completed", async () => {
    const { session_data: data } = await shop.paypal.initiatePayment(context({ amount: 1999 }));
    expect(data).toMatchObject({
      id: expect.stringMatching(/^[0-9A-F]{17}$/),
      intent: "AUTHORIZE",
      status: "CREATED",
      purchase_units: [{ custom_id: "cart_1", amount: { currency_code: "EUR", value: "19.99" } }],
      links: expect.arrayContaining([expect.objectContaining({ rel: "approve" })]),
    });
  });

  test("makes an order that takes money if the option `capture` says so", async () => {
    await withOptions({ capture: true });
    expect(await shop.begin()).toMatchObject({ intent: "CAPTURE" });
  });

  test.each([
    ["jpy", 1500, "1500"],
    ["huf", 150_000, "1500"],
    ["twd", 4200, "42"],
    ["usd", 5, "0.05"],
  ])("spells %s as PayPal takes it", async (currency_code, amount, value) => {
    const data = await shop.begin({ currency_code, amount });
    expect(data.purchase_units[0].amount).toEqual({ currency_code: currency_code.toUpperCase(), value });
  });

  test("refuses an amount that PayPal cannot be told, without asking", async () => {
    expect(await shop.paypal.initiatePayment(context({ currency_code: "huf", amount: 150_050 }))).toEqual(
      failure("invalid_amount"),
    );
    expect(shop.fake.requests).toEqual([]);
  });

  test("refuses a currency that Medusa 1 and 2 count differently, without asking", async () => {
    const answer = await shop.paypal.initiatePayment(context({ currency_code: "kwd" }));
    expect(answer).toEqual(failure("currency_not_supported"));
    expect(shop.fake.requests).toEqual([]);
  });

  test("answers a currency that PayPal does not have with PayPal's reason", async () => {
    const answer = await shop.paypal.initiatePayment(context({ currency_code: "krw" }));
    expect(answer).toEqual(failure("CURRENCY_NOT_SUPPORTED"));
  });

  test("makes one order although the reply was lost", async () => {
    await withOptions({ max_retries: 2 });
    shop.fake.break("reset", { on: /POST .*orders$/, when: "after" });
    const data = await shop.begin();
    expect([...shop.fake.account.orders.keys()]).toEqual([data.id]);
  });
});

describe("updatePayment", () => {
  test("changes nothing if nothing changed, and reads whether PayPal still has the order", async () => {
    const data = await shop.begin();
    const before = shop.fake.requests.length;
    expect(await shop.paypal.updatePayment(context({ paymentSessionData: data }))).toBeUndefined();
    const sent = shop.fake.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
    expect(sent).toEqual([`GET /v2/checkout/orders/${data.id}`]);
  });

  test("makes another order if nothing changed and PayPal has forgotten the unpaid one", async () => {
    const data = await shop.begin();
    shop.fake.expire(data.id);
    const { session_data: updated } = await shop.paypal.updatePayment(context({ paymentSessionData: data }));
    expect(updated.id).not.toBe(data.id);
    expect(updated.purchase_units[0].amount).toEqual(data.purchase_units[0].amount);
  });

  test("keeps the order if nothing changed and PayPal does not answer", async () => {
    const data = await shop.begin();
    shop.fake.break("hang", { on: /GET .*orders/, times: 9 });
    expect(await shop.paypal.updatePayment(context({ paymentSessionData: data }))).toBeUndefined();
  });

  test("changes the order's amount and leaves the way back to the cart", async () => {
    const data = await shop.begin();
    const { session_data: updated } = await shop.paypal.updatePayment(
      context({ amount: 2500, paymentSessionData: data }),
    );
    expect(updated.id).toBe(data.id);
    expect(updated.purchase_units[0].amount.value).toBe("25.00");
    const order = await shop.paypal.retrievePayment(updated);
    expect(order.purchase_units[0]).toMatchObject({ custom_id: "cart_1", amount: { value: "25.00" } });
  });

  test("knows the amount of a session that the JavaScript plugin began", async () => {
    const { id, status, links } = await shop.begin();
    const { session_data: updated } = await shop.paypal.updatePayment(
      context({ amount: 2500, paymentSessionData: { id, status, links } }),
    );
    expect(updated).toMatchObject({ id, purchase_units: [{ amount: { currency_code: "EUR", value: "25.00" } }] });
  });

  test("makes another order for another currency", async () => {
    const data = await shop.begin();
    const { session_data: updated } = await shop.paypal.updatePayment(
      context({ currency_code: "usd", paymentSessionData: data }),
    );
    expect(updated.id).not.toBe(data.id);
    expect(updated.purchase_units[0].amount.currency_code).toBe("USD");
  });

  test("makes another order if PayPal has forgotten the unpaid one", async () => {
    const data = await shop.begin();
    shop.fake.expire(data.id);
    const { session_data: updated } = await shop.paypal.updatePayment(
      context({ amount: 2500, paymentSessionData: data }),
    );
    expect(updated.id).not.toBe(data.id);
  });

  test("leaves an order alone that is paid", async () => {
    const data = await shop.authorize();
    const answer = await shop.paypal.updatePayment(context({ amount: 2500, paymentSessionData: data }));
    expect(answer).toEqual(failure("order_is_paid"));
    const { id, status } = data; // as a session of the JavaScript plugin
    const same = await shop.paypal.updatePayment(context({ paymentSessionData: { id, status } }));
    expect(same).toBeUndefined();
    expect(shop.fake.moved(data.id)).toEqual(["hold 10.00"]);
  });

  test("releases what a shopper paid on an order that another one replaced", async () => {
    const old = await shop.begin();
    const { session_data: data } = await shop.paypal.updatePayment(
      context({ currency_code: "usd", paymentSessionData: old }),
    );
    shop.fake.approve(old.id);
    shop.fake.account.completeOrder(old.id, "AUTHORIZE");
    shop.fake.approve(data.id);
    const { status, data: authorized } = await shop.paypal.authorizePayment(data, {});
    expect(status).toBe("authorized");
    expect(shop.fake.moved(old.id)).toEqual(["hold 10.00", "release 10.00"]);
    expect(JSON.stringify(authorized)).not.toContain(old.id);
  });
});

describe("authorizePayment", () => {
  test("holds what the shopper has approved", async () => {
    const data = await shop.begin();
    shop.fake.approve(data.id);
    const authorization = await shop.paypal.authorizePayment(data, {});
    expect(authorization).toMatchObject({ status: "authorized", data: { id: data.id, status: "COMPLETED" } });
    expect(shop.fake.moved(data.id)).toEqual(["hold 10.00"]);
  });

  test("takes what the shopper has approved if the option `capture` says so", async () => {
    await withOptions({ capture: "true" });
    const data = await shop.authorize();
    expect(shop.fake.moved(data.id)).toEqual(["capture 10.00"]);
    expect(await shop.paypal.getPaymentStatus(data)).toBe("authorized");
  });

  test("reads what the storefront has authorized by itself", async () => {
    const data = await shop.begin();
    shop.fake.approve(data.id);
    shop.fake.account.completeOrder(data.id, "AUTHORIZE");
    expect(await shop.paypal.authorizePayment(data, {})).toMatchObject({ status: "authorized" });
    expect(shop.fake.moved(data.id)).toEqual(["hold 10.00"]);
  });

  test("answers the same when it is asked again, and when it is asked twice at once", async () => {
    const data = await shop.begin();
    shop.fake.approve(data.id);
    const answers = await Promise.all([
      shop.paypal.authorizePayment(data, {}),
      shop.paypal.authorizePayment(data, {}),
      shop.restarted().authorizePayment(data, {}),
    ]);
    answers.push(await shop.paypal.authorizePayment(data, {}));
    for (const { status } of answers) expect(status).toBe("authorized");
    expect(shop.fake.moved(data.id)).toEqual(["hold 10.00"]);
  });

  test("waits for a shopper who has not approved yet", async () => {
    const data = await shop.begin();
    expect(await shop.paypal.authorizePayment(data, {})).toMatchObject({ status: "pending" });
    expect(shop.fake.moved(data.id)).toEqual([]);
  });

  test("answers a declined instrument with PayPal's reason, and can be repeated with another one", async () => {
    const data = await shop.begin();
    shop.fake.approve(data.id, { declines: true });
    expect(await shop.paypal.authorizePayment(data, {})).toEqual(failure("INSTRUMENT_DECLINED"));
    shop.fake.approve(data.id);
    expect(await shop.paypal.authorizePayment(data, {})).toMatchObject({ status: "authorized" });
  });

  test("never accepts another amount than the session's", async () => {
    const data = await shop.begin();
    const cheaper = [
      {
        op: "replace",
        path: "/purchase_units/@reference_id=='default'/amount",
        value: { currency_code: "EUR", value: "0.01" },
      },
    ];
    shop.fake.account.patchOrder(data.id, cheaper);
    shop.fake.approve(data.id);
    expect(await shop.paypal.authorizePayment(data, {})).toEqual(failure("amount_mismatch"));
    expect(shop.fake.moved(data.id)).toEqual([]);
    shop.fake.account.completeOrder(data.id, "AUTHORIZE");
    expect(await shop.paypal.authorizePayment(data, {})).toEqual(failure("amount_mismatch"));
    await shop.paypal.deletePayment(data);
    expect(shop.fake.moved(data.id)).toEqual(["hold 0.01", "release 0.01"]);
  });

  test("sets right the amount of an order whose update was lost", async () => {
    const data = await shop.begin();
    shop.fake.break("reset", { on: /PATCH/, when: "after" });
    const answer = await shop.paypal.updatePayment(context({ amount: 2500, paymentSessionData: data }));
    expect(answer).toEqual(failure("outcome_unknown"));
    expect(await shop.paypal.authorizePayment(data, {})).toMatchObject({
      status: "pending",
      data: { purchase_units: [{ amount: { value: "10.00" } }] },
    });
    expect((await shop.paypal.retrievePayment(data)).purchase_units[0].amount.value).toBe("10.00");
  });

  test("counts money that PayPal has not decided on as neither held nor lost", async () => {
    await withOptions({ capture: true });
    shop.fake.pendCaptures("ECHECK");
    const data = await shop.begin();
    shop.fake.approve(data.id);
    expect(await shop.paypal.authorizePayment(data, {})).toMatchObject({ status: "pending" });
    const [capture] = shop.fake.account.captures.values();
    shop.fake.decide(capture);
    expect(await shop.paypal.authorizePayment(data, {})).toMatchObject({ status: "authorized" });
  });
});

describe("reading", () => {
  test("retrieves the order and keeps what is remembered beside it", async () => {
    const data = await shop.capture();
    const refunded = await shop.paypal.refundPayment(data, 100);
    expect(await shop.paypal.retrievePayment(refunded)).toEqual(refunded);
  });

  test("says what became of the money", async () => {
    const data = await shop.begin();
    expect(await shop.paypal.getPaymentStatus(data)).toBe("pending");
    shop.fake.approve(data.id);
    expect(await shop.paypal.getPaymentStatus(data)).toBe("requires_more");
    const { data: held } = await shop.paypal.authorizePayment(data, {});
    expect(await shop.paypal.getPaymentStatus(held)).toBe("authorized");
    await shop.paypal.cancelPayment(held);
    expect(await shop.paypal.getPaymentStatus(held)).toBe("canceled");
  });

  test("answers for an order that does not exist with PayPal's reason", async () => {
    expect(await shop.paypal.retrievePayment({ id: "NOPE" })).toEqual(failure("INVALID_RESOURCE_ID"));
    expect(await shop.paypal.capturePayment({})).toEqual(failure("missing_order"));
  });
});

describe("updatePaymentData", () => {
  test("keeps what Medusa's storefronts post, and not what points to another order", async () => {
    const posted = { data: { id: "O2", status: "COMPLETED" }, id: "O2", purchase_units: [] };
    expect(await shop.paypal.updatePaymentData("ps_1", posted)).toEqual({ data: posted.data });
  });

  test("refuses an amount", async () => {
    expect(await shop.paypal.updatePaymentData("ps_1", { amount: 1 })).toEqual(failure("field_not_allowed"));
  });
});

describe("deletePayment", () => {
  test("releases what is held, and has nothing to do if nothing is", async () => {
    const held = await shop.authorize();
    await shop.paypal.deletePayment(held);
    expect(shop.fake.moved(held.id)).toEqual(["hold 10.00", "release 10.00"]);
    const unpaid = await shop.begin();
    expect(await shop.paypal.deletePayment(unpaid)).not.toHaveProperty("error");
    shop.fake.expire(unpaid.id);
    expect(await shop.paypal.deletePayment(unpaid)).toEqual(unpaid);
    expect(await shop.paypal.deletePayment({})).toEqual({});
  });

  test("does not give up a payment that was taken", async () => {
    const taken = await shop.capture();
    expect(await shop.paypal.deletePayment(taken)).toEqual(failure("already_captured"));
  });
});
