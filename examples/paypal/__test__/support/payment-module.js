// What Medusa 2's payment module does around a provider, as far as captures and refunds in parts go: a row before each
// call, which is deleted if the call fails, and data that are merged (`payment-module.js` of @medusajs/payment).

const {
  services: [PayPalPaymentProvider],
} = require("medusa-payment-rs-paypal/v2");

/** Amounts are whole units: `10` is 10.00 EUR. */
class PaymentModule {
  captures = [];
  refunds = [];
  #ids = 0;
  #provider;

  /** The payment of a session of `amount` whose order the shopper has approved and the store has authorized. */
  static async authorized(fake, amount, options) {
    const module = new PaymentModule();
    module.amount = amount;
    module.restart(fake, options);
    const session = { amount, currency_code: "eur", data: { session_id: "payses_1" }, context: {} };
    const { data } = await module.#provider.initiatePayment({
      ...session,
      context: { idempotency_key: "payses_1" },
    });
    fake.approve(data.id);
    ({ data: module.data } = await module.#provider.authorizePayment({ data, context: {} }));
    return module;
  }

  /** Another process, as far as memory goes, which reads what this one has stored. */
  restart(fake, options) {
    this.restarts = (this.restarts ?? 0) + 1;
    const own = { timeout_ms: 1_000, max_retries: 0, deadline_ms: 8_000 + this.restarts };
    this.#provider = new PayPalPaymentProvider(this.#cradle(), fake.options({ ...own, ...options }));
  }

  /** The rows have been there for longer than any call takes. */
  settle() {
    for (const row of [...this.captures, ...this.refunds]) row.created_at = new Date(row.created_at - 120_000);
  }

  capture(amount) {
    return this.#recorded(this.captures, "capt", amount, (data, context) =>
      this.#provider.capturePayment({ data, context }),
    );
  }

  refund(amount) {
    return this.#recorded(this.refunds, "ref", amount, (data, context) =>
      this.#provider.refundPayment({ data, context, amount: { value: String(amount), precision: 20 } }),
    );
  }

  async cancel() {
    ({ data: this.data } = await this.#provider.cancelPayment({
      data: this.data,
      context: { idempotency_key: "pay_1" },
    }));
  }

  status() {
    return this.#provider.getPaymentStatus({ data: this.data, context: {} });
  }

  webhook({ body, headers }) {
    return this.#provider.getWebhookActionAndData({ data: JSON.parse(body), rawData: Buffer.from(body), headers });
  }

  /** What the rows say, as PayPal's ledger spells it. */
  get recorded() {
    const spelled = (rows, kind) => rows.map(({ amount }) => `${kind} ${amount.toFixed(2)}`);
    return { captures: spelled(this.captures, "capture"), refunded: sumOf(this.refunds) };
  }

  async #recorded(rows, prefix, amount, call) {
    const row = { id: `${prefix}_${(this.#ids += 1)}`, amount, created_at: new Date() };
    rows.push(row);
    try {
      const { data } = await call(structuredClone(this.data), { idempotency_key: row.id });
      this.data = merged(this.data, data);
    } catch (error) {
      rows.splice(rows.indexOf(row), 1);
      throw error;
    }
  }

  #cradle() {
    const shown = (row) => ({ ...row, raw_amount: { value: String(row.amount) } });
    const payment = () => ({
      ...shown({ id: "pay_1", amount: this.amount }),
      currency_code: "eur",
      captures: this.captures.map(shown),
      refunds: this.refunds.map(shown),
    });
    const service = (rows) => ({
      retrieve: async (id) => ({ ...shown(rows.find((row) => row.id === id)), payment: payment() }),
    });
    const session = { id: "payses_1", amount: this.amount, currency_code: "eur" };
    const silent = { error() {}, warn() {}, info() {}, debug() {} };
    return {
      captureService: service(this.captures),
      refundService: service(this.refunds),
      paymentSessionService: {
        retrieve: async () => ({ ...session, raw_amount: { value: String(this.amount) } }),
      },
      logger: silent,
    };
  }
}

const sumOf = (rows) => rows.reduce((sum, { amount }) => sum + amount, 0);

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

function merged(before, after) {
  const all = { ...before };
  for (const [key, value] of Object.entries(after)) {
    all[key] = isObject(value) && isObject(all[key]) ? merged(all[key], value) : value;
  }
  return all;
}

module.exports = { PaymentModule };
