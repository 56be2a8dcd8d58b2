// The rows of the matrix: what a shopper or an operator does, which of its requests meets the fault, and what the
// books on both sides say afterwards.
//
// - `prepare()` brings a fresh payment to where the action is possible
// - `meets(payment)` picks the requests that meet the fault, of those since the action began
// - `act(payment)` is the action over Medusa's HTTP API; it rejects where Medusa reports a failure
// - `calls` is how many of the processor's methods it takes
// - `books(payment, { attempts, ok })` resolves with
//     `wanted`, `booked` by Medusa, `moved` at Stripe: equal where all is well
//     `times`, `most`: how often Stripe did it, and how often it may have
//     `data`, `intent`: what Medusa keeps, and which intent it has to be about

const { checkout, PRICE } = require("./checkout");

const REFUND = 500;
const NOTE = "a gift";

const isPost = (path) => (request) => request.method === "POST" && request.path === path;
const intentPath = ({ intent }) => `/v1/payment_intents/${intent}`;
const cancels = (payment) => isPost(`${intentPath(payment)}/cancel`);
const creates =
  ({ cart }) =>
  (request) =>
    isPost("/v1/payment_intents")(request) && request.params.metadata?.resource_id === cart;

const makesCustomer =
  ({ email }) =>
  (request) =>
    isPost("/v1/customers")(request) && request.params.email === email;

const makesRefund =
  ({ intent }) =>
  (request) =>
    isPost("/v1/refunds")(request) && request.params.payment_intent === intent;

/** Only the reads of the intent from the `nth` on. */
function readsFrom(nth, payment) {
  let reads = 0;
  return ({ method, path }) => method === "GET" && path === intentPath(payment) && ++reads >= nth;
}

function operationsOf({ shop, provider = "stripe", steps = checkout({ shop, provider }) }) {
  const { stripe, ledger } = shop;

  const payable = async (payment) => {
    const ids = new Set(stripe.ledger.payable());
    return (await steps.intentsOf(payment)).map(({ id }) => id).filter((id) => ids.has(id));
  };
  const movements = ({ intent }, type) =>
    stripe.ledger.moved().filter((move) => move.intent === intent && move.type === type).length;

  const initiates = {
    prepare: steps.filledCart,
    act: ({ cart }) => shop.buyer.createPaymentSessions(cart),
    calls: 1,
    /** An intent whose reply was lost for good stays behind. Its secret is not known to anyone, so it cannot be paid. */
    async books(payment, { attempts }) {
      const session = await steps.sessionOf(payment.cart);
      const known = steps.intentsOf(payment).find(({ id }) => id === session?.data.id);
      return {
        wanted: PRICE,
        booked: session?.amount ?? 0,
        moved: known?.client_secret === session?.data.client_secret ? (known?.amount ?? 0) : 0,
        times: steps.intentsOf(payment).length,
        most: attempts,
        ...(session && { data: session.data, intent: known?.id }),
      };
    },
  };

  const completes = {
    prepare: steps.paidSession,
    act: async ({ cart }) => {
      const { type, data } = await shop.buyer.complete(cart);
      if (type !== "order") throw new Error(`the cart is no order: ${data.payment_session?.status}`);
    },
    calls: 3,
    async books(payment) {
      const [order, payments] = await Promise.all([steps.orderOf(payment), steps.paymentsOf(payment)]);
      const booked = order ? payments.reduce((sum, { amount }) => sum + amount, 0) : 0;
      const { amount, held } = stripe.ledger.payment(payment.intent);
      return {
        wanted: amount,
        booked,
        // Without an order nothing is booked, and what is held is no more than that.
        moved: order ? held : 0,
        times: movements(payment, "hold"),
        most: 1,
        data: payments[0]?.data ?? (await steps.sessionOf(payment.cart)).data,
        intent: payment.intent,
      };
    },
  };

  const refunds = {
    prepare: steps.paidOrder,
    act: ({ order }) => shop.operator.refund(order, REFUND),
    calls: 1,
    async books(payment) {
      const [row, rows] = await Promise.all([steps.paymentOf(payment), ledger.refunds(payment.order)]);
      const { refunded, refunds: made } = stripe.ledger.payment(payment.intent);
      const listed = rows.reduce((sum, { amount }) => sum + amount, 0);
      return {
        wanted: REFUND,
        booked: row.amount_refunded === listed ? listed : `${row.amount_refunded}, and ${listed} in refunds`,
        moved: refunded,
        times: made.length,
        most: 1,
        data: row.data,
        intent: payment.intent,
      };
    },
  };

  /** A new intent takes the old one's place, which cannot be paid any more. */
  const supersedes = {
    async books(payment, { attempts }) {
      const session = await steps.sessionOf(payment.cart);
      const current = session?.data.id;
      const known = (await payable(payment)).filter((id) => id === current || id === payment.intent);
      const isNew = current !== undefined && current !== payment.intent;
      return {
        wanted: "the new one",
        booked: isNew ? "the new one" : "the old one",
        moved: known.map((id) => (id === payment.intent ? "the old one" : "the new one")).join(" and "),
        times: steps.intentsOf(payment).length - 1,
        most: attempts,
        data: session?.data,
        intent: isNew ? known.find((id) => id === current) : payment.intent,
      };
    },
  };

  const refreshes = {
    ...supersedes,
    prepare: steps.openSession,
    act: ({ cart }) => shop.buyer.refreshSession(cart, provider),
    calls: 2,
  };

  const replaces = {
    prepare: steps.sessionOfAnother,
    act: ({ cart }) => shop.buyer.createPaymentSessions(cart),
    calls: 1,
    /** An old intent that could not be canceled is canceled with the cart's next step. */
    async books(payment, { attempts, ok }) {
      if (ok) await shop.buyer.createPaymentSessions(payment.cart);
      return supersedes.books(payment, { attempts });
    },
  };

  const operations = {
    "initiate: customer": { ...initiates, meets: makesCustomer },
    "initiate: intent": { ...initiates, meets: creates },
    update: {
      prepare: steps.openSession,
      meets: (payment) => isPost(intentPath(payment)),
      act: ({ cart }) => shop.buyer.addItem(cart),
      calls: 1,
      async books({ cart, intent }, { ok }) {
        const [session, { total }] = await Promise.all([steps.sessionOf(cart), shop.buyer.retrieveCart(cart)]);
        return {
          wanted: ok ? total : 2 * PRICE,
          booked: session.amount,
          moved: stripe.ledger.payment(intent).amount,
          times: steps.intentsOf({ cart }).length,
          most: 1,
          data: session.data,
          intent,
        };
      },
    },
    "another customer: old intent": { ...replaces, meets: (payment) => readsFrom(1, payment) },
    "another customer: customer": { ...replaces, meets: makesCustomer },
    "another customer: new intent": { ...replaces, meets: creates },
    "another customer: cancellation": { ...replaces, meets: cancels },
    authorize: { ...completes, meets: (payment) => readsFrom(1, payment) },
    retrieve: { ...completes, meets: (payment) => readsFrom(2, payment) },
    status: { ...completes, meets: (payment) => readsFrom(3, payment) },
    capture: {
      prepare: steps.heldOrder,
      meets: (payment) => isPost(`${intentPath(payment)}/capture`),
      act: steps.capture,
      calls: 1,
      async books(payment) {
        const row = await steps.paymentOf(payment);
        return {
          wanted: row.amount,
          booked: row.captured_at ? row.amount : 0,
          moved: stripe.ledger.payment(payment.intent).captured,
          times: movements(payment, "capture"),
          most: 1,
          data: row.data,
          intent: payment.intent,
        };
      },
    },
    "refund: look-up": {
      ...refunds,
      prepare: steps.oldPaidOrder,
      meets:
        ({ intent }) =>
        ({ method, path, params }) =>
          method === "GET" && path === "/v1/refunds" && params.payment_intent === intent,
    },
    refund: { ...refunds, meets: makesRefund },
    "refund a day later": { ...refunds, prepare: steps.oldPaidOrder, meets: makesRefund },
    cancel: {
      prepare: steps.heldOrder,
      meets: cancels,
      act: ({ order }) => shop.operator.cancelOrder(order),
      calls: 1,
      async books(payment) {
        const [row, order] = await Promise.all([steps.paymentOf(payment), steps.orderOf(payment)]);
        const isBooked = row.canceled_at !== null && order.status === "canceled";
        return {
          wanted: "canceled",
          booked: isBooked ? "canceled" : order.status,
          moved: stripe.ledger.payment(payment.intent).canceled ? "canceled" : "pending",
          times: movements(payment, "release"),
          most: 1,
          data: row.data,
          intent: payment.intent,
        };
      },
    },
    delete: {
      prepare: steps.openSession,
      meets: cancels,
      act: ({ cart }) => shop.buyer.deleteSession(cart, provider),
      calls: 1,
      async books(payment) {
        const session = await steps.sessionOf(payment.cart);
        return {
          wanted: "gone",
          booked: session ? "there" : "gone",
          moved: (await payable(payment)).length > 0 ? "there" : "gone",
          times: steps.intentsOf(payment).length,
          most: 1,
          ...(session && { data: session.data, intent: payment.intent }),
        };
      },
    },
    "refresh: old intent": { ...refreshes, meets: cancels },
    "refresh: new intent": { ...refreshes, meets: creates },
    updatePaymentData: {
      prepare: steps.openSession,
      meets: (payment) => isPost(intentPath(payment)),
      act: ({ cart }) => shop.buyer.updateSession(cart, provider, { description: NOTE }),
      calls: 1,
      async books(payment) {
        const session = await steps.sessionOf(payment.cart);
        const [{ description }] = steps.intentsOf(payment);
        return {
          wanted: NOTE,
          booked: session.data.description,
          moved: description,
          times: 1,
          most: 1,
          data: session.data,
          intent: payment.intent,
        };
      },
    },
  };
  return Object.entries(operations).map(([name, operation]) => ({ name, ...operation }));
}

module.exports = { operationsOf };
