// Money that the provider has taken by the time an order is placed. Medusa 1 knows such a payment as authorized only, and the
// provider's event may be late or never come. So the reconciliation that follows an event follows Medusa's own events, too:
// they are stored together with the order. What is lost of these, with the process or because the provider does not answer,
// is found by a look at Medusa's rows.

const { handleEvent } = require("./handler.js");
const { installedProviders } = require("./providers.js");
const { pause } = require("./queue.js");

/** Medusa's events after which a payment is one that it has recorded, and where the payment is found. */
const RECORDED = {
  "order.placed": "payment.order_id = $2",
  "swap.payment_completed": "payment.swap_id = $2",
  "payment-collection.payment_authorized": "link.payment_collection_id = $2",
};

const UNCAPTURED = `
  SELECT payment.id, payment.provider_id AS provider, payment.data,
    coalesce(payment.cart_id, link.payment_collection_id) AS resource
  FROM payment LEFT JOIN payment_collection_payments AS link ON link.payment_id = payment.id
  WHERE payment.captured_at IS NULL AND payment.canceled_at IS NULL AND payment.provider_id = ANY($1)`;

/** A payment without an order may be on its way to one. */
const LATELY = `
  payment.created_at > now() - interval '7 days'
  AND (coalesce(payment.order_id, payment.swap_id, link.payment_collection_id) IS NOT NULL
    OR payment.created_at < now() - interval '1 minute')
  AND payment.id > $2 ORDER BY payment.id LIMIT 100`;

const LOOK_AGAIN_MS = 10 * 60_000;

/** The default export of a file in a plugin's `loaders`. */
const recordCaptures = (linked, webhook) => async (container, options) => {
  const bus = container.resolve("eventBusService");
  const store = { linked, webhook, container, options };
  for (const [name, where] of Object.entries(RECORDED)) {
    const subscriberId = `medusa-payment-rs.${webhook.identifiers[0]}.${name}`;
    bus.subscribe(name, ({ id }) => recordThose(name, where, id, store), { subscriberId });
  }
  lookAgainAndAgain(store);
};

/** Resolves with the payments that were looked at. */
async function recordThose(why, where, id, store) {
  const { container, webhook } = store;
  const query = (text, values) => container.resolve("manager").query(text, values);
  const providers = await installedProviders(query, (provider) => webhook.isOurs(provider, container));
  const payments = await query(`${UNCAPTURED} AND ${where}`, [providers, id]);
  for (const payment of payments) await record(why, payment, store);
  return payments;
}

/** Never rejects: it is tried again. */
async function record(why, { id, provider, data, resource }, { linked, webhook, container, options }) {
  if (typeof data?.id !== "string" || !resource) return;
  try {
    const status = linked.storedStatus(container.resolve(`pp_${provider}`), data);
    // A payment whose data does not say is asked for.
    if (status !== undefined && status !== "captured") return;
    const event = { id, type: why, action: "captured", payment: data.id, resource };
    // The payment's own provider is asked: another one of the same kind may have another account.
    const ofPayment = { ...webhook, identifiers: [provider] };
    await handleEvent(event, container, ofPayment, { webhook_retries: options?.webhook_retries });
  } catch (error) {
    const what = `medusa-payment-rs: whether ${data.id} is captured could not be recorded on ${resource}`;
    container.resolve("logger").warn(`${what} (${error.message}): it is tried again within ten minutes`);
  }
}

/** Never rejects. */
async function lookAgainAndAgain(store) {
  for (;;) {
    try {
      for (let last = ""; last !== undefined; ) {
        const payments = await recordThose("a look at the payments", LATELY, last, store);
        last = payments.at(-1)?.id;
      }
    } catch (error) {
      const what = "medusa-payment-rs: the payments that are not captured could not be read";
      store.container.resolve("logger").warn(`${what}: ${error.message}`);
    }
    await pause(LOOK_AGAIN_MS);
  }
}

module.exports = { recordCaptures };
