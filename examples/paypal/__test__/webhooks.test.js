const { failure, open } = require("./support/paypal");

let shop;
beforeEach(async () => (shop = await open()));
afterEach(() => shop.close());

const deliver = ({ body, headers }, paypal = shop.paypal) => paypal.readWebhook(Buffer.from(body), headers);

/** What PayPal would send about an authorization that was just made; `change` changes the resource. */
async function authorized(change = (resource) => resource) {
  const data = await shop.authorize();
  const authorization = [...shop.fake.account.authorizations.values()].at(-1);
  const resource = change(shop.fake.account.authorization(authorization));
  return { data, delivery: shop.fake.webhooks.delivery("PAYMENT.AUTHORIZATION.CREATED", resource) };
}

/** The same of its capture. */
async function captured(change = (resource) => resource) {
  const data = await shop.capture();
  const capture = [...shop.fake.account.captures.values()].at(-1);
  const resource = change(shop.fake.account.capture(capture));
  return { data, delivery: shop.fake.webhooks.delivery("PAYMENT.CAPTURE.COMPLETED", resource) };
}

const withoutIds = ({ supplementary_data: _, ...resource }) => resource;

/** A failure of the kind that the route tells "never" from "later" by. */
const failureOf = (kind, code) => ({ ...failure(code), kind });

test("an authorization is an event about its order", async () => {
  const { data, delivery } = await authorized();
  expect(await deliver(delivery)).toEqual({
    id: expect.stringMatching(/^WH-/),
    type: "PAYMENT.AUTHORIZATION.CREATED",
    action: "authorized",
    payment: data.id,
    resource: "cart_1",
    amount: 1000,
  });
});

test("a capture is an event about its order", async () => {
  const { data, delivery } = await captured();
  expect(await deliver(delivery)).toMatchObject({ action: "captured", payment: data.id, resource: "cart_1" });
});

test("an authorization and a capture that only link to what they were made from lead to the order", async () => {
  for (const { data, delivery } of [await authorized(withoutIds), await captured(withoutIds)]) {
    expect(await deliver(delivery)).toMatchObject({ payment: data.id, resource: "cart_1" });
  }
});

test("an event about something else, or about nothing of this account, is not supported", async () => {
  const { delivery } = shop.fake.webhooks;
  const deliveries = [
    delivery.call(shop.fake.webhooks, "CUSTOMER.DISPUTE.CREATED", { dispute_id: "PP-1" }),
    delivery.call(shop.fake.webhooks, "CUSTOMER.DISPUTE.RESOLVED", { dispute_id: "PP-1" }),
    delivery.call(shop.fake.webhooks, "PAYMENT.CAPTURE.COMPLETED", { id: "C1" }),
    (await authorized((resource) => ({ ...resource, supplementary_data: { related_ids: { order_id: "O9" } } })))
      .delivery,
  ];
  for (const each of deliveries) expect(await deliver(each)).toMatchObject({ action: "not_supported" });
});

describe("money that was taken", () => {
  /** The last capture, and a way to tell of something about it. */
  async function taken() {
    const data = await shop.capture();
    const { account, webhooks } = shop.fake;
    return { data, account, capture: [...account.captures.values()].at(-1), webhooks };
  }

  test("a refund says whether Medusa asked for it, and leads to the order by its capture", async () => {
    const { data, account, capture, webhooks } = await taken();
    await shop.paypal.refundPayment(data, 100);
    const [ours] = account.refunds.values();
    const theirs = account.refundCapture(capture.id, { amount: { currency_code: "EUR", value: "3.00" } });
    for (const [refund, amount, isOurs] of [
      [ours, 100, true],
      [theirs, 300, false],
    ]) {
      for (const type of ["PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED"]) {
        const event = await deliver(webhooks.delivery(type, account.refund(refund)));
        expect(event).toEqual({
          id: expect.stringMatching(/^WH-/),
          type,
          action: "not_supported",
          payment: data.id,
          resource: "cart_1",
          money: { news: "refunded", is_ours: isOurs, id: refund.id, amount, at: expect.any(Number) },
        });
      }
    }
  });

  test("a refund that failed has PayPal's reason", async () => {
    const { account, capture, webhooks } = await taken();
    const refund = account.refund(account.refundCapture(capture.id));
    const failed = { ...refund, status: "FAILED", status_details: { reason: "ECHECK" } };
    const { money } = await deliver(webhooks.delivery("PAYMENT.CAPTURE.REFUNDED", failed));
    expect(money).toMatchObject({ news: "refund_failed", reason: "ECHECK", id: refund.id });
  });

  test("a dispute leads to the order by the capture that it is about", async () => {
    const { data, capture, webhooks } = await taken();
    const dispute = {
      dispute_id: "PP-D-27803",
      create_time: "2026-11-24T09:30:00.000Z",
      disputed_transactions: [{ seller_transaction_id: capture.id, seller: { name: "Shop" } }],
      reason: "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
      status: "OPEN",
      dispute_amount: { currency_code: "EUR", value: "10.00" },
    };
    expect(await deliver(webhooks.delivery("CUSTOMER.DISPUTE.CREATED", dispute))).toMatchObject({
      action: "not_supported",
      payment: data.id,
      resource: "cart_1",
      money: { news: "disputed", id: "PP-D-27803", amount: 1000, reason: "MERCHANDISE_OR_SERVICE_NOT_RECEIVED" },
    });
  });

  test("a capture that was denied and a hold that was voided are cancellations of the payment", async () => {
    const { data, account, capture, webhooks } = await taken();
    const [authorization] = account.authorizations.values();
    for (const [type, resource] of [
      ["PAYMENT.CAPTURE.DENIED", account.capture(capture)],
      ["PAYMENT.CAPTURE.DECLINED", account.capture(capture)],
      ["PAYMENT.AUTHORIZATION.VOIDED", account.authorization(authorization)],
    ]) {
      expect(await deliver(webhooks.delivery(type, resource))).toMatchObject({ action: "canceled", payment: data.id });
    }
  });
});

test("a webhook that PayPal did not send is refused, although PayPal's answer is 200", async () => {
  const { delivery } = await authorized();
  const forged = { ...delivery, body: delivery.body.replace("cart_1", "cart_2") };
  expect(await deliver(forged)).toEqual(failureOf("invalid_request", "webhook_not_verified"));
});

test("what cannot be a webhook of PayPal's is refused without asking", async () => {
  const { delivery } = await authorized();
  const { length } = shop.fake.requests;
  for (const body of ["", "[]", "WH-1", "\u0000"]) {
    expect(await deliver({ ...delivery, body })).toEqual(failureOf("invalid_request", "invalid_event"));
  }
  const { "paypal-transmission-sig": _, ...headers } = delivery.headers;
  expect(await deliver({ ...delivery, headers })).toEqual(failureOf("invalid_request", "webhook_not_verified"));
  expect(shop.fake.requests).toHaveLength(length);
});

test("without a webhook id every webhook is refused", async () => {
  const { delivery } = await authorized();
  const paypal = shop.restarted({ authWebhookId: undefined });
  expect(await deliver(delivery, paypal)).toEqual(failureOf("invalid_request", "webhook_id_missing"));
});

test.each([/verify/, /^GET/])("if PayPal cannot be asked (%s), a webhook can be sent again later", async (on) => {
  const { delivery } = await authorized();
  shop.fake.break(503, { on });
  expect(await deliver(delivery)).toEqual(failureOf("temporarily_unavailable", "SERVICE_UNAVAILABLE"));
  expect(await deliver(delivery)).toMatchObject({ action: "authorized" });
});

test("the state of a payment is what PayPal has of it now", async () => {
  const data = await shop.begin();
  const state = () => shop.paypal.paymentState({ id: data.id });
  const expected = { payment: data.id, status: "pending", amount: 1000, captured: 0, refunded: 0, resource: "cart_1" };
  expect(await state()).toEqual(expected);
  shop.fake.approve(data.id);
  const { data: held } = await shop.paypal.authorizePayment(data, {});
  expect(await state()).toEqual({ ...expected, status: "authorized" });
  const taken = await shop.paypal.capturePayment(held);
  expect(await state()).toEqual({ ...expected, status: "captured", captured: 1000 });
  await shop.paypal.refundPayment(taken, 400);
  expect(await state()).toEqual({ ...expected, status: "captured", captured: 1000, refunded: 400 });
});
