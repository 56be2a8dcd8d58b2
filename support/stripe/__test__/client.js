// A plain client for the fake's own tests.

const http = require("node:http");
const { startFakeStripe } = require("..");

const API_KEY = "sk_test_51FakeKeyOfTheChecks";
const PAYMENT = { amount: 1000, currency: "usd" };

/** A fake and a client of it, `{ stripe, call, post, get, pay }`, for as long as the test `t` runs. */
async function open(t, options = {}) {
  const stripe = await startFakeStripe({ apiKey: API_KEY, ...options });
  const agent = new http.Agent({ keepAlive: true });
  t.after(async () => {
    agent.destroy();
    await stripe.close();
  });
  const call = (method, path, params = {}, more = {}) =>
    request(stripe, agent, { method, path, text: encode(params), ...more });
  const post = (path, params, more) => call("POST", path, params, more);
  const get = (path, params, more) => call("GET", path, params, more);

  /** An intent that has been paid, or whatever the card makes of it. */
  async function pay(params = {}, card = "ok") {
    const { body } = await post("/v1/payment_intents", { ...PAYMENT, ...params });
    return stripe.shopper.confirm(body.client_secret, { card });
  }
  return { stripe, call, post, get, pay };
}

/** `{ status, headers, text, body }`. `key` is the idempotency key. */
function request(stripe, agent, { method, path, text, key, apiKey = API_KEY, headers = {} }) {
  const inQuery = method !== "POST" && text !== "";
  const options = {
    method,
    agent,
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...(method === "POST" && { "content-type": "application/x-www-form-urlencoded" }),
      ...(key && { "idempotency-key": key }),
      ...headers,
    },
  };
  return new Promise((resolve, reject) => {
    const sent = http.request(stripe.url + path + (inQuery ? `?${text}` : ""), options, async (response) => {
      try {
        const chunks = [];
        for await (const chunk of response) chunks.push(chunk);
        const body = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode, headers: response.headers, text: body, body: parsed(body) });
      } catch (error) {
        reject(error);
      }
    });
    sent.once("error", reject);
    sent.end(method === "POST" ? text : undefined);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function encode(params, within) {
  const parts = Object.entries(params).map(([key, value]) => {
    const name = within ? `${within}[${key}]` : key;
    if (typeof value === "object") return encode(value, name);
    return `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
  });
  return parts.filter((part) => part !== "").join("&");
}

module.exports = { API_KEY, PAYMENT, open };
