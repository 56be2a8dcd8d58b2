// `constructWebhookEvent` takes what Stripe has signed, and nothing else. The signatures are made here, with Node's own
// HMAC, as https://docs.stripe.com/webhooks#verify-manually describes them.

const crypto = require("node:crypto");
const StripeService = require("medusa-payment-rs/stripe/services/stripe-provider").default;
const IdealService = require("medusa-payment-rs/stripe/services/stripe-ideal").default;

const SECRET = "whsec_test_secret";
const OPTIONS = { api_key: "sk_test_1", webhook_secret: SECRET };
const EVENT = { id: "evt_1", object: "event", type: "payment_intent.succeeded", data: { object: { id: "pi_1" } } };
const BODY = JSON.stringify(EVENT, null, 2);

const stripe = new StripeService({}, OPTIONS);
const now = () => Math.floor(Date.now() / 1000);

function hmac(body, { secret = SECRET, time = now() } = {}) {
  return crypto.createHmac("sha256", secret).update(`${time}.`).update(body).digest("hex");
}
const sign = (body, how = {}) => `t=${how.time ?? now()},v1=${hmac(body, how)}`;

function refusal(body, signature, service = stripe) {
  try {
    service.constructWebhookEvent(body, signature);
  } catch (error) {
    return error;
  }
  throw new Error("it was accepted");
}

test("a signed body is taken as a Buffer and as a string, by each of the services", () => {
  for (const service of [stripe, new IdealService({}, OPTIONS)]) {
    expect(service.constructWebhookEvent(Buffer.from(BODY), sign(BODY))).toStrictEqual(EVENT);
    expect(service.constructWebhookEvent(BODY, sign(BODY))).toStrictEqual(EVENT);
  }
});

test("the bytes count, whatever is in them", () => {
  const body = Buffer.from('{"id":"evt_1","type":"x","data":{"object":{}},"note":"grün \u2028 \\u0000 😀"}');
  expect(stripe.constructWebhookEvent(body, sign(body)).note).toBe("grün \u2028 \u0000 😀");
  const spaced = Buffer.concat([body, Buffer.from("\n")]);
  expect(refusal(spaced, sign(body)).message).toMatch(/does not match/);
});

test("five minutes either way are tolerated", () => {
  for (const time of [now() - 299, now() + 299]) {
    expect(stripe.constructWebhookEvent(BODY, sign(BODY, { time }))).toStrictEqual(EVENT);
  }
  for (const time of [now() - 302, now() + 302, 0]) {
    expect(refusal(BODY, sign(BODY, { time })).message).toMatch(/more than 300 s away/);
  }
});

test("any of several signatures of the scheme v1 may match", () => {
  const [time, zeros] = [now(), "0".repeat(64)];
  const good = hmac(BODY, { time });
  for (const signature of [
    `t=${time},v1=${zeros},v1=${good}`,
    `t=${time},v1=${good},v1=${zeros}`,
    `t=${time},v1=${good},v0=${zeros}`,
    `v1=${good},t=${time}`,
  ]) {
    expect(stripe.constructWebhookEvent(BODY, signature)).toStrictEqual(EVENT);
  }
});

test("what Stripe did not sign is refused, with an Error of this realm that tells no secret", () => {
  const time = now();
  const good = hmac(BODY, { time });
  for (const [body, signature] of [
    [BODY, sign(BODY, { secret: "whsec_other" })],
    [BODY.replace("pi_1", "pi_2"), sign(BODY)],
    [BODY, `t=${time + 1},v1=${good}`],
    [BODY, `t=${time},v0=${good}`],
    [BODY, `t=${time},v1=${good.toUpperCase()}`],
    [BODY, `t=${time},v1=${good.slice(0, -2)}`],
    [BODY, `t=${time},v1=${good}00`],
    [BODY, `t=${time},v1=`],
    [BODY, `v1=${good}`],
    [BODY, `t=,v1=${good}`],
    [BODY, `t=1e9,v1=${good}`],
    [BODY, `t=-${time},v1=${good}`],
    [BODY, good],
    [BODY, ""],
    [BODY, undefined],
    [BODY, null],
    [BODY, [sign(BODY)]],
    [BODY, {}],
  ]) {
    const error = refusal(body, signature);
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toMatch(/the webhook request was refused: the (signature|header)/);
    expect(error.message).not.toMatch(new RegExp(`${SECRET}|${good}|sk_test`, "i"));
  }
});

test("a body that something has parsed is refused as such, signed or not", () => {
  for (const body of [EVENT, undefined, null, 7, []]) {
    const error = refusal(body, sign(BODY));
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toMatch(/rawBody must be a Buffer or a string, as it arrived, got|rawBody is missing/);
  }
});

test("a signed body that is not an event is refused", () => {
  for (const body of ["", "<html>", "{", "[1]", '{"id":"evt_1","object":"event"}']) {
    const error = refusal(body, sign(body));
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toMatch(/its body is not an event of Stripe's/);
  }
});

test("without a secret nothing is accepted, and the option is named", () => {
  const service = new StripeService({}, { api_key: "sk_test_1" });
  for (const secret of [SECRET, "", "undefined"]) {
    const error = refusal(BODY, sign(BODY, { secret: secret || " " }), service);
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toMatch(/`webhook_secret` is not set/);
  }
});
