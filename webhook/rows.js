// Medusa's rows, as far as the reconciliation needs to know them.

/** Undefined if Medusa says that there is no such thing; every other failure stays one. */
async function found(promise) {
  try {
    return await promise;
  } catch (error) {
    if (error?.type === "not_found") return undefined;
    throw error;
  }
}

/** The provider's id of the payment in the row of a session or a payment; null if it is another provider's. */
function paymentId(row, { isOurs }) {
  const id = row && isOurs(row.provider_id) ? row.data?.id : null;
  return typeof id === "string" ? id : null;
}

const recorded = (payment, delivery) => ({
  payment: paymentId(payment, delivery),
  is_captured: Boolean(payment.captured_at),
  is_canceled: Boolean(payment.canceled_at),
  age_ms: Math.max(0, Date.now() - new Date(payment.created_at).getTime()),
  refunded: payment.amount_refunded ?? 0,
});

/** The event's own payment. */
const paymentOf = (payments, delivery) =>
  payments.find((payment) => paymentId(payment, delivery) === delivery.event.payment && !payment.canceled_at);

/** Records that the event's own payment is canceled; the provider, which has canceled it, says that it is. */
async function cancel(service, { payments }, delivery) {
  await service("paymentProviderService").cancelPayment(paymentOf(payments, delivery));
}

module.exports = { cancel, found, paymentId, paymentOf, recorded };
