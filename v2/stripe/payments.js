// GET /admin/orders/:id/stripe-payments, which the widget in Medusa 2's admin reads.

const { AbstractPaymentProvider } = require("../../index.js");
const { paymentsOfOrder } = require("../../audit/payments.js");

/** Medusa's names in its container. */
const DATABASE = "__pg_connection__";
const PAYMENT_MODULE = "payment";

async function listPayments({ params: { id }, scope }, response) {
  const query = queryOf(scope.resolve(DATABASE));
  const [order] = await query(`SELECT id FROM "order" WHERE id = $1 AND deleted_at IS NULL`, [id]);
  if (!order) throw medusaError("not_found", `Order with id: ${id} was not found`);
  const providers = await providersIn(scope, query);
  const answer = await paymentsOfOrder({ host: "medusa2", query, providers, order: id }).catch((error) => {
    throw medusaError("unexpected_state", error.message);
  });
  response.json({ ...answer, payments: answer.payments.map((payment) => ({ ...payment, type: "order" })) });
}

/** Knex wants its own placeholders. */
const queryOf = (knex) => async (text, values) => {
  const bindings = [];
  const sql = text.replace(/\$(\d+)/g, (_, place) => {
    bindings.push(values[place - 1]);
    return "?";
  });
  return (await knex.raw(sql, bindings)).rows;
};

/** Stripe's providers in this store, as its payment module has them. */
async function providersIn(scope, query) {
  const { paymentProviderService_: providers } = scope.resolve(PAYMENT_MODULE);
  const enabled = await query("SELECT id FROM payment_provider WHERE is_enabled ORDER BY id");
  return enabled.flatMap(({ id }) => {
    const provider = providers.retrieveProvider(id);
    if (!isOurs(provider)) return [];
    const { apiKey, api_key: key = apiKey, api_base: apiBase } = provider.config;
    return [{ id, key, apiBase }];
  });
}

/** A class of the store's own counts, too. */
const isOurs = (provider) =>
  provider instanceof AbstractPaymentProvider && /^v2\/stripe(-|$)/.test(provider.constructor.processor ?? "");

/** An error whose message Medusa shows. */
const medusaError = (type, message) => Object.assign(new Error(message), { __isMedusaError: true, type });

module.exports = { listPayments };
