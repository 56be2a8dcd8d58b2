// What the conformance kit is told of Acme: how to look into its ledger, and how to make it fail.
//
//   node __test__/contract.js     prints the kit's report for either host

const { formatReport, runContract, runProviderContract } = require("medusa-payment-rs/testing");
const { default: AcmeService } = require("../services/acme.js");
const { startFake } = require("./fake.js");
const {
  services: [AcmeProvider],
} = require("../v2/index.js");

/** These only read; every other method changes something with its `POST`, and may have read before. */
const READS = ["retrievePayment", "getPaymentStatus"];

/** Instances with the same options share what they remember, and these are to know no more than the payment's data. */
let timeout = 250;
const options = ({ endpoint, apiKey, webhookSecret }) => ({
  endpoint,
  api_key: apiKey,
  webhook_secret: webhookSecret,
  timeout_ms: timeout++,
});

/** What is the same for both hosts. `fake()` is the fake once it runs. */
function hooksFor(fake) {
  const all = (step) => () => fake().always(step);
  const own = (step) => (method) => fake().always(step, READS.includes(method) ? "GET" : "POST");
  return {
    // What Acme has. `authorizePayment` pays; if the shopper does that in the browser, a hook `pay` stands for it.
    ledger({ id }) {
      const { status, amount, captured, refunded } = fake().payment(id);
      return { held: status === "authorized" ? amount : 0, captured, refunded, canceled: status === "canceled" };
    },
    payable({ id }) {
      const { status, amount, currency } = fake().payment(id);
      return status === "pending" ? { amount, currency } : null;
    },
    payments: (resource) =>
      fake()
        .payments()
        .filter((payment) => payment.reference === resource && payment.status !== "canceled").length,

    // What goes wrong until `clear`. A reply that is lost is that of the request which moves money.
    faults: {
      decline: own("decline"),
      declineQuietly: own("fail_refund"),
      unavailable: all("unavailable"),
      hang: all("hang"),
      loseReply: own("lose_reply"),
      garble: own("garble"),
      cutOff: own("cut_off"),
      clear: all(undefined),
    },

    // A refund that is found may have to wait until another server would have stored it.
    later: () => fake().later(60),

    // No call may take longer.
    timeoutMs: 3000,
  };
}

/** What Medusa 1 counts on. */
function processorHooks(fake) {
  return {
    ...hooksFor(fake),
    create: () => new AcmeService({}, options(fake())),

    // What a shopper's browser may set, and what it must not.
    harmless: { note: "ring twice" },
    protected: { refund_record: { refunds: { ref_1: 400 } } },
  };
}

/** What Medusa 2 counts on. */
function providerHooks(fake) {
  return {
    ...hooksFor(fake),
    create: (cradle) => new AcmeProvider(cradle, options(fake())),

    // What Acme posts. A payment that was made without Medusa has a reference that no store knows.
    webhook: (event, { id }) =>
      event === "foreign"
        ? fake().delivery("payment.captured", id, { id: "pay_other", reference: "invoice 7" })
        : fake().delivery(`payment.${event}`, id),

    // A person refunds in Acme's dashboard.
    refundElsewhere: ({ id }, amount) => fake().refundElsewhere(id, amount),

    // What must not be in a payment's data: it reaches the storefront.
    secrets: () => [fake().apiKey, fake().webhookSecret],
  };
}

async function main() {
  const fake = await startFake();
  const reports = {
    "Medusa 1": await runContract(processorHooks(() => fake)),
    "Medusa 2": await runProviderContract(providerHooks(() => fake)),
  };
  await fake.close();
  for (const [host, report] of Object.entries(reports)) console.log(`${host}\n${formatReport(report)}`);
  process.exitCode = Object.values(reports).every(({ failed }) => failed.length === 0) ? 0 : 1;
}

if (require.main === module) main();

module.exports = { processorHooks, providerHooks };
