// The hooks for a processor at the fake Stripe.

/** These only read; every other method changes something at Stripe with its POST requests. */
const READS = ["authorizePayment", "retrievePayment", "getPaymentStatus"];

const isCanceled = ({ status }) => status === "canceled";

/**
 * `fake()` is the fake Stripe once it runs, and `create(number)` makes the processor's instances. `missed()` of the
 * hooks tells which faults no request ran into.
 */
function stripeHooks(fake, create, more = {}) {
  let instances = 0;
  const injected = [];
  const fault = (options) => (method) => {
    const made = fake().fault({
      method: READS.includes(method) ? "GET" : "POST",
      path: /^\/v1\/(payment_intents|refunds)/,
      times: Infinity,
      ...options,
    });
    injected.push({ what: `${options.kind} ${options.when ?? ""} ${method}`, made });
  };
  const hooks = {
    create: () => create(++instances),
    pay: ({ client_secret: secret }) => fake().shopper.confirm(secret),
    ledger: ({ id }) => fake().ledger.payment(id),
    payable({ id }) {
      const { amount, currency } = fake().ledger.payment(id);
      return fake().ledger.payable().includes(id) ? { amount, currency } : null;
    },
    payments: (cart) =>
      fake()
        .ledger.intents({ resource_id: cart })
        .filter((intent) => !isCanceled(intent)).length,
    faults: {
      decline: fault({ kind: "status", status: 402, stored: true }),
      declineQuietly: () => fake().bank.nextRefund("failed"),
      unavailable: fault({ kind: "status", status: 503, method: undefined }),
      hang: fault({ kind: "hang", method: undefined }),
      loseReply: fault({ kind: "reset", when: "after" }),
      garble: fault({ kind: "status", status: 502, body: "json" }),
      cutOff: fault({ kind: "truncate", when: "after" }),
      clear: () => fake().clearFaults(),
    },
    later: () => fake().advance(60_000),
    harmless: { description: "Mugs" },
    protected: { capture_method: "automatic", customer: "cus_of_another_shopper" },
    ...more,
  };
  const missed = () => injected.filter(({ made }) => made.hits === 0).map(({ what }) => what);
  return { hooks, missed };
}

/** Event of the contract → what Stripe calls it. */
const EVENTS = { authorized: "payment_intent.amount_capturable_updated", captured: "payment_intent.succeeded" };

/** The same for a provider of Medusa 2. */
function stripeProviderHooks(fake, create, more = {}) {
  const { hooks, missed } = stripeHooks(fake, create);
  const { harmless: _, protected: __, ...rest } = hooks;
  const signed = (event) => {
    const body = JSON.stringify(event);
    return { body, headers: { "stripe-signature": fake().sign(body) } };
  };
  return {
    missed,
    hooks: {
      ...rest,
      create,
      payments: (session) =>
        fake()
          .ledger.intents({ session_id: session })
          .filter((intent) => !isCanceled(intent)).length,
      refundElsewhere: ({ id }, amount) =>
        fake()
          .dashboard.refund(id, { amount })
          .then(
            () => true,
            () => false,
          ),
      webhook(event, { id }) {
        if (event === "foreign") {
          const foreign = { object: "payment_intent", amount: 500, currency: "eur", metadata: {} };
          return signed(fake().event(EVENTS.captured, foreign));
        }
        return signed(fake().events.findLast(({ type, data }) => type === EVENTS[event] && data.object.id === id));
      },
      ...more,
    },
  };
}

module.exports = { stripeHooks, stripeProviderHooks };
