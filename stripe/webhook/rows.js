// Medusa's rows, as far as a settlement needs to know them.

/** Undefined where Medusa says that there is no such thing; every other failure stays one. */
async function found(promise) {
  try {
    return await promise;
  } catch (error) {
    if (error?.type === "not_found") return undefined;
    throw error;
  }
}

const intentOf = (row) => row?.data?.id ?? null;

const booked = (payment) => ({
  intent: intentOf(payment),
  is_captured: Boolean(payment.captured_at),
  is_canceled: Boolean(payment.canceled_at),
  age_ms: Math.max(0, Date.now() - new Date(payment.created_at).getTime()),
});

/** The payment of the event's intent. */
const paymentOf = (payments, event) =>
  payments.find((payment) => intentOf(payment) === event.intent && !payment.canceled_at);

module.exports = { found, intentOf, booked, paymentOf };
