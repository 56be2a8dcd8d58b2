// Payment collections: what an order edit or a store's own code lets a shopper pay.

const { cancel, found, paymentId, paymentOf, recorded } = require("./rows.js");

async function read(service, delivery) {
  const { payment, resource } = delivery.event;
  const relations = ["payments", "payment_sessions"];
  const collection = await found(service("paymentCollectionService").retrieve(resource, { relations }));
  if (!collection) return undefined;
  const { payments, payment_sessions: sessions } = collection;
  // It may be paid in parts, each with a session and a payment of its own.
  const session = sessions.find((one) => paymentId(one, delivery) === payment);
  const own = paymentOf(payments, delivery);
  return {
    collection,
    session,
    payments,
    rows: {
      found_as: `the payment collection ${resource}`,
      refund_route: own && `POST /admin/payments/${own.id}/refund`,
      is_completed: false,
      is_canceled: false,
      total: session?.amount ?? null,
      session: paymentId(session, delivery),
      tax_lines_age_ms: null,
      payments: payments.map((one) => recorded(one, delivery)),
    },
  };
}

/** Medusa has nothing that could be claimed. */
const claim = () => ({});

/** As `POST /store/payment-collections/:id/sessions/:session_id/authorize` does it, without a shopper's address. */
async function complete(service, { collection, session }, delivery) {
  const collections = service("paymentCollectionService");
  const { payments } = await collections.authorizePaymentSessions(collection.id, [session.id], {});
  if (!paymentOf(payments, delivery)) throw new Error(`${session.id} of ${collection.id} cannot be authorized`);
}

/** What `paymentService.capture` does (dist/services/payment.js), which keeps the reason of a failure to itself. */
async function capture(service, { payments }, delivery) {
  const captured = await service("paymentProviderService").capturePayment(paymentOf(payments, delivery));
  await service("eventBusService").emit("payment.payment_captured", captured);
}

module.exports = { collection: { read, claim, complete, capture, cancel } };
