// docs/contract.md, made from the table of rules:  node __test__/support/kit/contract-page.js > docs/contract.md

const INTRO = `<!-- Made from testing/rules.json by __test__/support/kit/contract-page.js; a test keeps it so. -->

# The contract of a payment processor

What Medusa v1 needs of a payment processor is more than its interface says: what an answer means to Medusa decides
whether an order is recorded right. Each rule here says what a processor has to do, and why: what Medusa does if the
rule is broken, and in which file of \`@medusajs/medusa\` 1.20.10. The checks under a rule are those of the
[conformance kit](testing.md), which tries them on any processor.

A shopper's money moves at the *provider* (a payment service, a bank); the *processor* is the class, or the Rust type,
that Medusa calls.
`;

const METHODS = {
  initiate: "initiatePayment",
  update: "updatePayment",
  authorize: "authorizePayment",
  capture: "capturePayment",
  refund: "refundPayment",
  cancel: "cancelPayment",
  delete: "deletePayment",
  retrieve: "retrievePayment",
  status: "getPaymentStatus",
  updateData: "updatePaymentData",
};

function checkLine({ id, title, for: operations, only }) {
  const inRust = only === undefined ? "" : " (JavaScript only)";
  if (!operations) return `- \`${id}\`: ${title}${inRust}`;
  const methods = operations.map((name) => `\`${METHODS[name]}\``).join(", ");
  return `- \`${id}-…\`: ${title.replace("{operation} ", "a call ")}; for ${methods}`;
}

function section({ id, rule, why, host, rust }, checks) {
  const of = checks.filter((check) => check.rule === id).map(checkLine);
  const parts = [`## ${id}`, rule, `**Why.** ${why}`, `**In Medusa.** ${host}`];
  if (rust) parts.push(`**In Rust.** ${rust}`);
  return [...parts, of.join("\n")].join("\n\n");
}

const contractPage = ({ rules, checks }) =>
  `${[INTRO.trim(), ...rules.map((rule) => section(rule, checks))].join("\n\n")}\n`;

module.exports = { contractPage };

if (require.main === module) process.stdout.write(contractPage(require("../../../testing/rules.json")));
