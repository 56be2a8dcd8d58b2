const { open } = require("./support/paypal");

let shop;
beforeEach(async () => (shop = await open()));
afterEach(() => shop.close());

const HEADERS = ["auth-algo", "cert-url", "transmission-id", "transmission-sig", "transmission-time"];

/** What the route hands to `verifyWebhook`. */
const asArgument = ({ headers, body }) => ({
  ...Object.fromEntries(HEADERS.map((name) => [name.replaceAll("-", "_"), headers[`paypal-${name}`]])),
  webhook_event: body,
});

const delivery = (resource = { id: "A1" }) => shop.fake.webhooks.delivery("PAYMENT.AUTHORIZATION.CREATED", resource);

test("a webhook that PayPal sent is verified with its very bytes", async () => {
  const argument = asArgument(delivery());
  expect(await shop.paypal.verifyWebhook(argument)).toEqual({ verification_status: "SUCCESS" });
  const asBuffer = { ...argument, webhook_event: Buffer.from(argument.webhook_event) };
  expect(await shop.paypal.verifyWebhook(asBuffer)).toEqual({ verification_status: "SUCCESS" });
});

test("a webhook that PayPal did not send is refused, although PayPal's answer is 200", async () => {
  const argument = asArgument(delivery());
  const forged = { ...argument, webhook_event: argument.webhook_event.replace("A1", "A2") };
  await expect(shop.paypal.verifyWebhook(forged)).rejects.toMatchObject({ code: "webhook_not_verified" });
  const object = { ...argument, webhook_event: { id: "WH-1" } };
  await expect(shop.paypal.verifyWebhook(object)).rejects.toMatchObject({ code: "webhook_not_verified" });
});

test("what is no event is refused without asking", async () => {
  const argument = { ...asArgument(delivery()), webhook_event: "[]" };
  await expect(shop.paypal.verifyWebhook(argument)).rejects.toMatchObject({ code: "invalid_event" });
  expect(shop.fake.requests).toEqual([]);
});

test("without a webhook id no webhook is believed", async () => {
  const paypal = shop.restarted({ authWebhookId: undefined });
  await expect(paypal.verifyWebhook(asArgument(delivery()))).rejects.toMatchObject({ code: "webhook_id_missing" });
});

test("where PayPal cannot be asked, that is what the error says", async () => {
  shop.fake.break(503, { on: /verify/ });
  await expect(shop.paypal.verifyWebhook(asArgument(delivery()))).rejects.toMatchObject({
    code: "SERVICE_UNAVAILABLE",
  });
});

test("an authorization leads to its order", async () => {
  const data = await shop.authorize();
  const [hold] = shop.fake.books.holds.values();
  const authorization = await shop.paypal.retrieveAuthorization(hold.id);
  expect(authorization).toMatchObject({ id: hold.id, status: "CREATED" });
  expect(await shop.paypal.retrieveOrderFromAuth(authorization)).toMatchObject({ id: data.id });
  const { supplementary_data: _, ...linked } = authorization;
  expect(await shop.paypal.retrieveOrderFromAuth(linked)).toMatchObject({ id: data.id });
  expect(await shop.paypal.retrieveOrderFromAuth({ id: hold.id })).toBeNull();
  await expect(shop.paypal.retrieveAuthorization("NOPE")).rejects.toMatchObject({ code: "INVALID_RESOURCE_ID" });
});
