// What the conformance kit is told of Acme: how to look into its ledger, and how to make it fail.
//
//   node __test__/contract.js     prints the kit's report

const { formatReport, runContract } = require("medusa-payment-rs/testing");
const { default: AcmeService } = require("../services/acme.js");
const { startFake } = require("./fake.js");

/** These only read; every other method changes something with its `POST`, and may have read before. */
const READS = ["retrievePayment", "getPaymentStatus"];

/** `fake()` is the fake once it runs. */
function hooksFor(fake) {
  // Instances with the same options share what they remember, and these are to know no more than the payment's data.
  let timeout = 250;
  const create = () =>
    new AcmeService({}, { endpoint: fake().endpoint, api_key: fake().apiKey, timeout_ms: timeout++ });
  const all = (step) => () => fake().always(step);
  const own = (step) => (method) => fake().always(step, READS.includes(method) ? "GET" : "POST");
  return {
    create,

    // What Acme has. `authorizePayment` pays; if the shopper does that in the browser, a hook `pay` stands for it.
    ledger({ id }) {
      const { status, amount, captured, refunded } = fake().payment(id);
      return { held: status === "authorized" ? amount : 0, captured, refunded, canceled: status === "canceled" };
    },
    payable({ id }) {
      const { status, amount, currency } = fake().payment(id);
      return status === "pending" ? { amount, currency } : null;
    },
    payments: (cart) =>
      fake()
        .payments()
        .filter((payment) => payment.reference === cart && payment.status !== "canceled").length,

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

    // What a shopper's browser may set, and what it must not.
    harmless: { note: "ring twice" },
    protected: { refund_record: { refunds: { ref_1: 400 } } },

    // No call may take longer.
    timeoutMs: 3000,
  };
}

async function main() {
  const fake = await startFake();
  const report = await runContract(hooksFor(() => fake));
  await fake.close();
  console.log(formatReport(report));
  process.exitCode = report.failed.length === 0 ? 0 : 1;
}

if (require.main === module) main();

module.exports = { hooksFor };
