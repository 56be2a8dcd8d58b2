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
  refund(payment, { amount }) {
    only(payment, "captured");
    if (payment.refunded + amount > payment.captured) throw refusal(402, "refund_exceeds_captured");
    payment.refunded += amount;
    return `refund ${amount}`;
  },
  change(payment, { amount, currency }) {
    only(payment, "pending");
    Object.assign(payment, { amount, currency });
  },
};

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

  function serve({ method, url, body, key }) {
    if (served.has(key)) return served.get(key);
    const payment = change(method, url.split("/").slice(2), body);
    const reply = { status: 200, body: { ...payment } };
    if (method === "POST") served.set(key, reply);
    return reply;
  }

  function change(method, [id, action = "change"], body) {
    if (!id) {
      const { amount, currency } = body;
      const payment = { id: `pay_${randomUUID().slice(0, 8)}`, status: "pending", amount, currency };
      payments.set(payment.id, Object.assign(payment, { captured: 0, refunded: 0 }));
      return payment;
    }
    const payment = payments.get(id);
    if (!payment) throw refusal(404, "payment_not_found");
    if (method === "POST") {
      const moved = ACTIONS[action](payment, body);
      if (moved) ledger.push(moved);
    }
    return payment;
  }

  function answer(request, text, response) {
    const step = request.method === "POST" ? steps.shift() : undefined;
    if (step === "hang") return;
    let reply;
    try {
      if (request.headers.authorization !== `Bearer ${apiKey}`) throw refusal(401, "wrong_api_key");
      if (step === "decline") throw refusal(402, "card_declined");
      const { method, url, headers } = request;
      reply = serve({ method, url, body: text && JSON.parse(text), key: headers["idempotency-key"] });
    } catch (error) {
      const { status = 500, code = "internal", message } = error;
      reply = { status, body: { error: { code, message } } };
    }
    if (step === "lose_reply") return request.socket.destroy();
    response.writeHead(reply.status, { "content-type": "application/json" }).end(JSON.stringify(reply.body));
  }

  const server = http.createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (part) => {
      text += part;
    });
    request.on("end", () => answer(request, text, response));
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));

  return {
    endpoint: `http://127.0.0.1:${server.address().port}`,
    apiKey,
    /** What moved money: `capture 1500`, `refund 400`. */
    ledger,
    /** How the next requests that change something go: `ok`, `decline`, `hang`, `lose_reply`. */
    next(...wanted) {
      steps = wanted;
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
