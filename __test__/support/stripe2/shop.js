// A store of Medusa 2 for one payment: what the payment module calls a provider with, and what it then records. In memory,
// because the question is only whether the records agree with Stripe's ledger. Amounts are in minor units.

const DECIMALS = { jpy: 0, ugx: 0, kwd: 3 };

/** `create(cradle, options)` makes the provider, as the module does; `fake` is the Stripe that it talks to. */
function openShop({ create, fake }, options = {}) {
  const rows = { sessions: new Map(), captures: new Map(), refunds: new Map(), payments: new Map() };
  const log = [];
  const provider = create(cradleOf(rows, log), options);
  let ids = 0;
  const newId = (prefix) => `${prefix}_${++ids}`;
  const shop = { provider, log, session: undefined, payment: undefined };

  /** What a call makes of a row: the row stays if it succeeds, and is gone if it throws. `{ value }` or `{ error }`. */
  async function recorded(table, row, call) {
    table.set(row.id, row);
    try {
      return { value: await call() };
    } catch (error) {
      table.delete(row.id);
      return { error };
    }
  }

  const settled = async (call) => {
    try {
      return { value: await call() };
    } catch (error) {
      return { error };
    }
  };

  function recordCapture(amount) {
    const id = newId("capt");
    const { id: payment_id, currency } = shop.payment;
    rows.captures.set(id, { id, amount, raw_amount: decimal(amount, currency), payment_id, created_at: new Date() });
  }

  return Object.assign(shop, {
    /** A new session in place of the one before; `data` is what the storefront sends. */
    async initiate(amount, { currency = "usd", data = {}, accountHolder } = {}) {
      const id = newId("payses");
      const row = { id, amount: major(amount, currency), currency_code: currency, minor: amount, data: {} };
      const answer = await recorded(rows.sessions, row, () =>
        provider.initiatePayment({
          amount: row.amount,
          currency_code: currency,
          data: { ...data, session_id: id },
          context: { idempotency_key: id, ...(accountHolder && { account_holder: accountHolder }) },
        }),
      );
      if (answer.error) return answer;
      const { data: made, status = "pending" } = answer.value;
      shop.session = Object.assign(row, { data: merged({ ...data, session_id: id }, made), status });
      return answer;
    },

    /** Completes the cart: what is authorized becomes a payment, and what is captured is recorded as such. */
    async authorize() {
      const { session } = shop;
      const context = { idempotency_key: session.id };
      const answer = await settled(() => provider.authorizePayment({ data: session.data, context }));
      if (answer.error) return answer;
      const { status, data } = answer.value;
      Object.assign(session, { status, data });
      if (status === "authorized" || status === "captured") {
        shop.payment = { id: newId("pay"), data, currency: session.currency_code };
        rows.payments.set(shop.payment.id, {
          id: shop.payment.id,
          payment_session_id: session.id,
          raw_amount: decimal(session.minor, session.currency_code),
          currency_code: session.currency_code,
        });
        if (status === "captured") recordCapture(session.minor);
      }
      return answer;
    },

    async capture(amount = shop.session.minor) {
      const { payment } = shop;
      const { value, precision } = decimal(amount, payment.currency);
      const row = {
        id: newId("capt"),
        amount,
        raw_amount: { value, precision },
        payment_id: payment.id,
        created_at: new Date(),
      };
      const context = { idempotency_key: row.id };
      const answer = await recorded(rows.captures, row, () => provider.capturePayment({ data: payment.data, context }));
      if (answer.value) payment.data = merged(payment.data, answer.value.data);
      return answer;
    },

    async refund(amount, given = decimal(amount, shop.payment.currency)) {
      const { payment } = shop;
      const row = { id: newId("ref"), amount, raw_amount: given, payment_id: payment.id, created_at: new Date() };
      const context = { idempotency_key: row.id };
      const answer = await recorded(rows.refunds, row, () =>
        provider.refundPayment({ amount: given, data: payment.data, context }),
      );
      if (answer.value) payment.data = merged(payment.data, answer.value.data);
      return answer;
    },

    /** Cancels the order's payment. Medusa logs what this throws, and the order is canceled all the same. */
    async cancelOrder() {
      const { payment } = shop;
      const context = { idempotency_key: payment.id };
      const answer = await settled(() => provider.cancelPayment({ data: payment.data, context }));
      payment.canceled = true;
      return answer;
    },

    async deleteSession(session = shop.session) {
      const answer = await settled(() => provider.deletePayment({ data: session.data }));
      if (!answer.error) rows.sessions.delete(session.id);
      return answer;
    },

    /** What the module calls the other methods with is their own business; the outcome is `{ value }` or `{ error }`. */
    ask: (method, input) => settled(() => provider[method](input)),

    /** The action for the last event of this type. */
    async webhook(type) {
      const event = fake.events.findLast((one) => one.type === type);
      const rawData = Buffer.from(JSON.stringify(event));
      const headers = { "stripe-signature": fake.sign(rawData) };
      return settled(() => provider.getWebhookActionAndData({ data: event, rawData, headers }));
    },

    forgetSessions: () => rows.sessions.clear(),

    books: () => ({
      captured: sum(rows.captures),
      refunded: sum(rows.refunds),
      canceled: shop.payment?.canceled ?? false,
      status: shop.session?.status,
    }),

    /** The same of everything that Stripe has. */
    ledger() {
      const payments = fake.ledger.intents().map(({ id }) => fake.ledger.payment(id));
      const total = (name) => payments.reduce((all, payment) => all + payment[name], 0);
      return {
        captured: total("captured"),
        refunded: total("refunded"),
        held: total("held"),
        intents: payments.length,
        payable: fake.ledger.payable().length,
      };
    },
  });
}

/** The part of the module's container that a provider may read. */
function cradleOf({ sessions, captures, refunds, payments }, log) {
  const list = (table, filter = {}) =>
    [...table.values()].filter((row) => Object.entries(filter).every(([name, value]) => row[name] === value));
  const withRelations = (row) => {
    const payment_id = row.payment_id;
    const payment = payments.get(payment_id);
    if (!payment) return row;
    return {
      ...row,
      payment: { ...payment, captures: list(captures, { payment_id }), refunds: list(refunds, { payment_id }) },
    };
  };
  const service = (table) => ({
    async retrieve(id) {
      if (!table.has(id)) throw Object.assign(new Error(`${id} was not found`), { type: "not_found" });
      return withRelations(table.get(id));
    },
    list: async (filter) => list(table, filter),
    async update({ id, data }) {
      const row = table.get(id);
      row.data = merged(row.data, data);
    },
  });
  const logger = Object.fromEntries(
    ["debug", "info", "warn", "error"].map((level) => [
      level,
      (...words) => log.push({ level, text: words.join(" ") }),
    ]),
  );
  const services = {
    captureService: service(captures),
    refundService: service(refunds),
    paymentService: service(payments),
    paymentSessionService: service(sessions),
    logger,
  };
  // As Medusa's: to ask for what is not there is an error.
  return new Proxy(services, {
    get(target, name) {
      if (name in target || typeof name === "symbol") return target[name];
      throw new Error(`Could not resolve '${String(name)}'.`);
    },
  });
}

const isHash = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** Medusa merges data deep. */
function merged(old, more) {
  const result = { ...old };
  for (const [name, value] of Object.entries(more ?? {})) {
    result[name] = isHash(value) && isHash(result[name]) ? merged(result[name], value) : value;
  }
  return result;
}

const sum = (table) => [...table.values()].reduce((all, { amount }) => all + amount, 0);

const decimalsOf = (currency) => DECIMALS[currency] ?? 2;

/** The amount as a session has it. */
const major = (amount, currency) => Number(decimal(amount, currency).value);

/** The exact text of an amount, as rows have it. */
function decimal(amount, currency) {
  const decimals = decimalsOf(currency);
  const digits = String(amount).padStart(decimals + 1, "0");
  const value = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return { value, precision: 20 };
}

/** Whether the records and Stripe's ledger agree on the money. */
const agree = ({ books, ledger }) =>
  books.captured === ledger.captured && books.refunded === ledger.refunded && !(books.canceled && ledger.held > 0);

module.exports = { agree, openShop };
