const { AbstractPaymentProcessor, registeredIdentifiers } = require("../index.js");
const { default: AcmeService } = require("../services/acme.js");
const { startFake } = require("./fake.js");

let fake;
let processor;
beforeEach(async () => {
  fake = await startFake();
  processor = new AcmeService({}, options());
});
afterEach(() => fake.close());

const options = (changes) => ({
  endpoint: fake.endpoint,
  api_key: fake.apiKey,
  webhook_secret: fake.webhookSecret,
  timeout_ms: 400,
  ...changes,
});

const order = (changes) => ({
  amount: 1500,
  currency_code: "eur",
  resource_id: "cart_1",
  email: "",
  context: {},
  paymentSessionData: {},
  ...changes,
});

/** A payment as Medusa has it when the shopper has completed the cart. */
async function authorized() {
  const { session_data } = await processor.initiatePayment(order());
  const { status, data } = await processor.authorizePayment(session_data, {});
  expect(status).toBe("authorized");
  return data;
}

const failed = (code) => ({ error: expect.stringMatching(/./), code, detail: expect.stringMatching(/./) });

test("the addon has the provider, and Medusa takes it for one", () => {
  expect(registeredIdentifiers).toContain("acme");
  expect(processor).toBeInstanceOf(AbstractPaymentProcessor);
  expect(AcmeService._isPaymentProcessor).toBe(true);
});

test("a payment goes from the cart to a refund", async () => {
  const data = await authorized();
  expect(await processor.getPaymentStatus(data)).toBe("authorized");
  const captured = await processor.capturePayment(data);
  expect(captured).toMatchObject({ status: "captured", amount: 1500 });
  const refunded = await processor.refundPayment(captured, 400);
  expect(Object.values(refunded.refund_record.refunds)).toEqual([400]);
  expect(await processor.retrievePayment(refunded)).toStrictEqual(refunded);
  expect(fake.ledger).toEqual(["capture 1500", "refund 400"]);
});

test("the payment follows the cart until it is authorized", async () => {
  const { session_data: paymentSessionData } = await processor.initiatePayment(order());
  const update = await processor.updatePayment(order({ amount: 900, paymentSessionData }));
  expect(update.session_data.amount).toBe(900);
  const { data } = await processor.authorizePayment(update.session_data, {});
  expect(await processor.updatePayment(order({ amount: 5000, paymentSessionData: data }))).toBeUndefined();
});

test("what is authorized is the cart's amount, also if the store never recorded an update", async () => {
  const { session_data } = await processor.initiatePayment(order());
  await processor.updatePayment(order({ amount: 5000, paymentSessionData: session_data }));
  expect(fake.payment(session_data.id).amount).toBe(5000);
  expect(await processor.authorizePayment(session_data, {})).toMatchObject({ status: "authorized" });
  expect(fake.payment(session_data.id)).toMatchObject({ status: "authorized", amount: 1500 });
});

test("a decline is an error in three texts, and nothing is moved", async () => {
  const { session_data } = await processor.initiatePayment(order());
  fake.next("decline");
  expect(await processor.authorizePayment(session_data, {})).toEqual(failed("card_declined"));
  expect(await processor.getPaymentStatus(session_data)).toBe("pending");
  expect(fake.ledger).toEqual([]);
});

test("more than was captured is not refunded", async () => {
  const captured = await processor.capturePayment(await authorized());
  expect(await processor.refundPayment(captured, 1501)).toEqual(failed("refund_exceeds_captured"));
  expect(fake.ledger).toEqual(["capture 1500"]);
});

test("what is done already is done", async () => {
  const data = await authorized();
  await processor.capturePayment(data);
  expect(await processor.capturePayment(data)).toMatchObject({ status: "captured" });
  expect(await processor.cancelPayment(data)).toEqual(failed("payment_is_captured"));
  expect(fake.ledger).toEqual(["capture 1500"]);

  const other = await authorized();
  await processor.cancelPayment(other);
  expect(await processor.cancelPayment(other)).toMatchObject({ status: "canceled" });
  expect(await processor.deletePayment({ id: "pay_gone" })).toEqual({ id: "pay_gone" });
});

test("a lost reply is asked for again, and money moves once", async () => {
  const data = await authorized();
  processor = new AcmeService({}, options({ timeout_ms: 5000 }));
  fake.next("lose_reply");
  expect(await processor.capturePayment(data)).toMatchObject({ status: "captured" });
  expect(fake.ledger).toEqual(["capture 1500"]);
});

test("an outcome that is not known is never called a refusal, and a retry finds out", async () => {
  const data = await authorized();
  for (const step of ["hang", "garble", "lose_reply"]) {
    fake.always(step, "POST");
    expect(await processor.capturePayment(data)).toEqual(failed("outcome_unknown"));
  }
  fake.always();
  expect(await processor.capturePayment(data)).toMatchObject({ status: "captured" });
  expect(fake.ledger).toEqual(["capture 1500"]);
});

test.each([401, 403, 408, 409])("status %d after an unknown outcome is not called a refusal", async (status) => {
  const data = await authorized();
  fake.always("lose_reply", "POST");
  expect(await processor.capturePayment(data)).toEqual(failed("outcome_unknown"));
  fake.always(status);
  const { error, detail } = await processor.capturePayment(data);
  expect(`${error} ${detail}`).not.toMatch(/refused|undefined/);
  fake.always();
  expect(await processor.capturePayment(data)).toMatchObject({ status: "captured" });
  expect(fake.ledger).toEqual(["capture 1500"]);
});

describe("of two servers that refund at once", () => {
  let captured;
  let servers;
  beforeEach(async () => {
    captured = await processor.capturePayment(await authorized());
    servers = [processor, new AcmeService({}, options({ timeout_ms: 401 }))];
  });

  /** One of two answers is the data after a refund, the other an error that asks to wait. Returns the data. */
  function onePaid(answers) {
    expect(answers).toContainEqual(failed("temporarily_unavailable"));
    const data = answers.find(({ id }) => id);
    expect(data).toMatchObject({ id: captured.id });
    return data;
  }

  test("the same amount, one is asked to wait", async () => {
    fake.readTogether(2); // Neither sees the other one's refund.
    onePaid(await Promise.all(servers.map((server) => server.refundPayment(captured, 400))));
    expect(fake.ledger).toEqual(["capture 1500", "refund 400"]);
  });

  test("different amounts, one is asked to wait, and is paid once it is repeated", async () => {
    fake.readTogether(2);
    const amounts = [300, 700];
    const answers = await Promise.all(servers.map((server, at) => server.refundPayment(captured, amounts[at])));
    const data = onePaid(answers);
    const [first] = amounts.filter((_, at) => answers[at] === data);
    const [second] = amounts.filter((_, at) => answers[at] !== data);
    expect(fake.ledger).toEqual(["capture 1500", `refund ${first}`]);
    fake.later(60);
    expect(await processor.refundPayment(data, second)).toMatchObject({ id: captured.id });
    expect(fake.ledger).toEqual(["capture 1500", `refund ${first}`, `refund ${second}`]);
  });

  test("one that meets the other one's request looks again, and is paid if that has come to nothing", async () => {
    fake.next("key_in_use");
    expect(await processor.refundPayment(captured, 400)).toMatchObject({ id: captured.id });
    expect(fake.ledger).toEqual(["capture 1500", "refund 400"]);
  });

  test("one whose first attempt was not served does not take the other one's refund for its own", async () => {
    fake.next("unavailable");
    onePaid(await Promise.all(servers.map((server) => server.refundPayment(captured, 400))));
    expect(fake.ledger).toEqual(["capture 1500", "refund 400"]);
  });
});

test("an endpoint that is down is told from one that may have served the call", async () => {
  const data = await authorized();
  const down = await startFake();
  await down.close();
  processor = new AcmeService({}, options({ endpoint: down.endpoint }));
  expect(await processor.capturePayment(data)).toEqual(failed("temporarily_unavailable"));
});

describe("a webhook", () => {
  test("says what became of which payment, and its state is read from Acme", async () => {
    const { id } = await processor.capturePayment(await authorized());
    const { body, headers } = fake.delivery("payment.captured", id);
    const event = await processor.readWebhook(body, headers);
    expect(event).toMatchObject({ action: "captured", payment: id, resource: "cart_1", amount: 1500 });
    expect(await processor.paymentState({ id })).toEqual({
      payment: id,
      status: "captured",
      amount: 1500,
      captured: 1500,
      refunded: 0,
      resource: "cart_1",
    });
  });

  test.each([
    ["authorized", "authorized"],
    ["failed", "failed"],
    ["disputed", "not_supported"],
  ])("about a payment that was %s is %s to a store", async (type, action) => {
    const { body, headers } = fake.delivery(`payment.${type}`, (await authorized()).id);
    expect(await processor.readWebhook(body, headers)).toMatchObject({ type: `payment.${type}`, action });
  });

  test.each([
    ["with another body", (delivery) => ({ ...delivery, body: Buffer.concat([delivery.body, Buffer.from(" ")]) })],
    ["without a signature", (delivery) => ({ ...delivery, headers: {} })],
    ["to a store without the secret", (delivery) => ({ ...delivery, changes: { webhook_secret: undefined } })],
    ["to a store with another secret", (delivery) => ({ ...delivery, changes: { webhook_secret: "other" } })],
  ])("%s is refused", async (_, change) => {
    const { body, headers, changes } = change(fake.delivery("payment.captured", (await authorized()).id));
    const store = new AcmeService({}, options(changes));
    expect(await store.readWebhook(body, headers)).toMatchObject({
      ...failed("signature_not_valid"),
      kind: "invalid_request",
    });
  });
});

test("a shopper leaves notes, and sets nothing else", async () => {
  expect(await processor.updatePaymentData("ps_1", { note: "ring twice" })).toEqual({ note: "ring twice" });
  expect(await processor.updatePaymentData("ps_1", { status: "captured" })).toEqual(failed("invalid_data"));
});

test.each([
  ["an unknown option", { colour: "green" }, /colour/],
  ["a key that is missing", { api_key: undefined }, /api_key/],
  ["a key over an open line", { endpoint: "http://api.example.com" }, /endpoint.*https/],
  ["a time limit of zero", { timeout_ms: 0 }, /timeout_ms/],
  ["a time limit that is not a number", { timeout_ms: "s3cret" }, /timeout_ms.*1 to 60000/],
])("%s stops the store's boot, and the key does not show", (_, changes, message) => {
  const build = () => new AcmeService({}, options({ api_key: "s3cret", ...changes }));
  expect(build).toThrow(message);
  expect(build).not.toThrow(/s3cret/);
});

test("options may be text, as environment variables are", () => {
  expect(new AcmeService({}, options({ timeout_ms: "400", webhook_secret: "" }))).toBeDefined();
});
