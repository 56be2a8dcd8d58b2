const { PayPalProviderService } = require("medusa-payment-rs-paypal");
const { inspect } = require("node:util");
const { context, failure, open } = require("./support/paypal");

let shop;
beforeEach(async () => (shop = await open()));
afterEach(() => shop.close());

/** Twenty calls at once, for twenty carts: calls for one cart wait for each other. */
const many = (call) => Promise.all(Array.from({ length: 20 }, (_, number) => call({ resource_id: `cart_${number}` })));

test("one token serves many calls at once, and those after them", async () => {
  await many(shop.begin);
  await shop.begin();
  expect(shop.fake.tokensAsked).toBe(1);
});

test("a token that PayPal does not accept any more is renewed once for all calls, and no caller notices", async () => {
  const data = await shop.begin();
  shop.fake.revokeTokens();
  const orders = await many(() => shop.paypal.retrievePayment(data));
  for (const order of orders) expect(order.id).toBe(data.id);
  expect(shop.fake.tokensAsked).toBe(2);
});

test("a token is renewed before it expires", async () => {
  shop.fake.tokenLifetime = 1;
  const data = await shop.begin();
  await new Promise((resolve) => setTimeout(resolve, 950));
  await shop.paypal.retrievePayment(data);
  expect(shop.fake.tokensAsked).toBe(2);
  expect(shop.fake.sent("GET", /orders/)).toHaveLength(1);
});

test("a refund that meets an expired token is paid once", async () => {
  const data = await shop.capture();
  shop.fake.revokeTokens();
  expect(await shop.paypal.refundPayment(data, 100)).not.toHaveProperty("error");
  expect(shop.fake.moved(data.id).slice(2)).toEqual(["refund 1.00"]);
});

test.each(["reset", "truncate", "html", 503])("without a token (%s) nothing was moved", async (how) => {
  shop.fake.break(how, { on: /oauth2/ });
  expect(await shop.paypal.initiatePayment(context())).toEqual(failure(expect.not.stringMatching(/unknown/)));
  expect(shop.fake.account.orders.size).toBe(0);
  expect(await shop.begin()).toMatchObject({ status: "CREATED" });
});

test("calls that wait for a token that PayPal refuses do not ask for it one after another", async () => {
  shop.fake.break(503, { on: /oauth2/, times: 99 });
  const answers = await many((cart) => shop.paypal.initiatePayment(context(cart)));
  for (const answer of answers) expect(answer).toEqual(failure("SERVICE_UNAVAILABLE"));
  expect(shop.fake.tokensAsked).toBe(0);
  expect(shop.fake.sent("POST", /oauth2/).length).toBeLessThan(5);
});

test("wrong credentials are refused with the options to look at, and never shown", async () => {
  const secret = "EKwrongwrongwrong";
  const paypal = shop.restarted({ clientSecret: secret });
  const answer = await paypal.initiatePayment(context());
  expect(answer).toEqual(failure("invalid_client"));
  expect(answer.detail).toContain("`clientSecret`");
  const lines = shop.logger.lines.join("\n");
  expect(`${inspect(answer)}${lines}`).not.toContain(secret);
});

test("secrets and tokens are neither in what the store keeps nor in its log", async () => {
  const data = await shop.capture();
  const kept = JSON.stringify(data) + shop.logger.lines.join("\n");
  expect(shop.logger.lines.length).toBeGreaterThan(0);
  for (const secret of [shop.fake.clientSecret, "A21AA", "Basic ", "Bearer "]) expect(kept).not.toContain(secret);
});

test("a secret that PayPal repeats in a message is removed", async () => {
  const message = `The request of app=${shop.fake.clientId} with secret=${shop.fake.clientSecret}, is not valid.`;
  shop.fake.break({ status: 422, body: { name: "UNPROCESSABLE_ENTITY", message } }, { on: /orders$/ });
  const answer = await shop.paypal.initiatePayment(context());
  expect(answer).toEqual(failure("UNPROCESSABLE_ENTITY"));
  expect(answer.detail).toContain("The request of app=");
  const lines = shop.logger.lines.join("\n");
  expect(`${inspect(answer)}${lines}`).not.toContain(shop.fake.clientSecret);
});

describe("options", () => {
  const construct = (options) => () => new PayPalProviderService({}, options);

  test("that do not exist stop the boot, with those that do", () => {
    expect(construct({ ...shop.fake.options(), webhook: 1 })).toThrow(/unknown option `webhook`.*`authWebhookId`/);
  });

  test("that are missing or malformed are named, and their values are not", () => {
    expect(construct({})).toThrow(/`clientId`/);
    expect(construct({ client_id: "id", client_secret: "s3 cret" })).toThrow(/`clientSecret`/);
    expect(construct({ client_id: "id", client_secret: "s3 cret" })).not.toThrow(/s3 cret/);
    expect(construct(shop.fake.options({ api_base: "http://paypal.example" }))).toThrow(/`api_base`.*unencrypted/);
  });

  test("may be spelled as in the plugin's README, with what is unset in the environment", async () => {
    const { clientId, clientSecret, webhookId, url } = shop.fake;
    const paypal = new PayPalProviderService(
      { logger: shop.logger },
      {
        sandbox: "true",
        client_id: clientId,
        client_secret: clientSecret,
        auth_webhook_id: webhookId,
        clientId: undefined,
        capture: undefined,
        api_base: url,
      },
    );
    expect(await paypal.initiatePayment(context())).toHaveProperty("session_data.id");
  });
});
