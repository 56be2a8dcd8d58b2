// What Medusa 2 counts on, tried on this provider by the conformance kit.

const { paymentProviderContract } = require("medusa-payment-rs/testing");
const {
  services: [PayPalPaymentProvider],
} = require("medusa-payment-rs-paypal/v2");
const { faultsOf, ledgerOf, ordersOf } = require("./support/contract");
const { startFakePayPal } = require("./support/fake-paypal");

let fake;
let instances = 0;
beforeAll(async () => (fake = await startFakePayPal()));
afterAll(() => fake.close());

/** The order, paid with PayPal's script in the shopper's browser: it has asked PayPal to hold the money. */
function heldFromTheBrowser(id) {
  const order = fake.account.find("orders", id);
  if (order.status === "APPROVED") fake.account.completeOrder(id, order.intent);
  return order;
}

/** A captured order of the same account that no store of Medusa's has made. */
function foreignOrder() {
  const amount = { currency_code: "EUR", value: "5.00" };
  const { id } = fake.account.createOrder({ intent: "CAPTURE", purchase_units: [{ custom_id: "INV-7", amount }] });
  fake.approve(id);
  return fake.account.completeOrder(id, "CAPTURE");
}

const captured = ({ captures }) =>
  fake.webhooks.delivery("PAYMENT.CAPTURE.COMPLETED", fake.account.capture(captures.at(-1)));

const EVENTS = {
  authorized(id) {
    const authorization = heldFromTheBrowser(id).authorizations.at(-1);
    return fake.webhooks.delivery("PAYMENT.AUTHORIZATION.CREATED", fake.account.authorization(authorization));
  },
  captured: (id) => captured(fake.account.find("orders", id)),
  foreign: () => captured(foreignOrder()),
};

function refundElsewhere({ id }, minor) {
  const [capture] = fake.account.find("orders", id).captures;
  fake.account.refundCapture(capture.id, { amount: { currency_code: "EUR", value: (minor / 100).toFixed(2) } });
  return true;
}

paymentProviderContract({
  // The deadline is another one each time: instances with the same options share what they remember.
  create: (cradle) =>
    new PayPalPaymentProvider(
      cradle,
      fake.options({ timeout_ms: 400, deadline_ms: 1_000 + ++instances, max_retries: 0 }),
    ),
  pay: ({ id }) => fake.approve(id),
  ledger: ({ id }) => ledgerOf(fake, id),
  // PayPal has no way to cancel an unpaid order. What a shopper pays all the same is released, and the
  // kit cannot see that from here: `payable` is left out, and with it the checks that need it.
  payments: (session) => ordersOf(fake, session),
  faults: faultsOf(() => fake),
  webhook: (event, { id }) => EVENTS[event](id),
  refundElsewhere,
  secrets: () => [fake.clientSecret],
  // Longer than another server takes to store what PayPal answered.
  later: () => fake.pass(60),
  timeoutMs: 4_000,
});
