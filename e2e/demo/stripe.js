// Stripe for a story: a fake one in this process, or Stripe itself in its test mode.

const { randomBytes } = require("node:crypto");
const timers = require("node:timers/promises");
const { startRelay } = require("./relay");
const { eventually } = require("../support/eventually");
const { startFakeStripe } = require("../../support/stripe");
const { sign } = require("../../support/stripe/signature");

const API = "https://api.stripe.com";
const VERSION = "2022-11-15";
const LIMIT_MS = 30_000;
/** Stripe keeps what happens in all payments of the account; the story's own is among the last. */
const EVENTS = 100;

/** Stripe itself if STRIPE_API_KEY is set. */
async function openStripe() {
  const { STRIPE_API_KEY: key } = process.env;
  return key ? stripeItself(testKey(key)) : fakeStripe();
}

/** The demo moves money back and forth: that is nothing for an account with real customers. */
function testKey(key) {
  if (/^[sr]k_test_/.test(key)) return key;
  const what = /^[sr]k_live_/.test(key) ? "is a live key" : "is not a secret test key";
  throw new Error(
    `STRIPE_API_KEY ${what}. The demo takes and refunds money, so it runs with a test key only (sk_test_… or ` +
      "rk_test_…), or without any against a fake Stripe. Nothing was sent.",
  );
}

async function fakeStripe() {
  const key = "sk_test_of_the_demo";
  const fake = await startFakeStripe({ apiKey: key });
  return account({
    where: "a fake Stripe on this machine",
    api: fake.url,
    key,
    lastEvents: async (type) => fake.events.filter((event) => event.type === type),
    letPass: async (ms) => fake.advance(ms),
    close: () => fake.close(),
  });
}

function stripeItself(key) {
  const call = caller(API, key);
  return account({
    where: `Stripe's test mode, ${API}`,
    api: API,
    key,
    lastEvents: async (type) => (await call("GET", `/v1/events?type=${type}&limit=${EVENTS}`)).data,
    letPass: (ms) => timers.setTimeout(ms),
    async close() {},
  });
}

/**
 * - `where`: what to call it
 * - `url`, `key`, `webhookSecret`: with which a store pays there
 * - `pay(intent)`: what the shopper does in the browser
 * - `books(intent)`: what Stripe says of the money, in minor units
 * - `takesParts(intent)`: whether the card that has paid can be captured several times
 * - `eventOf(intent, type)`: `{ body, headers }` of Stripe's webhook about it. Stripe cannot reach a store on this machine,
 *   so the demo delivers it, signed with the secret that the store knows
 * - `letPass(ms)`: resolves once so much time has passed at Stripe. The fake's clock is put forward
 * - `losingRefundReplies(work)`: runs `work`, and no reply reaches the store from the refund on that it asks for
 */
async function account({ where, api, key, lastEvents, letPass, close }) {
  const call = caller(api, key);
  const relay = await startRelay(api);
  const webhookSecret = `whsec_${randomBytes(16).toString("hex")}`;
  const read = (intent) => call("GET", `/v1/payment_intents/${intent}?expand[]=latest_charge`);

  return {
    where,
    key,
    url: relay.url,
    webhookSecret,

    pay: (intent) =>
      call("POST", `/v1/payment_intents/${intent}/confirm`, {
        payment_method: "pm_card_visa",
        return_url: "https://shop.example/thanks",
      }),

    async books(id) {
      const intent = await read(id);
      const charge = intent.latest_charge;
      const isOver = ["succeeded", "canceled"].includes(intent.status);
      // Stripe counts what it releases among what it refunds.
      const released = charge && isOver ? charge.amount - charge.amount_captured : 0;
      return {
        status: intent.status,
        held: intent.amount_capturable,
        captured: intent.amount_received,
        released,
        refunded: charge ? Math.max(0, charge.amount_refunded - released) : 0,
      };
    },

    takesParts: async (id) =>
      (await read(id)).latest_charge.payment_method_details.card.multicapture?.status === "available",

    async eventOf(intent, type) {
      let event;
      await eventually(async () => {
        event = (await lastEvents(type)).find(({ data }) => data.object.id === intent);
        return event !== undefined;
      });
      const body = JSON.stringify(event);
      const signature = sign(body, { secret: webhookSecret, timestamp: Math.floor(Date.now() / 1_000) });
      return { body, headers: { "stripe-signature": signature } };
    },

    letPass,

    losingRefundReplies: (work) =>
      relay.losingReplies(({ method, path }) => method === "POST" && path === "/v1/refunds", work),

    async close() {
      await relay.close();
      await close();
    },
  };
}

function caller(api, key) {
  return async function call(method, path, params) {
    const response = await fetch(api + path, {
      method,
      headers: { authorization: `Bearer ${key}`, "stripe-version": VERSION },
      body: params && new URLSearchParams(params),
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    const body = await response.json();
    // Stripe's message about a wrong key repeats a part of it.
    if (response.status === 401) throw new Error("Stripe does not accept STRIPE_API_KEY");
    if (!response.ok) throw new Error(`Stripe answered ${response.status}: ${body.error?.message}`);
    return body;
  };
}

module.exports = { openStripe, fakeStripe };
