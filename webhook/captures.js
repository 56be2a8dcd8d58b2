// Money that the provider has taken by the time an order is placed. Medusa 1 knows such a payment as authorized only, and the
// provider's event may be late or never come. So the reconciliation that follows an event follows Medusa's own events, too:
// they are stored together with the order. What is lost of these, with the process or because the provider does not answer,
// is found by a look at Medusa's rows.

const { handleEvent } = require("./handler.js");
const { Patience } = require("./patience.js");
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

const MINUTE_MS = 60_000;
const LOOK_AGAIN_MS = 10 * MINUTE_MS;

/** The longest wait of a payment that no look has settled: each look may say so in the log. */
const LONGEST_WAIT_MS = 12 * 60 * MINUTE_MS;

/** The default export of a file in a plugin's `loaders`. */
const recordCaptures = (linked, webhook) => async (container, options) => {
  const bus = container.resolve("eventBusService");
  const patience = new Patience(LOOK_AGAIN_MS, LONGEST_WAIT_MS);
  const store = { linked, webhook, container, options, patience };
  for (const [name, where] of Object.entries(RECORDED)) {
    const subscriberId = `medusa-payment-rs.${webhook.identifiers[0]}.${name}`;
    bus.subscribe(name, ({ id }) => recordThose(name, where, id, store), { subscriberId });
  }
  lookAgainAndAgain(store);
};

/** Resolves with the payments that Medusa has not recorded as captured. */
async function uncaptured(where, id, { container, webhook }) {
  const query = (text, values) => container.resolve("manager").query(text, values);
  const providers = await installedProviders(query, (provider) => webhook.isOurs(provider, container));
  return query(`${UNCAPTURED} AND ${where}`, [providers, id]);
}

async function recordThose(why, where, id, store) {
  for (const payment of await uncaptured(where, id, store)) {
    store.patience.forget(payment.id);
    await record(why, payment, "within ten minutes", store);
  }
}

/** Never rejects: it is tried again, `when`. */
async function record(why, { id, provider, data, resource }, when, { linked, webhook, container, options }) {
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
    container.resolve("logger").warn(`${what} (${error.message}): it is tried again ${when}`);
  }
}

/** Never rejects. */
async function lookAgainAndAgain(store) {
  for (;;) {
    try {
      await look(store);
    } catch (error) {
      const what = "medusa-payment-rs: the payments that are not captured could not be read";
      store.container.resolve("logger").warn(`${what}: ${error.message}`);
    }
    await pause(LOOK_AGAIN_MS);
  }
}

async function look(store) {
  const { patience } = store;
  const seen = new Set();
  for (let last = ""; last !== undefined; ) {
    const payments = await uncaptured(LATELY, last, store);
    for (const payment of payments) {
      seen.add(payment.id);
      if (!patience.isDue(payment.id)) continue;
      const when = `in ${spelled(patience.postpone(payment.id) / MINUTE_MS)}`;
      await record("a look at the payments", payment, when, store);
    }
    last = payments.at(-1)?.id;
  }
  patience.keep(seen);
}

const spelled = (minutes) => (minutes < 120 ? `${minutes} minutes` : `about ${Math.round(minutes / 60)} hours`);

module.exports = { recordCaptures };
