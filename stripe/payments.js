// GET /admin/orders/stripe-payments/:order_id, which medusa-payment-stripe's widget in Medusa's admin reads.

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
    listPayments(req.params.order_id, req.scope).then((payments) => res.json({ payments }), next);
  });
}

async function listPayments(orderId, scope) {
  const relations = ["payments", "swaps", "swaps.payment", "region"];
  const { payments, swaps, region } = await scope.resolve("orderService").retrieve(orderId, { relations });
  // Medusa records the payment of a swap on its order as well.
  const ofOrder = payments.filter(({ swap_id: swap }) => !swap).map((payment) => ({ payment, type: "order" }));
  const ofSwaps = swaps.map(({ payment }) => ({ payment, type: "swap" }));
  return Promise.all(
    [...ofOrder, ...ofSwaps]
      .filter(({ payment }) => payment && isOurs(payment.provider_id, scope))
      .map(async ({ payment, type }) => ({ ...(await describe(payment, scope)), type, region })),
  );
}

/** Each is asked for at its own account: a store may have several. */
async function describe(payment, scope) {
  const intent = await scope
    .resolve(`pp_${payment.provider_id}`)
    .retrievePayment({ id: payment.data.id, latest_charge: {} });
  if ("error" in intent) {
    // Of this type Medusa shows the message (dist/api/middlewares/error-handler.js).
    throw Object.assign(new Error(`${intent.error}: ${intent.detail}`), {
      type: "unexpected_state",
      code: intent.code,
    });
  }
  const { id, amount, created, latest_charge: charge } = intent;
  const { risk_score: score = null, risk_level: level = null } = charge?.outcome ?? {};
  return { id, amount, created, risk_score: score, risk_level: level };
}

module.exports = { addPaymentsRoute };
