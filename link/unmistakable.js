// Data that cannot be taken for a failure.
//
// Before 1.20 Medusa asks of an answer whether it has any of the three members of a failure (`isPaymentProcessorError`,
// dist/interfaces/payment-processor.js): data with a `code` of its own would make a refund that was paid one that was not.
// A member `error` is left out by the addon, for every version.

const replaceMethods = require("./replace-methods.js");
const serviceOf = require("./service-of.js");

const MEMBERS = ["code", "detail"];
/** Those whose answer Medusa asks so (dist/services/payment-provider.js). */
const METHODS = ["capturePayment", "refundPayment", "cancelPayment", "deletePayment"];

/**
 * Leaves these members out of what the methods of a class answer, if the host needs that.
 *
 * @param isPaymentProcessorError the host's
 */
module.exports = function unmistakable(prototype, isPaymentProcessorError) {
  if (!isPaymentProcessorError?.({ code: "A-1" })) return;
  for (const name of METHODS) {
    const method = prototype[name];
    replaceMethods(prototype, {
      [name](...args) {
        return method.apply(this, args).then((answer) => plain(answer, this));
      },
    });
  }
};

function plain(answer, { container }) {
  if (!answer || "error" in answer) return answer; // none, or a failure that is meant
  for (const member of MEMBERS.filter((member) => answer[member])) {
    delete answer[member];
    serviceOf(container, "logger")?.warn?.(
      `medusa-payment-rs: left out a member \`${member}\` of the payment's data: this version of Medusa takes it for a failure`,
    );
  }
  return answer;
}
