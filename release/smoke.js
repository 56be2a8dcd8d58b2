// Installs the package in an empty folder, as a person would, takes a payment with it, and asks for one over HTTP.
//
//   node release/smoke.js                    this folder, packed with the addon in it
//   node release/smoke.js <tarball>…         these tarballs

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { run } = require("./napi");

const ROOT = path.resolve(__dirname, "..");

const PAYMENT = `
  const http = require("node:http");
  const { AbstractPaymentProcessor, isPaymentProcessorError } = require("medusa-payment-rs");
  const { default: StripeProvider } = require("medusa-payment-rs/stripe/services/stripe-provider.js");
  class Manual extends AbstractPaymentProcessor {
    static identifier = "manual";
  }
  async function main() {
    const manual = new Manual({});
    const order = { amount: 1500, currency_code: "eur", resource_id: "cart_1" };
    const { session_data } = await manual.initiatePayment(order);
    const { data } = await manual.authorizePayment(session_data, {});
    const captured = await manual.capturePayment(data);
    const refunded = await manual.refundPayment(captured, 400);
    const tooMuch = await manual.refundPayment(refunded, 1101);
    const status = await statusAtStripe({ id: "pi_1", amount: 1500, status: "requires_capture" });
    console.log(JSON.stringify([captured.captured, refunded.refunded, isPaymentProcessorError(tooMuch), status]));
  }
  async function statusAtStripe(intent) {
    const server = http.createServer((_, response) => response.end(JSON.stringify(intent)));
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const options = { api_key: "sk_test_1", api_base: \`http://127.0.0.1:\${server.address().port}\` };
    const status = await new StripeProvider({}, options).getPaymentStatus(intent);
    server.close();
    server.closeAllConnections();
    return status;
  }
  main();
`;

/** What the script writes where all is well: captured, refunded, whether too much is refused, and the status over HTTP. */
const BOOKS = [1500, 400, true, "authorized"];

/** What it has written. */
function smoke(tarballs, { env, npmOptions = [] } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "smoke-"));
  try {
    fs.writeFileSync(path.join(folder, "package.json"), `{ "private": true }`);
    run("npm", ["install", "--no-audit", "--no-fund", ...npmOptions, ...tarballs], { cwd: folder, env });
    fs.writeFileSync(path.join(folder, "payment.js"), PAYMENT);
    return JSON.parse(run(process.execPath, ["payment.js"], { cwd: folder, env }));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Packs a folder into another, and returns the tarball's path. */
function pack(folder, destination) {
  const args = ["pack", "--json", "--pack-destination", destination];
  const [{ filename }] = Object.values(JSON.parse(run("npm", args, { cwd: folder })));
  return path.join(destination, filename);
}

module.exports = { BOOKS, pack, smoke };

function main(tarballs) {
  const packed = fs.mkdtempSync(path.join(os.tmpdir(), "packed-"));
  try {
    const books = smoke(tarballs.length > 0 ? tarballs.map((file) => path.resolve(file)) : [pack(ROOT, packed)]);
    if (JSON.stringify(books) !== JSON.stringify(BOOKS)) throw new Error(`The payment's books are wrong: ${books}`);
    console.log(`A payment was taken on ${process.platform} ${process.arch}, Node.js ${process.versions.node}`);
  } finally {
    fs.rmSync(packed, { recursive: true, force: true });
  }
}

if (require.main === module) main(process.argv.slice(2));
