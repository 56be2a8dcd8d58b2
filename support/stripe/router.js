// Which operation a request asks for. https://stripe.com/docs/api

const charges = require("./charges");
const customers = require("./customers");
const { unrecognizedUrl } = require("./errors");
const intents = require("./intents");
const paymentMethods = require("./payment-methods");
const refunds = require("./refunds");
const setupIntents = require("./setup-intents");

const ROUTES = [
  ["POST /v1/payment_intents", intents.create],
  ["GET /v1/payment_intents", intents.list],
  ["GET /v1/payment_intents/:intent", intents.retrieve],
  ["POST /v1/payment_intents/:intent", intents.update],
  ["POST /v1/payment_intents/:intent/confirm", intents.confirm],
  ["POST /v1/payment_intents/:intent/capture", intents.capture],
  ["POST /v1/payment_intents/:intent/cancel", intents.cancel],
  ["POST /v1/customers", customers.create],
  ["GET /v1/customers", customers.list],
  ["GET /v1/customers/:customer", customers.retrieve],
  ["POST /v1/customers/:customer", customers.update],
  ["DELETE /v1/customers/:customer", customers.remove],
  ["GET /v1/customers/:customer/payment_methods", paymentMethods.ofCustomer],
  ["POST /v1/payment_methods", paymentMethods.create],
  ["GET /v1/payment_methods", paymentMethods.list],
  ["GET /v1/payment_methods/:method", paymentMethods.retrieve],
  ["POST /v1/payment_methods/:method/attach", paymentMethods.attach],
  ["POST /v1/payment_methods/:method/detach", paymentMethods.detach],
  ["POST /v1/setup_intents", setupIntents.create],
  ["GET /v1/setup_intents/:setup", setupIntents.retrieve],
  ["POST /v1/setup_intents/:setup/confirm", setupIntents.confirm],
  ["POST /v1/setup_intents/:setup/cancel", setupIntents.cancel],
  ["POST /v1/refunds", refunds.create],
  ["GET /v1/refunds", refunds.list],
  ["GET /v1/refunds/:refund", refunds.retrieve],
  ["POST /v1/refunds/:refund", refunds.update],
  ["GET /v1/charges", charges.list],
  ["GET /v1/charges/:charge", charges.retrieve],
].map(([pattern, operation]) => {
  const [method, path] = pattern.split(" ");
  return { method, steps: path.split("/"), operation };
});

/** The operation, and the ids in the path by name. */
function route({ method, path }) {
  const given = path.split("/");
  for (const { method: wanted, steps, operation } of ROUTES) {
    const ids = method === wanted && match(steps, given);
    if (ids) return { operation, ids };
  }
  throw unrecognizedUrl(method, path);
}

function match(steps, given) {
  if (steps.length !== given.length) return undefined;
  const ids = {};
  for (const [index, step] of steps.entries()) {
    if (!step.startsWith(":")) {
      if (step !== given[index]) return undefined;
      continue;
    }
    const id = decoded(given[index]);
    if (!id) return undefined;
    ids[step.slice(1)] = id;
  }
  return ids;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

module.exports = { route };
