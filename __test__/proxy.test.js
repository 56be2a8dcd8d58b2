// The way to Stripe as the environment says it: through a proxy, which leads to the fake here, and with certificates of
// one's own. The options have no `api_base`: what is asked for is the real api.stripe.com.

const { execFileSync } = require("node:child_process");
const { once } = require("node:events");
const fs = require("node:fs");
const http = require("node:http");
const net = require("node:net");
const os = require("node:os");
const path = require("node:path");
const tls = require("node:tls");
const { startFakeStripe } = require("../support/stripe");
const { script } = require("./support/node");
const { API_KEY } = require("./support/stripe-store");

const HOST = "api.stripe.com";

let folder;
let certificate;
let stripe;
let encrypted;
beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "proxy-"));
  certificate = makeCertificate(folder);
  stripe = await startFakeStripe({ apiKey: API_KEY });
  const { port } = new URL(stripe.url);
  const credentials = { key: fs.readFileSync(certificate.key), cert: fs.readFileSync(certificate.file) };
  encrypted = await listening(tls.createServer(credentials, (socket) => join(socket, net.connect(port, "127.0.0.1"))));
});
afterAll(async () => {
  encrypted?.close();
  await stripe?.close();
  fs.rmSync(folder, { recursive: true });
});

let proxy;
beforeEach(async () => (proxy = await startProxy()));
afterEach(() => proxy.close());

/** A self-signed certificate of Stripe's host. */
function makeCertificate(folder) {
  const [config, key, file] = ["request.cnf", "key.pem", "certificate.pem"].map((name) => path.join(folder, name));
  fs.writeFileSync(
    config,
    `[req]
    distinguished_name = name
    x509_extensions = extensions
    prompt = no
    [name]
    CN = ${HOST}
    [extensions]
    subjectAltName = DNS:${HOST}
    basicConstraints = CA:FALSE`,
  );
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  execFileSync("openssl", ["req", "-x509", "-config", config, ...kind, "-keyout", key, "-out", file], {
    stdio: "pipe",
  });
  return { key, file };
}

async function listening(server) {
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server;
}

function join(one, other) {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ]) {
    from.pipe(to);
    from.once("error", () => to.destroy());
  }
}

/** A proxy that leads to the fake whatever it is asked for, or answers with `status`. */
async function startProxy() {
  const started = { asked: [], status: undefined, close: () => server.close() };
  const server = await listening(http.createServer());
  server.on("connect", ({ url, headers }, socket) => {
    started.asked.push([url, headers["proxy-authorization"]]);
    if (started.status) return socket.end(`HTTP/1.1 ${started.status}\r\n\r\n`);
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    join(socket, net.connect(encrypted.address().port, "127.0.0.1"));
  });
  started.address = `127.0.0.1:${server.address().port}`;
  return started;
}

/** Starts a payment in a process of its own: `{ answer, error, stderr }`. `first` is run before the plugin is required. */
async function startPayment(env, { options = {}, first = "" } = {}) {
  const given = { api_key: API_KEY, timeout_ms: 2_000, max_retries: 0, ...options };
  const { stdout, stderr } = await script(
    `${first}
    const Service = require("medusa-payment-rs/stripe/services/stripe-provider.js").default;
    const context = { amount: 1000, currency_code: "eur", resource_id: "cart_1", context: {}, paymentSessionData: {} };
    (async () => new Service({}, ${JSON.stringify(given)}).initiatePayment(context))().then(
      (answer) => console.log(JSON.stringify({ answer })),
      (error) => console.log(JSON.stringify({ error: error.message })),
    );`,
    { env: { HTTPS_PROXY: "", HTTP_PROXY: "", ALL_PROXY: "", NO_PROXY: "", ...env } },
  );
  return { ...JSON.parse(stdout), stderr };
}

const made = ({ answer }) =>
  expect(answer.session_data).toMatchObject({ id: expect.stringMatching(/^pi_/), amount: 1000 });

test.each(["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])("%s leads to Stripe, to its own host", async (variable) => {
  made(await startPayment({ [variable]: `http://${proxy.address}`, NODE_EXTRA_CA_CERTS: certificate.file }));
  expect(proxy.asked).toStrictEqual([[`${HOST}:443`, undefined]]);
});

test("the proxy gets its credentials, and SSL_CERT_FILE says whom to trust", async () => {
  const env = { HTTPS_PROXY: `http://me:hunter2@${proxy.address}`, SSL_CERT_FILE: certificate.file };
  made(await startPayment(env));
  const basic = `Basic ${Buffer.from("me:hunter2").toString("base64")}`;
  expect(proxy.asked).toStrictEqual([[`${HOST}:443`, basic]]);
});

test("a variable that the store's configuration sets counts, as from a file .env", async () => {
  const first = `process.env.HTTPS_PROXY = ${JSON.stringify(`http://${proxy.address}`)};`;
  made(await startPayment({ NODE_EXTRA_CA_CERTS: certificate.file }, { first }));
  expect(proxy.asked).toHaveLength(1);
});

test.each(["407 Proxy Authentication Required", "502 Bad Gateway"])(
  "if the proxy answers %s, nothing was moved, and the error names the proxy",
  async (status) => {
    proxy.status = status;
    const env = { HTTPS_PROXY: `http://me:hunter2@${proxy.address}`, MEDUSA_PAYMENT_RS_LOG: "debug" };
    const { answer, stderr } = await startPayment(env);
    expect(answer).toMatchObject({
      code: "temporarily_unavailable",
      detail: expect.stringContaining(`through the proxy ${proxy.address} (HTTPS_PROXY)`),
    });
    expect(answer.detail).toContain("Nothing was moved.");
    for (const text of [JSON.stringify(answer), stderr]) expect(text).not.toContain("hunter2");
  },
);

test("what is not the address of a proxy stops the boot and is not repeated", async () => {
  const { error } = await startPayment({ HTTPS_PROXY: "socks5://me:hunter2@127.0.0.1:1" });
  expect(error).toMatch(/"stripe".*HTTPS_PROXY: expected the address of an HTTP proxy/);
  expect(error).not.toContain("hunter2");
});

test("NO_PROXY and this machine are reached without it", async () => {
  const env = { HTTPS_PROXY: `http://${proxy.address}`, ALL_PROXY: `http://${proxy.address}` };
  made(await startPayment(env, { options: { api_base: stripe.url } }));
  // No server answers at this name, with or without the proxy.
  const options = { api_base: "https://stripe.invalid", timeout_ms: 300 };
  await startPayment({ ...env, NO_PROXY: "example.com,.stripe.invalid" }, { options });
  expect(proxy.asked).toStrictEqual([]);
  await startPayment({ ...env, NO_PROXY: "example.com" }, { options });
  expect(proxy.asked).toStrictEqual([["stripe.invalid:443", undefined]]);
});
