// As quick an imitation of Stripe as Node.js allows: it parses what it must and remembers nothing, so that the clients
// are what is measured.

const net = require("node:net");

const { payment } = require("../payloads.js");
const { answer } = require("./process.js");

const ID = "pi_0";
const NOTHING = JSON.stringify({ object: "list", data: [], has_more: false, url: "/v1/refunds" });

/** Makes the text of an intent of each id. */
function intentWith(members) {
  const [before, after] = JSON.stringify({ ...payment("3 KB", 0), id: ID, ...members }).split(`"${ID}"`);
  return (id) => `${before}"${id}"${after}`;
}

const { amount } = payment("3 KB", 0);
const unpaid = { status: "requires_payment_method" };
const intent = intentWith(unpaid);
/** One that is held until it is captured. */
const heldIntent = intentWith({ status: "requires_capture", amount_capturable: amount, amount_received: 0 });
const capturedIntent = intentWith({ status: "succeeded", amount_capturable: 0, amount_received: amount });

const CUSTOMER = {
  id: "cus_stripe",
  object: "customer",
  address: null,
  balance: 0,
  created: 1732356000,
  currency: null,
  default_source: null,
  delinquent: false,
  description: null,
  email: "ada@example.com",
  invoice_prefix: "ADA1815",
  livemode: false,
  metadata: {},
  name: "Ada Lovelace",
  phone: null,
  shipping: null,
  tax_exempt: "none",
};
const newIntent = intentWith({ ...unpaid, customer: CUSTOMER.id });
const newIntentWithCustomer = intentWith({ ...unpaid, customer: CUSTOMER });
const WITH_CUSTOMER = /(?:^|&)expand(?:\[|%5B)0(?:\]|%5D)=customer(?:&|$)/;

const METADATA = /(?:^|&)metadata(?:\[|%5B)(\w+)(?:\]|%5D)=([^&]*)/g;

let made = 0;
let requests = 0;
let date = new Date().toUTCString();
setInterval(() => {
  date = new Date().toUTCString();
}, 1_000);

/** What the caller stores with a refund, by which it tells its own from an answer to an earlier request. */
const sentMetadata = (form) =>
  Object.fromEntries(
    Array.from(form.matchAll(METADATA), ([, name, value]) => [name, decodeURIComponent(value.replaceAll("+", " "))]),
  );

const refund = (form) =>
  JSON.stringify({
    id: `re_${++made}`,
    object: "refund",
    amount: Number(/(?:^|&)amount=(\d+)/.exec(form)[1]),
    balance_transaction: "txn_1",
    charge: "ch_1",
    created: 1732356000,
    currency: "eur",
    metadata: sentMetadata(form),
    payment_intent: ID,
    reason: null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: "succeeded",
    transfer_reversal: null,
  });

function bodyFor(line, body) {
  const [method, target] = line.split(" ", 2);
  if (target.startsWith("/v1/refunds")) {
    return method === "GET" ? NOTHING : refund(body);
  }
  if (target.startsWith("/v1/payment_intents?")) return NOTHING;
  const id = /^\/v1\/payment_intents\/(\w+)/.exec(target)?.[1];
  if (!id) return (WITH_CUSTOMER.test(body) ? newIntentWithCustomer : newIntent)(`pi_new${++made}`);
  if (id?.startsWith("pi_held_")) return target.endsWith("/capture") ? capturedIntent(id) : heldIntent(id);
  return intent(id);
}

function reply(line, body) {
  const text = bodyFor(line, body);
  return (
    `HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: ${date}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${Buffer.byteLength(text)}\r\nConnection: keep-alive\r\nRequest-Id: req_${++made}\r\n` +
    `Stripe-Version: 2022-11-15\r\n\r\n${text}`
  );
}

function listen(latency) {
  const server = net.createServer({ noDelay: true }, (socket) => {
    let received = "";
    socket.setEncoding("latin1");
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      received += chunk;
      for (let end; (end = received.indexOf("\r\n\r\n")) >= 0; ) {
        const head = received.slice(0, end);
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
        const total = end + 4 + length;
        if (received.length < total) return;
        requests += 1;
        const text = reply(head.slice(0, head.indexOf("\r\n")), received.slice(end + 4, total));
        received = received.slice(total);
        if (latency === 0) socket.write(text);
        else setTimeout(() => socket.destroyed || socket.write(text), latency);
      }
    });
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", 1024, () => resolve(`http://127.0.0.1:${server.address().port}`));
  });
}

/** Asked for latencies, it serves them; asked for nothing, it says how many requests it has served so far. */
answer(async ({ latencies }) => {
  if (!latencies) return { requests };
  const urls = {};
  for (const latency of latencies) urls[latency] = await listen(latency);
  return { urls };
});
