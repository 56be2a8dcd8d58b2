// Deliveries of events to the store's webhook endpoints. https://stripe.com/docs/webhooks

const http = require("node:http");
const { toJson } = require("./json");
const { sign } = require("./signature");

const LIMIT_MS = 30_000;

function startWebhooks({ events, clock, secret: ownSecret, closing }) {
  const signed = (payload, { secret = ownSecret, timestamp = clock.seconds() } = {}) =>
    sign(payload, { secret, timestamp });

  /**
   * Posts the event `times` times, one after the other, as Stripe may: its deliveries are "at least once". Resolves
   * with the last answer, `{ status, body }`, in which `all` has each of them.
   */
  async function deliver(event, url, { secret, timestamp, signature, headers = {}, times = 1 } = {}) {
    const payload = typeof event === "string" || Buffer.isBuffer(event) ? event : toJson(event);
    const all = [];
    for (let time = 0; time < times; time++) {
      const ownHeaders = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": signature ?? signed(payload, { secret, timestamp }),
      };
      all.push(await post(url, payload, { ...ownHeaders, ...headers }, closing));
    }
    return { ...all.at(-1), all };
  }

  /**
   * An endpoint that gets each event, or those of the `types`, at once. What it does not answer with a 2xx stays in
   * `pending` until the test calls `retry`, at most until it has been posted `attempts` times: there is no timer.
   */
  function endpoint(url, { secret, types, attempts = 3 } = {}) {
    const deliveries = [];
    const pending = [];
    const underWay = new Set();

    async function attempt(event) {
      const number = deliveries.filter((one) => one.event === event).length + 1;
      const delivery = { event, attempt: number, status: null, body: null };
      deliveries.push(delivery);
      const { status, body } = await deliver(event, url, { secret }).catch((error) => ({
        status: 0,
        body: error.message,
      }));
      Object.assign(delivery, { status, body });
      const accepted = status >= 200 && status < 300;
      if (!accepted && number < attempts) pending.push(event);
    }

    function start(event) {
      const posting = attempt(event).finally(() => underWay.delete(posting));
      underWay.add(posting);
    }

    const stop = events.follow((event) => {
      if (!types || types.includes(event.type)) start(event);
    });

    /** Resolves once nothing is being posted. */
    async function settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    }

    return {
      deliveries,
      pending,
      settled,
      /** Posts again what is pending, and waits for the answers. */
      async retry() {
        for (const event of pending.splice(0)) start(event);
        await settled();
      },
      remove: stop,
    };
  }

  return { sign: signed, deliver, endpoint };
}

/** On a connection of its own, so that the store's server can close at any time. */
function post(url, payload, headers, signal) {
  return new Promise((resolve, reject) => {
    const options = { method: "POST", headers: { ...headers, "Content-Length": Buffer.byteLength(payload) } };
    const request = http.request(url, { ...options, agent: false, signal, timeout: LIMIT_MS }, async (response) => {
      try {
        const chunks = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve({ status: response.statusCode, body: parsed(Buffer.concat(chunks).toString()) });
      } catch (error) {
        reject(error);
      }
    });
    request.once("timeout", () => request.destroy(new Error(`No answer to the webhook within ${LIMIT_MS} ms`)));
    request.once("error", reject);
    request.end(payload);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

module.exports = { startWebhooks };
