// GET /admin/orders/stripe-payments/:order_id, which the widget in Medusa's admin reads: ours, and medusa-payment-stripe's.

const { installedProviders } = require("../webhook/providers.js");
const { isOurs } = require("./identifiers.js");

function addPaymentsRoute(router, host) {
  const path = "/admin/orders/stripe-payments/:order_id";
  const { parseCorsOrigins } = host("medusa-core-utils");
  const authenticate = host("./dist/api/middlewares/authenticate").default;
  // As Medusa's own admin routes have it (dist/api/routes/admin/index.js).
  const cors = host("cors")((req, done) => {
    const { admin_cors: origins = "" } = req.scope.resolve("configModule").projectConfig;
    done(null, { origin: parseCorsOrigins(origins), credentials: true });
  });
  router.options(path, cors);
  router.get(path, cors, authenticate(), (req, res, next) => {
    listPayments(req.params.order_id, req.scope).then((answer) => res.json(answer), next);
  });
}

async function listPayments(id, scope) {
  // Here and not above: an old jest, which loads this file with the services of a store, cannot load the audit.
  const { paymentsOfOrder } = require("../audit/payments.js");
  const { region } = await scope.resolve("orderService").retrieve(id, { relations: ["region"] });
  const query = (text, values) => scope.resolve("manager").query(text, values);
  const providers = await providersIn(scope, query);
  const { payments, findings } = await paymentsOfOrder({ host: "medusa1", query, providers, order: id }).catch(
    shownAsIs,
  );
  const types = await typesOf(payments, query);
  const listed = payments.map((one) => ({ ...one, type: types.get(one.payment), region }));
  return { payments: listed.sort((one, other) => TYPES.indexOf(one.type) - TYPES.indexOf(other.type)), findings };
}

/** Stripe's providers in this store. */
async function providersIn(scope, query) {
  const ids = await installedProviders(query, (id) => isOurs(id, scope));
  return ids.map((id) => {
    const { api_key: key, api_base: apiBase } = scope.resolve(`pp_${id}`).config;
    return { id, key, apiBase };
  });
}

/** What a payment is made for, in the order in which they are listed. */
const TYPES = ["order", "swap", "edit"];

/** What each payment was made for. */
async function typesOf(payments, query) {
  const ids = payments.map(({ payment }) => payment);
  const rows = await query("SELECT id, order_id, swap_id FROM payment WHERE id = ANY($1)", [ids]);
  const typeOf = ({ order_id: order, swap_id: swap }) => (swap ? "swap" : order ? "order" : "edit");
  return new Map(rows.map((row) => [row.id, typeOf(row)]));
}

/** Of this type Medusa shows the message (dist/api/middlewares/error-handler.js). */
function shownAsIs(error) {
  throw Object.assign(new Error(error.message), { type: "unexpected_state" });
}

module.exports = { addPaymentsRoute };
