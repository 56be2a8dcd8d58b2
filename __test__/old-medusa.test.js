// What versions of Medusa 1 before that of this store ask for. `npm run test:hosts` tries real ones.

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { script } = require("./support/node");

const PACKAGE = path.dirname(require.resolve("medusa-payment-rs/package.json"));

/** That of 1.8 to 1.19, as far as it matters here. */
const INTERFACE = `
  exports.AbstractPaymentProcessor = class {
    getIdentifier() { return this.constructor.identifier; }
  };
  exports.isPaymentProcessorError = (answer) =>
    answer && typeof answer === "object" && (answer.error || answer.code || answer.detail);`;

/** A project whose Medusa is that old. */
let project;
beforeAll(() => {
  project = fs.mkdtempSync(path.join(os.tmpdir(), "medusa-payment-rs-old-"));
  const medusa = path.join(project, "node_modules/@medusajs/medusa");
  fs.mkdirSync(path.join(medusa, "dist/interfaces"), { recursive: true });
  fs.writeFileSync(path.join(medusa, "package.json"), '{ "name": "@medusajs/medusa", "version": "1.8.0" }');
  fs.writeFileSync(path.join(medusa, "dist/interfaces/payment-processor.js"), INTERFACE);
});
afterAll(() => fs.rmSync(project, { recursive: true }));

test("before 1.20, data with a code or a detail is not taken for a failure, and a failure is one", async () => {
  const { stdout, stderr } = await script(
    `const { default: Manual } = require(${JSON.stringify(path.join(PACKAGE, "services/manual-payment.js"))});
     const { isPaymentProcessorError } = require("@medusajs/medusa/dist/interfaces/payment-processor");
     const lines = [];
     const manual = new Manual({ logger: { debug() {}, info() {}, warn: (line) => lines.push(line) } });
     const data = { id: "manual_1", status: "authorized", amount: 500, currency: "eur", code: "A-1", detail: "a gift" };
     (async () => {
       const captured = await manual.capturePayment(data);
       const refunded = await manual.refundPayment({ ...captured, code: "A-1" }, 500);
       const refused = await manual.refundPayment({ ...refunded, code: "A-1" }, 1);
       const canceled = await manual.cancelPayment({ ...data, status: "pending" });
       const answers = [captured, refunded, canceled, refused];
       const taken = answers.map((answer) => Boolean(isPaymentProcessorError(answer)));
       console.log(JSON.stringify({ taken, refunded: refunded.refunded, code: refused.code, lines }));
     })();`,
    { cwd: project },
  );
  expect(stderr).toBe("");
  const { taken, refunded, code, lines } = JSON.parse(stdout);
  expect(taken).toStrictEqual([false, false, false, true]);
  expect([refunded, code]).toStrictEqual([500, "refund_exceeds_captured"]);
  expect(lines[0]).toMatch(/left out a member `code` of the payment's data/);
});

test("before 1.18, Medusa makes an instance of the subscriber, which asks nothing of the container", () => {
  const { default: Subscriber } = require("medusa-payment-rs/stripe/subscribers/stripe.js");
  const container = new Proxy({}, { get: (_, name) => expect(name).toBe("nothing") });
  expect(new Subscriber(container, {})).toBeInstanceOf(Subscriber);
});
