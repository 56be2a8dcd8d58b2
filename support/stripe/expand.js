// Expansion: an object in place of its id. https://stripe.com/docs/api/expanding_objects

const { invalid } = require("./errors");
const { page } = require("./lists");
const { shown } = require("./payment-methods");

const READERS = {
  charge: (account, id) => account.charges.get(id),
  customer: (account, id) => account.customers.get(id),
  latest_charge: (account, id) => account.charges.get(id),
  payment_intent: (account, id) => account.intents.get(id),
  payment_method: (account, id) => shown(account.methods.get(id)),
};

/** Where there is never anything in the fake. */
const NEVER = [
  ...["application", "balance_transaction", "default_source", "invoice", "latest_attempt", "mandate", "on_behalf_of"],
  ...["review", "source", "transfer", "transfer_reversal", "single_use_mandate"],
];

/** Lists that an object shows only if they are asked for. */
const LISTS = { charge: { refunds: refundsOf } };

const KNOWN = new Set(["data", "refunds", ...NEVER, ...Object.keys(READERS)]);

/** The parameter's check, before anything is done. */
function checkPaths(paths) {
  for (const [index, path] of paths.entries()) {
    if (path.split(".").every((step) => KNOWN.has(step))) continue;
    throw invalid({ message: `This property cannot be expanded (${path}).`, param: `expand[${index}]` });
  }
}

function expand(account, object, paths) {
  return paths.reduce((expanded, path) => along(account, expanded, path.split(".")), object);
}

function along(account, object, [step, ...rest]) {
  if (step === undefined || object === null || typeof object !== "object") return object;
  if (step === "data" && object.object === "list") {
    return { ...object, data: object.data.map((one) => along(account, one, rest)) };
  }
  const list = LISTS[object.object]?.[step];
  if (list) return { ...object, [step]: list(account, object) };
  const read = READERS[step];
  if (!read || !object[step]) return object;
  const there = typeof object[step] === "string" ? read(account, object[step]) : object[step];
  return { ...object, [step]: along(account, there, rest) };
}

function refundsOf(account, { id }) {
  const objects = account.refunds.all().filter((refund) => refund.charge === id);
  return page({ what: "refund", url: `/v1/charges/${id}/refunds`, objects }, {});
}

module.exports = { checkPaths, expand };
