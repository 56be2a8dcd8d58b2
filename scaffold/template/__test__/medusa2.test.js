// What is different in Medusa 2: amounts are decimals in major units, failures are thrown, and a webhook names a session.

const { AbstractPaymentProvider } = require("../index.js");
const medusa2 = require("../v2/index.js");
const { startFake } = require("./fake.js");

const [AcmeProvider] = medusa2.services;

let fake;
let provider;
beforeEach(async () => {
  fake = await startFake();
  provider = new AcmeProvider(cradle, options());
});
afterEach(() => fake.close());

const options = (changes) => ({
  endpoint: fake.endpoint,
  api_key: fake.apiKey,
  webhook_secret: fake.webhookSecret,
  timeout_ms: 400,
  ...changes,
});

const SESSION = { id: "payses_1", amount: 15, currency_code: "eur" };
const PAYMENT = { id: "pay_1", amount: 15, currency_code: "eur", captures: [], refunds: [] };

/** A service of Medusa's payment module, with these rows. */
const table = (...rows) => ({ retrieve: async (id) => rows.find((row) => row.id === id) });

/** What Medusa hands to the constructor: here it wants two captures, of everything and of a part. */
const cradle = {
  captureService: table(
    { id: "capt_all", amount: 15, payment: PAYMENT },
    { id: "capt_part", amount: 4, payment: PAYMENT },
  ),
  refundService: table(),
  paymentSessionService: table(SESSION),
};

/** A payment as Medusa has it when the shopper has completed the cart. */
async function authorized() {
  const context = { idempotency_key: SESSION.id };
  const { amount, currency_code } = SESSION;
  const { data } = await provider.initiatePayment({ amount, currency_code, data: { session_id: SESSION.id }, context });
  const authorization = await provider.authorizePayment({ data, context });
  expect(authorization.status).toBe("authorized");
  return authorization.data;
}

const capture = (data, idempotency_key) => provider.capturePayment({ data, context: { idempotency_key } });

const failed = (type, code) => ({ __isMedusaError: true, type, code, message: expect.stringMatching(/./) });

test("the entry is what Medusa 2 takes for a module provider", () => {
  expect(medusa2).toEqual({ module: "payment", services: [AcmeProvider] });
  expect(AcmeProvider.identifier).toBe("acme");
  expect(provider).toBeInstanceOf(AbstractPaymentProvider);
});

test("a payment goes from the session to a refund", async () => {
  const { data } = await capture(await authorized(), "capt_all");
  const amount = { value: "4.05", precision: 20 };
  const refunded = await provider.refundPayment({ data, amount, context: { idempotency_key: "ref_1" } });
  expect(Object.values(refunded.data.refund_record.refunds)).toEqual([405]);
  expect(await provider.getPaymentStatus({ data: refunded.data })).toMatchObject({ status: "captured" });
  expect(fake.ledger).toEqual(["capture 1500", "refund 405"]);
});

test("a part is refused, and everything can be captured after that", async () => {
  const data = await authorized();
  const refusal = failed("not_allowed", "partial_capture_not_supported");
  await expect(capture(data, "capt_part")).rejects.toMatchObject(refusal);
  expect(fake.ledger).toEqual([]);
  await capture(data, "capt_all");
  expect(fake.ledger).toEqual(["capture 1500"]);
});

test("a decline is thrown as a refusal, and an outcome that is not known is not", async () => {
  const data = await authorized();
  fake.next("decline");
  await expect(capture(data, "capt_all")).rejects.toMatchObject(failed("not_allowed", "card_declined"));
  fake.always("lose_reply", "POST");
  await expect(capture(data, "capt_all")).rejects.toMatchObject(failed("unexpected_state", "outcome_unknown"));
  fake.always();
  await capture(data, "capt_all");
  expect(fake.ledger).toEqual(["capture 1500"]);
});

describe("a webhook", () => {
  const told = ({ body, headers }) =>
    provider.getWebhookActionAndData({ rawData: body, headers, data: JSON.parse(String(body)) });

  test("names the session, and the amount as Medusa has it", async () => {
    const { id } = await authorized();
    expect(await told(fake.delivery("payment.authorized", id))).toEqual({
      action: "authorized",
      data: { session_id: SESSION.id, amount: SESSION.amount },
    });
  });

  test("about a payment that was not made for this store is not supported", async () => {
    const { id } = await authorized();
    const delivery = fake.delivery("payment.captured", id, { reference: "invoice 7" });
    expect(await told(delivery)).toEqual({ action: "not_supported" });
  });

  test("without a signature is refused", async () => {
    const { id } = await authorized();
    const { body } = fake.delivery("payment.captured", id);
    await expect(told({ body, headers: {} })).rejects.toMatchObject(failed("invalid_data", "signature_not_valid"));
  });
});

test("a misspelt option stops the store's boot", () => {
  expect(() => AcmeProvider.validateOptions(options({ colour: "green" }))).toThrow(/colour/);
  expect(() => AcmeProvider.validateOptions(options())).not.toThrow();
});
