// Installs the package in an empty folder, as a person would, and takes a payment with it.
//
//   node release/smoke.js                    this folder, packed with the addon in it
//   node release/smoke.js <tarball>…         these tarballs

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { run } = require("./napi");

const ROOT = path.resolve(__dirname, "..");

const PAYMENT = `
  const { AbstractPaymentProcessor, isPaymentProcessorError } = require("medusa-payment-rs");
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
    console.log(JSON.stringify([captured.captured, refunded.refunded, isPaymentProcessorError(tooMuch)]));
  }
  main();
`;

/** What the payment's books say. */
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

module.exports = { pack, smoke };

function main(tarballs) {
  const packed = fs.mkdtempSync(path.join(os.tmpdir(), "packed-"));
  try {
    const books = smoke(tarballs.length > 0 ? tarballs.map((file) => path.resolve(file)) : [pack(ROOT, packed)]);
    if (JSON.stringify(books) !== "[1500,400,true]") throw new Error(`The payment's books are wrong: ${books}`);
    console.log(`A payment was taken on ${process.platform} ${process.arch}, Node.js ${process.versions.node}`);
  } finally {
    fs.rmSync(packed, { recursive: true, force: true });
  }
}

if (require.main === module) main(process.argv.slice(2));
