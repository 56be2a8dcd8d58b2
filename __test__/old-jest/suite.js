// Run by the jest of old-jest.test.js. It may use nothing that jest 25 lacks.

const fs = require("fs");
const path = require("path");
const { AbstractPaymentProcessor } = require("medusa-payment-rs");
const { paymentProcessorContract } = require("medusa-payment-rs/testing");

const PACKAGE = path.dirname(require.resolve("medusa-payment-rs/package.json"));

/** What a store, or its tests, load of the package. Its template and the scaffold are not loaded by them. */
const LOADED = ["index.js", "link.js", "load.js", "link", "services", "stripe", "testing", "webhook"];

/** An extension of the admin, which only a bundler reads. */
const BUNDLED = path.join("stripe", "dist", "admin");

/** The JavaScript files at a path, those in folders below it included. */
function filesAt(name) {
  if (name === BUNDLED) return [];
  const place = path.join(PACKAGE, name);
  if (!fs.existsSync(place)) return [];
  if (!fs.statSync(place).isDirectory()) return name.endsWith(".js") ? [name] : [];
  return fs.readdirSync(place).reduce((files, entry) => files.concat(filesAt(path.join(name, entry))), []);
}

class Manual extends AbstractPaymentProcessor {
  static identifier = "manual";
}

test.each(LOADED.reduce((files, name) => files.concat(filesAt(name)), []))("%s is loaded", (file) => {
  expect(require(path.join("medusa-payment-rs", file))).toBeTruthy();
});

test("a payment is made", async () => {
  const manual = new Manual({});
  const context = { amount: 1500, currency_code: "eur", resource_id: "cart_1" };
  const { session_data } = await manual.initiatePayment(context);
  const { status, data } = await manual.authorizePayment(session_data, {});
  expect(status).toBe("authorized");
  const captured = await manual.capturePayment(data);
  expect(await manual.refundPayment(captured, 400)).toStrictEqual({ ...captured, refunded: 400 });
});

test("a wrong argument is rejected with a TypeError of this realm", async () => {
  const rejection = await new Manual({}).capturePayment().catch((error) => error);
  expect(rejection).toBeInstanceOf(TypeError);
  expect(rejection.message).toMatch(/capturePayment: paymentSessionData is missing/);
});

paymentProcessorContract({ create: () => new Manual({}) });
