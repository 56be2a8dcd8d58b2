// Payment collections: what an order edit or a store's own code lets a shopper pay.

const { booked, found, intentOf, paymentOf } = require("./rows.js");

async function read(service, event) {
  const relations = ["payments", "payment_sessions"];
  const collection = await found(service("paymentCollectionService").retrieve(event.resource, { relations }));
  if (!collection) return undefined;
  const { payments, payment_sessions: sessions } = collection;
  // It may be paid in parts, each with a session and an intent of its own.
  const session = sessions.find((one) => intentOf(one) === event.intent);
  return {
    collection,
    session,
    payments,
    books: {
      is_completed: false,
      is_canceled: false,
      total: session?.amount ?? null,
      session: intentOf(session),
      tax_lines_age_ms: null,
      payments: payments.map(booked),
    },
  };
}

/** Medusa has nothing that could be claimed. */
const claim = () => ({});

/** As `POST /store/payment-collections/:id/sessions/:session_id/authorize` does it, without a shopper's address. */
async function complete(service, { collection, session }, event) {
  const collections = service("paymentCollectionService");
  const { payments } = await collections.authorizePaymentSessions(collection.id, [session.id], {});
  if (!paymentOf(payments, event)) throw new Error(`${session.id} of ${collection.id} cannot be authorized`);
}

/** What `paymentService.capture` does (dist/services/payment.js), which keeps the reason of a failure to itself. */
async function capture(service, { payments }, event) {
  const captured = await service("paymentProviderService").capturePayment(paymentOf(payments, event));
  await service("eventBusService").emit("payment.payment_captured", captured);
}

module.exports = { collection: { read, claim, complete, capture } };
