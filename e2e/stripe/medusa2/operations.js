// The rows of the matrix in Medusa 2: what a shopper or an operator does, which of its requests meets the fault, and what
// the books on both sides have to say afterwards. As `../operations.js`, and
//
// - `repeat(payment)`: what is done after a failure if that is not the same action
// - `again(payment)`: what may be wanted next

const timers = require("node:timers/promises");
const { LIMITS } = require("../limits");
const { booksOf, inWords, CANCELED, OPEN, ORDER } = require("./books");
const { checkout } = require("./checkout");
const { PRICE, PROVIDER } = require("./shop");

const WHOLE = PRICE * 100;
const PART = 5.5;
const REST = 9.5;
const REFUND = 5;
const WITHOUT_A_PROVIDER = "pp_system_default";

/** What a storefront sends that has the shopper's card already. */
const PAID_AT_ONCE = { confirm: true, payment_method: "pm_card_visa", return_url: "https://shop.example/thanks" };

const HELD = "payment_intent.amount_capturable_updated";
const TAKEN = "payment_intent.succeeded";
/** How long a busy Medusa may take until it looks at an event, and from the provider's last request to its rows. */
const ARRIVAL_MS = 6_000;
const EVENT_MS = 1_500;
const LOOK_AGAIN_MS = 50;

const isPost = (path) => (request) => request.method === "POST" && request.path === path;
const intentPath = ({ intent }) => `/v1/payment_intents/${intent}`;
const creates =
  ({ cart }) =>
  (request) =>
    isPost("/v1/payment_intents")(request) && request.params.metadata?.cart === cart;
/** The path is read now: when it is met, the payment may have another intent. */
const cancels = (payment) => isPost(`${intentPath(payment)}/cancel`);
const captures = (payment) => isPost(`${intentPath(payment)}/capture`);
const reads = (payment) => {
  const path = intentPath(payment);
  return (request) => request.method === "GET" && request.path === path;
};
const concerns = (payment) => {
  const path = intentPath(payment);
  return (request) => request.path.startsWith(path);
};
const makesRefund =
  ({ intent }) =>
  (request) =>
    isPost("/v1/refunds")(request) && request.params.payment_intent === intent;
const listsRefunds =
  ({ intent }) =>
  ({ method, path, params }) =>
    method === "GET" && path === "/v1/refunds" && params.payment_intent === intent;
const makesCustomer =
  ({ email }) =>
  (request) =>
    isPost("/v1/customers")(request) && request.params.email === email;

const succeeds = (promise) =>
  promise.then(
    () => true,
    () => false,
  );

/** What is refused is refused; the books show whether it did anything. */
const attempted = (work) => (payment) => succeeds(work(payment));

function operationsOf({ shop, steps = checkout({ shop }) }) {
  const books = booksOf({ shop, provider: PROVIDER });

  /** Both sides have to say this. `first` and `then` are of the first action and of the second. */
  const both =
    (first, then = first) =>
    async (payment, { again = false }) => {
      const { counts, held, booked, moved, data, intent } = await books(payment);
      const { captures = 0, refunds = 0, ...wanted } = again ? then : first;
      return {
        wanted: wanted.any ? booked : inWords({ ...wanted, ...(wanted.heldOrNot && { held }) }),
        booked,
        moved,
        times: Math.max(counts.captures - captures, counts.refunds - refunds),
        most: 0,
        data,
        intent,
      };
    };

  const held = { state: ORDER, held: WHOLE };
  const taken = { state: ORDER, captured: WHOLE, captures: 1 };
  const starts = { books: both({ state: OPEN }, held), again: buyWithWhatIsThere, calls: 1 };
  const completes = { act: steps.complete, again: steps.complete, calls: 1 };

  /** The shopper's page pays the session that it was given. One without an intent may be paid already. */
  async function buyWithWhatIsThere(payment) {
    const [session] = (await steps.sessionsOf(payment)).slice(-1);
    if (session && !session.data.id && (await succeeds(steps.complete(payment)))) return undefined;
    if (!session?.data.id || session.data.id !== payment.intent) return steps.buy(payment);
    if (shop.stripe.ledger.payment(payment.intent).held === 0) await steps.pay(payment);
    return steps.complete(payment);
  }

  /** The page that is still open is paid, if Stripe lets it be; else the shopper starts again. */
  async function buyWithAnOldPage(payment) {
    const [session] = (await steps.sessionsOf(payment)).slice(-1);
    const isPaid = await succeeds(steps.pay({ intent: payment.old }));
    if (isPaid && session?.data.id === payment.old) return steps.complete(payment);
    return steps.buy(payment);
  }

  const operations = {
    initiate: { ...starts, prepare: steps.filledCart, meets: creates, act: steps.start },

    "initiate with a card": {
      ...starts,
      prepare: steps.filledCart,
      meets: creates,
      act: (payment) => steps.start(payment, PAID_AT_ONCE),
      books: both({ state: OPEN, heldOrNot: true }, held),
    },

    "account holder": { ...starts, prepare: steps.cartOfCustomer, meets: makesCustomer, act: steps.start },
    "account holder: intent": { ...starts, prepare: steps.cartOfCustomer, meets: creates, act: steps.start },

    "replace: old intent": { ...starts, prepare: steps.openSession, meets: cancels, act: steps.start, calls: 2 },
    "replace: new intent": { ...starts, prepare: steps.openSession, meets: creates, act: steps.start, calls: 2 },

    "switch provider": {
      ...starts,
      prepare: steps.openSession,
      meets: cancels,
      act: (payment) => steps.start(payment, { provider: WITHOUT_A_PROVIDER }),
      again: steps.buy,
    },

    "change the cart": {
      prepare: async () => {
        const payment = await steps.openSession();
        return { ...payment, old: payment.intent };
      },
      meets: cancels,
      act: (payment) => steps.changeCart(payment, 2),
      again: buyWithAnOldPage,
      calls: 1,
      books: both({ state: OPEN }, { state: ORDER, held: 2 * WHOLE }),
    },

    complete: { ...completes, prepare: steps.paidSession, meets: reads, books: both(held) },

    "complete, taken": {
      ...completes,
      prepare: () => steps.paidSession({ capture_method: "automatic" }),
      meets: reads,
      books: both(taken),
    },

    capture: {
      prepare: steps.heldOrder,
      meets: captures,
      act: (payment) => steps.capture(payment),
      again: attempted((payment) => steps.capture(payment)),
      calls: 1,
      books: both(taken),
    },

    "capture a part": {
      prepare: steps.heldOrder,
      meets: captures,
      act: (payment) => steps.capture(payment, PART),
      again: attempted((payment) => steps.capture(payment, REST)),
      calls: 1,
      books: both({ state: ORDER, heldOrNot: true, captured: PART * 100, captures: 1 }, { any: true, captures: 2 }),
    },

    "refund: look-up": refunds(listsRefunds, steps.oldPaidOrder),
    refund: refunds(makesRefund, steps.paidOrder),

    "refund all": {
      prepare: steps.paidOrder,
      meets: makesRefund,
      act: (payment) => steps.refund(payment, PRICE),
      again: attempted((payment) => steps.refund(payment, PRICE)),
      calls: 1,
      books: both({ state: ORDER, captured: WHOLE, refunded: WHOLE, captures: 1, refunds: 1 }),
    },

    cancel: {
      prepare: steps.heldOrder,
      meets: cancels,
      act: steps.cancel,
      again: attempted((payment) => steps.capture(payment)),
      calls: 1,
      books: both({ state: CANCELED }),
    },

    "cancel, paid": {
      prepare: steps.paidOrder,
      meets: makesRefund,
      act: steps.cancel,
      calls: 1,
      books: both({ state: CANCELED, captured: WHOLE, refunded: WHOLE, captures: 1, refunds: 1 }),
    },

    "cancel, partly paid": {
      prepare: steps.partlyPaidOrder,
      meets: makesRefund,
      act: steps.cancel,
      calls: 1,
      books: both({ state: CANCELED, captured: PART * 100, refunded: PART * 100, captures: 1, refunds: 1 }),
    },

    "webhook: held": {
      ...hears(HELD, held),
      prepare: steps.paidSession,
      repeat: steps.complete,
      again: steps.complete,
    },

    "webhook: taken": {
      ...hears(TAKEN, taken),
      prepare: () => steps.paidSession({ capture_method: "automatic" }),
      repeat: steps.complete,
      again: steps.complete,
    },

    "webhook: captured": {
      ...hears(TAKEN, taken),
      prepare: async () => {
        const payment = await steps.heldOrder();
        await shop.stripe.dashboard.capture(payment.intent);
        return payment;
      },
      repeat: (payment) => steps.capture(payment),
      again: attempted((payment) => steps.capture(payment)),
    },
  };

  /** Medusa's answer to an event says nothing, and it looks at each once. */
  function hears(type, wanted) {
    const check = both(wanted);
    const isSo = async (payment) => {
      const { wanted, booked, moved } = await check(payment, {});
      return booked === wanted && moved === wanted;
    };
    return {
      meets: concerns,
      async act(payment) {
        const isAbout = concerns(payment);
        let seen = shop.stripe.requests.filter(isAbout).length;
        await steps.deliver(payment, type);
        let until = performance.now() + ARRIVAL_MS;
        while (!(await isSo(payment))) {
          const asked = shop.stripe.requests.filter(isAbout).length;
          if (asked !== seen) until = performance.now() + LIMITS.deadline_ms + EVENT_MS;
          seen = asked;
          if (performance.now() > until) throw new Error(`nothing came of ${type}`);
          await timers.setTimeout(LOOK_AGAIN_MS);
        }
      },
      calls: 2,
      books: check,
    };
  }

  /** The second one is over the same amount, and is wanted. */
  function refunds(meets, prepare) {
    return {
      prepare,
      meets,
      act: (payment) => steps.refund(payment, REFUND),
      again: (payment) => steps.refund(payment, REFUND),
      calls: 1,
      books: both(
        { state: ORDER, captured: WHOLE, refunded: REFUND * 100, captures: 1, refunds: 1 },
        { state: ORDER, captured: WHOLE, refunded: 2 * REFUND * 100, captures: 1, refunds: 2 },
      ),
    };
  }

  return Object.entries(operations).map(([name, operation]) => ({ name, ...operation }));
}

module.exports = { operationsOf };
