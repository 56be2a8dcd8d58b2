// A processor as it is easily written, which is wrong in one way at a time. The file `options.mode_file` says how:
//
// - optimist   takes any failure for a success
// - forgetful  repeats what failed, without an idempotency key
// - stubborn   has a key, and the same one for ever
// - echo       returns the failure as the payment's data
// - mute       waits for ever, and never finds out what became of a request

const fs = require("node:fs");
const { AbstractPaymentProcessor } = require("@medusajs/medusa/dist/interfaces/payment-processor");

const PATIENCE_MS = 300;
const STATUSES = { requires_capture: "authorized", succeeded: "authorized", canceled: "canceled" };

class BrokenService extends AbstractPaymentProcessor {
  static identifier = "broken";

  get mode() {
    return fs.readFileSync(this.config.mode_file, "utf8");
  }

  async initiatePayment({ amount, currency_code: currency, email, resource_id: cart }) {
    const customer = await this.ask("POST", "/v1/customers", { email }, {});
    const fields = { amount, currency, "metadata[resource_id]": cart, capture_method: "manual" };
    if (customer.id) fields.customer = customer.id;
    const made = await this.ask("POST", "/v1/payment_intents", fields, {});
    return answer(made, (intent) => ({ session_data: { ...intent, email } }));
  }

  async updatePayment(context) {
    const { amount, email, paymentSessionData: data } = context;
    if (data.email !== email) return this.replace(data, context);
    if (data.amount === amount) return;
    const changed = await this.ask("POST", intentPath(data), { amount }, { ...data, amount });
    return answer(changed, (intent) => ({ session_data: { ...intent, email } }));
  }

  /** Whatever becomes of the old intent. */
  async replace(data, context) {
    const old = await this.ask("GET", intentPath(data), {}, data);
    if ("error" in old) return old;
    const made = await this.initiatePayment(context);
    if (!("error" in made)) await this.cancelPayment(data);
    return made;
  }

  async updatePaymentData(sessionId, fields) {
    const { data } = await this.container.paymentProviderService.retrieveSession(sessionId);
    return this.ask("POST", intentPath(data), fields, fields);
  }

  async authorizePayment(data) {
    const intent = await this.ask("GET", intentPath(data), {}, data);
    return answer(intent, () => ({ status: STATUSES[intent.status] ?? "pending", data }));
  }

  retrievePayment(data) {
    return this.ask("GET", intentPath(data), {}, data);
  }

  async getPaymentStatus(data) {
    const { status, error } = await this.ask("GET", intentPath(data), {}, data);
    if (error) throw new Error(error);
    return STATUSES[status] ?? "pending";
  }

  capturePayment(data) {
    return this.ask("POST", `${intentPath(data)}/capture`, {}, data);
  }

  async refundPayment(data, amount) {
    if (this.mode === "optimist") {
      const made = await this.ask("GET", `/v1/refunds?payment_intent=${data.id}`, {}, { data: [{ amount }] });
      if (made.data.some((refund) => refund.amount === amount)) return data;
    }
    return answer(await this.ask("POST", "/v1/refunds", { payment_intent: data.id, amount }, data), () => data);
  }

  cancelPayment(data) {
    return this.ask("POST", `${intentPath(data)}/cancel`, {}, data);
  }

  deletePayment(data) {
    return this.cancelPayment(data);
  }

  /** Stripe's answer, or what the mode makes of a failure. `hoped` is what a success would look like. */
  async ask(method, path, fields, hoped) {
    const mode = this.mode;
    try {
      return await this.send(method, path, fields, mode);
    } catch (error) {
      if (mode === "optimist") return hoped;
      if (mode === "echo") return { error: error.message };
      const failure = { error: "Stripe failed", code: "failed", detail: error.message };
      if (mode !== "forgetful") return failure;
      return this.send(method, path, fields, mode).catch(() => failure);
    }
  }

  async send(method, path, fields, mode) {
    const { api_base: base, api_key: key } = this.config;
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/x-www-form-urlencoded" };
    if (mode === "stubborn" && method === "POST") headers["idempotency-key"] = `${path} ${JSON.stringify(fields)}`;
    const response = await fetch(base + path, {
      method,
      headers,
      body: method === "POST" ? new URLSearchParams(fields).toString() : undefined,
      signal: mode === "mute" ? undefined : AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${text}`);
    return JSON.parse(text);
  }
}

const intentPath = ({ id }) => `/v1/payment_intents/${id}`;

/** A failure as it is, a success as Medusa wants it. */
const answer = (result, success) => ("error" in result ? result : success(result));

exports.default = BrokenService;
