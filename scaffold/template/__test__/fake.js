// Acme's API on this machine: the service over HTTP, and what can go wrong on the way.
//
//   node __test__/fake.js [port]     for a store to try it with

const { createHmac } = require("node:crypto");
const http = require("node:http");
const { newId, openService } = require("./service.js");

/** Starts the API on a free port of the loopback interface, or on `port`. */
async function startFake({ port = 0, apiKey = "secret", webhookSecret = "webhook secret" } = {}) {
  const service = openService({ apiKey });
  let steps = [];
  let outage = {};
  let together = 1;
  const waiting = [];

  function stepFor(method) {
    if (outage.step && [undefined, method].includes(outage.only)) return outage.step;
    return method === "POST" ? steps.shift() : undefined;
  }

  function answer(request, body, response) {
    const { method, url, headers, socket } = request;
    const step = stepFor(method);
    if (step === "hang") return;
    if (step === "garble") return response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>");
    const reply = service.answer({ method, url, headers, body }, step);
    if (step === "lose_reply") return socket.destroy();
    response.writeHead(reply.status, {
      ...reply.headers,
      date: new Date(service.now()).toUTCString(),
      "content-type": "application/json",
      "content-length": Buffer.byteLength(reply.body),
    });
    if (step === "cut_off") return response.write(reply.body.slice(0, reply.body.length / 2), () => socket.destroy());
    response.end(reply.body);
  }

  function meet(serve) {
    waiting.push(serve);
    if (waiting.length < together) return;
    together = 1;
    for (const one of waiting.splice(0)) one();
  }

  const server = http.createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      const serve = () => answer(request, body, response);
      if (request.method === "GET") meet(serve);
      else serve();
    });
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));

  return {
    endpoint: `http://127.0.0.1:${server.address().port}`,
    apiKey,
    webhookSecret,
    /** What moved money: `capture 1500`, `refund 400`. */
    ledger: service.ledger,
    /** What Acme knows of a payment; of all payments, without an id. */
    payment: (id) => service.payments.get(id),
    payments: () => [...service.payments.values()],
    /**
     * How the next requests that change something go: `ok`; not done: `decline`, `unavailable`, `key_in_use`, `hang`,
     * `garble` (something on the way answers) or a status of Acme's own; done: `lose_reply`, `cut_off`; and
     * `fail_refund`, done without money.
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
    later: service.later,
    /** Refunds in Acme's dashboard. Returns whether Acme did. */
    refundElsewhere: service.refundElsewhere,
    /** A webhook request about a payment, as Acme sends it; `changes` make it another payment. */
    delivery(type, id, changes) {
      const payment = { ...service.payments.get(id), ...changes };
      const body = Buffer.from(JSON.stringify({ id: newId("evt"), type, payment }));
      const signature = createHmac("sha256", webhookSecret).update(body).digest("hex");
      return { body, headers: { "content-type": "application/json", "acme-signature": signature } };
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

module.exports = { startFake };

if (require.main === module) {
  startFake({ port: Number(process.argv[2] ?? 4010) }).then(({ endpoint, apiKey, webhookSecret }) => {
    console.log(`Acme's API is at ${endpoint}; its key is "${apiKey}", and the webhook's secret "${webhookSecret}".`);
  });
}
