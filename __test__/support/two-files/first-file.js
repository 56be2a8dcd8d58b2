const { AbstractPaymentProcessor } = require("medusa-payment-rs");
const host = require("@medusajs/medusa/dist/interfaces/payment-processor");

class Manual extends AbstractPaymentProcessor {
  static identifier = "manual";
}

test("values and the host's class are this realm's", async () => {
  const manual = new Manual({});
  expect(manual).toBeInstanceOf(host.AbstractPaymentProcessor);
  expect(await manual.capturePayment({ list: [1] })).toStrictEqual({ list: [1], status: "captured" });
});

test("errors and promises are this realm's", async () => {
  const promise = new Manual({}).capturePayment(null);
  expect(promise).toBeInstanceOf(Promise);
  await expect(promise).rejects.toBeInstanceOf(TypeError);
  expect(() => new Manual({}, { unknown: 1 })).toThrow(Error);
});
