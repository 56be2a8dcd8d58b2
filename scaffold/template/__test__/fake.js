// Acme's API on this machine, which fails on demand and keeps a ledger of what moved money.
//
//   node __test__/fake.js [port]     for a store to try it with

const { randomUUID } = require("node:crypto");
const http = require("node:http");

/** What each action needs, and does. It returns what moves money as a line for the ledger. */
const ACTIONS = {
  authorize(payment) {
    only(payment, "pending");
    payment.status = "authorized";
  },
  capture(payment) {
    only(payment, "authorized");
    payment.status = "captured";
    payment.captured = payment.amount;
    return `capture ${payment.amount}`;
  },
  cancel(payment) {
    only(payment, "pending", "authorized");
    payment.status = "canceled";
  },
  refund(payment, { amount }, fails) {
    only(payment, "captured");
    if (payment.refunded + amount > payment.captured) throw refusal(402, "refund_exceeds_captured");
    payment.refunds.push({ id: newId("ref"), amount, status: fails ? "failed" : "succeeded", made: Date.now() });
    if (fails) return undefined;
    payment.refunded += amount;
    return `refund ${amount}`;
  },
  change(payment, { amount, currency }) {
    only(payment, "pending");
    Object.assign(payment, { amount, currency });
  },
};

const newId = (kind) => `${kind}_${randomUUID().slice(0, 8)}`;

/** A payment as the API shows it. */
const shown = ({ refunds, ...payment }) => ({
  ...payment,
  refunds: refunds.map(({ made, ...refund }) => ({ ...refund, age: Math.floor((Date.now() - made) / 1000) })),
});

function only(payment, ...statuses) {
  if (!statuses.includes(payment.status)) throw refusal(409, `payment_is_${payment.status}`);
}

function refusal(status, code) {
  return Object.assign(new Error(code), { status, code });
}

/** Starts the API on a free port of the loopback interface, or on `port`. */
async function startFake({ port = 0, apiKey = "secret" } = {}) {
  const payments = new Map();
  const served = new Map(); // idempotency key → the reply
  const ledger = [];
  let steps = [];
  let outage = {};
  let together = 1;
  const waiting = [];

  function serve({ method, url, headers }, text, step) {
    const key = method === "POST" ? headers["idempotency-key"] : undefined;
    // Many services take such a request, and may do it twice: here it shows at once.
    if (method === "POST" && !key) throw refusal(400, "idempotency_key_missing");
    if (served.has(key)) return { text: served.get(key), headers: { "idempotent-replayed": "true" } };
    const payment = change(method, url.split("/").slice(2), text && JSON.parse(text), step === "fail_refund");
    const reply = JSON.stringify(shown(payment));
    if (method === "POST") served.set(key, reply);
    return { text: reply };
  }

  function change(method, [id, action = "change"], body, fails) {
    if (!id) {
      const payment = { id: newId("pay"), status: "pending", ...body, captured: 0, refunded: 0, refunds: [] };
      payments.set(payment.id, payment);
      return payment;
    }
    const payment = payments.get(id);
    if (!payment) throw refusal(404, "payment_not_found");
    if (method === "POST") {
      const moved = ACTIONS[action](payment, body, fails);
      if (moved) ledger.push(moved);
    }
    return payment;
  }

  /** The reply that Acme's API means to give. */
  function reply(request, text, step) {
    try {
      if (request.headers.authorization !== `Bearer ${apiKey}`) throw refusal(401, "wrong_api_key");
      if (step === "decline") throw refusal(402, "card_declined");
      if (step === "unavailable") throw refusal(503, "unavailable");
      if (typeof step === "number") throw refusal(step, `status_${step}`);
      return serve(request, text, step);
    } catch (error) {
      const { status = 500, code = "internal", message } = error;
      return { status, text: JSON.stringify({ error: { code, message } }) };
    }
  }

  function stepFor(method) {
    if (outage.step && [undefined, method].includes(outage.only)) return outage.step;
    return method === "POST" ? steps.shift() : undefined;
  }

  function answer(request, text, response) {
    const step = stepFor(request.method);
    if (step === "hang") return;
    if (step === "garble") return response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>");
    const { status = 200, text: body, headers } = reply(request, text, step);
    if (step === "lose_reply") return request.socket.destroy();
    response.writeHead(status, {
      ...headers,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    });
    if (step === "cut_off") return response.write(body.slice(0, body.length / 2), () => request.socket.destroy());
    response.end(body);
  }

  function meet(serve) {
    waiting.push(serve);
    if (waiting.length < together) return;
    together = 1;
    for (const one of waiting.splice(0)) one();
  }

  const server = http.createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (part) => {
      text += part;
    });
    request.on("end", () => {
      const serve = () => answer(request, text, response);
      if (request.method === "GET") meet(serve);
      else serve();
    });
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));

  return {
    endpoint: `http://127.0.0.1:${server.address().port}`,
    apiKey,
    /** What moved money: `capture 1500`, `refund 400`. */
    ledger,
    /** What Acme knows of a payment; of all payments, without an id. */
    payment: (id) => payments.get(id),
    payments: () => [...payments.values()],
    /**
     * How the next requests that change something go: `ok`; not done: `decline`, `unavailable`, `hang`, `garble`
     * (something on the way answers) or a status of Acme's own; done: `lose_reply`, `cut_off`; and `fail_refund`, done
     * without money.
     */
    next(...wanted) {
      steps = wanted;
    },
    /** How all requests go, or `only` those of one method (`GET`), until it is called with nothing. */
    always(step, only) {
      outage = { step, only };
    },
    /** Holds the next reads back until so many are there, as when servers look at the same moment. */
    readTogether(count) {
      together = count;
    },
    /** Lets time pass. */
    later(seconds) {
      for (const refund of [...payments.values()].flatMap(({ refunds }) => refunds)) refund.made -= seconds * 1000;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

module.exports = { startFake };

if (require.main === module) {
  startFake({ port: Number(process.argv[2] ?? 4010) }).then(({ endpoint, apiKey }) => {
    console.log(`Acme's API is at ${endpoint}; its key is "${apiKey}".`);
  });
}
