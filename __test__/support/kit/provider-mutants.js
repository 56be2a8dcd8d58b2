// For each check of Medusa 2, the reference provider with one decision made wrong: what the check is there to find.

const { randomUUID } = require("node:crypto");
const { breaking, family } = require("./breaking");
const { ReferenceProvider } = require("./provider");

const { having, answering, rejecting, patient, forgetful, believing, doubtful, crowded, doubling } =
  breaking(ReferenceProvider);

/** Errors of one method have another type if `when` says so. */
const typed = (method, when, type) =>
  having((original) => ({
    typeOf: (failed, kind) => (failed === method && when === kind ? type : original.typeOf(failed, kind)),
  }));

/** Errors of one method are no MedusaErrors if they are of this kind. */
const plain = (method, kind) =>
  having((original) => ({
    failure(failed, error) {
      if (failed === method && error.kind === kind) throw new Error(error.message);
      return original.failure.call(this, failed, error);
    },
  }));

/** A reply that cannot be read is taken for a success. */
const trusting = (method) =>
  having((original) => ({
    unreadable(asked, details) {
      if (asked !== method) return original.unreadable.call(this);
      return { id: details.id ?? "unknown", status: "paid", refunds: [], parts: [] };
    },
  }));

/** A change of the answer's data. */
const returning = (method, change) =>
  answering(method, (answer, ...more) => ({ ...answer, data: change(answer.data, ...more) }));

/** Whatever the capture's row says, this is captured. */
const capturing = (change) => having((original) => ({ capturePart: change(original) }));

/** Pays for every call, whatever came before it. */
const payingAgain = having(() => ({ unrecorded: async () => undefined }));

/** Says that it has paid what the bank refuses to pay out because it is too much. */
const agreeable = having((original) => ({
  async payOut(data, amount, ref) {
    try {
      return await original.payOut.call(this, data, amount, ref);
    } catch (error) {
      if (error.code !== "too_much") throw error;
      return { id: "none", status: "paid" };
    }
  },
}));

/** Looks at no row: what is not in the data counts as not recorded. */
const rowless = having(() => ({ refundRows: async () => [] }));

/** Begins another payment for the same session. */
async function begunAnew({ session: session_id, amount, currency: currency_code }) {
  return this.initiatePayment({ amount: this.majorUnits(amount, currency_code), currency_code, data: { session_id } });
}

const WRITES = ["initiate", "update", "capture", "refund", "cancel"];

module.exports = {
  "registration-names": class extends ReferenceProvider {
    static identifier = "";
  },
  "registration-methods": having(() => ({ retrievePayment: undefined })),
  "optional-methods": having(() => ({
    async createAccountHolder() {
      throw new Error("not supported");
    },
  })),

  "answers-are-objects": answering("refundPayment", () => undefined),
  "initiate-session": answering("initiatePayment", ({ data }) => ({ data })),

  "authorize-paid": having(() => ({ statusOf: () => "pending" })),
  "capture-takes-all": having((original) => ({
    captureAll(data) {
      return original.ask.call(this, "capturePayment", "capture", { id: data.id, amount: data.amount - 1 });
    },
  })),
  "retrieve-keeps": returning("retrievePayment", (data) => ({ ...data, id: null })),

  "status-known": answering("getPaymentStatus", (answer) => ({ ...answer, status: "open" })),
  "status-canceled": answering("getPaymentStatus", (answer) => ({ ...answer, status: "authorized" })),
  "authorize-unpaid": answering("authorizePayment", (answer) => ({ ...answer, status: "captured" })),
  "authorize-twice": answering("authorizePayment", (answer, [{ data }], { bank }) => {
    bank.payment(data.id).held += 1000;
    return answer;
  }),
  "authorize-captured": answering("authorizePayment", (answer, [{ data }], { bank }) => {
    return bank.payment(data.id).status === "captured" ? { ...answer, status: "pending" } : answer;
  }),

  "capture-part": capturing(
    () =>
      function captureEverything(data) {
        return this.captureAll(data);
      },
  ),
  "capture-rest": capturing(
    (original) =>
      async function forgetTheRest(data, amount, row) {
        if (row.payment.captures.length > 1) return;
        await original.capturePart.call(this, data, amount, row);
      },
  ),
  "capture-same-parts": capturing(
    () =>
      async function keyByAmount({ id }, amount, row) {
        await this.ask("capturePayment", "capturePart", { id, amount, ref: row.id, key: `capture ${id} ${amount}` });
      },
  ),
  "capture-part-lost": capturing(
    () =>
      async function captureAgain({ id }, amount, row) {
        await this.ask("capturePayment", "capturePart", { id, amount, ref: row.id, key: row.id });
      },
  ),
  "capture-unreadable": having((original) => ({
    async captureRow(context) {
      try {
        return await original.captureRow.call(this, context);
      } catch {
        return { raw_amount: { value: "1000000" } };
      }
    },
  })),

  "capture-twice": doubtful("capturePayment"),
  "cancel-twice": doubtful("cancelPayment"),
  "delete-twice": doubtful("deletePayment"),
  "refund-repeated": payingAgain,

  "refund-pays": having((original) => ({
    payOut(data, amount, ref) {
      return original.payOut.call(this, data, amount - 1, ref);
    },
  })),
  "refund-too-much": agreeable,
  "refund-same-amount": having((original) => ({
    payOut(data, amount) {
      return original.payOut.call(this, data, amount, `${data.id} ${amount}`);
    },
  })),
  "refund-after-decline": having((original) => ({
    async payOut(data, amount) {
      return original.payOut.call(this, data, amount, `${data.id} ${Object.keys(data.refunds ?? {})}`);
    },
  })),
  "refund-after-lost-reply": having(() => ({
    refundRows: async () => [],
    remembered: (data) => ({ ...data }),
  })),
  "refund-after-death": rowless,

  "cancel-releases": answering("cancelPayment", (answer, [{ data }], { bank }) => {
    bank.payment(data.id).status = "held";
    return answer;
  }),
  "cancel-captured": having(() => ({ cancelPayment: async ({ data }) => ({ data }) })),
  "capture-canceled": having(() => ({ capturePayment: async ({ data }) => ({ data }) })),

  "delete-unpayable": having(() => ({ deletePayment: async ({ data }) => ({ data }) })),
  "delete-authorized": having((original) => ({
    async deletePayment({ data }) {
      return this.bank.payment(data.id).status === "held" ? { data } : original.deletePayment.call(this, { data });
    },
  })),
  "down-delete": having(() => ({
    goesOn(_, error) {
      throw error;
    },
  })),
  ...family("missing-payment-succeeds", ["cancel", "delete"], (method) =>
    having((original) => ({
      async [method](input) {
        if (!input.data.id) this.failure(method, { kind: "refused", code: "no_id", message: "There is no id." });
        return original[method].call(this, input);
      },
    })),
  ),

  "update-amount": having(() => ({ updatePayment: async ({ data }) => ({ data }) })),
  "update-unchanged": having(() => ({ unchangedSession: begunAnew })),
  "update-currency": having((original) => ({
    async changeSession(data, amount, currency) {
      const { id } = await original.ask.call(this, "updatePayment", "create", { amount, currency });
      return { data: { ...data, id, amount, currency } };
    },
  })),
  "update-customer": having((original) => ({
    async updatePayment(input) {
      const { context } = input;
      return context?.customer ? begunAnew.call(this, input.data) : original.updatePayment.call(this, input);
    },
  })),

  "at-once-authorize": doubling("authorizePayment", "held"),
  "at-once-capture": having((original) => ({
    async capturePart(data, amount, row) {
      if (this.taking) return;
      this.taking = true;
      await original.capturePart.call(this, data, amount, row);
      this.taking = false;
    },
    ...crowded,
  })),
  "at-once-refund": having((original) => ({
    ...crowded,
    async payOut(data, amount, ref) {
      this.paying ??= original.payOut.call(this, data, amount, ref);
      return this.paying;
    },
  })),
  "at-once-refund-too-much": agreeable,
  /** In a list, which the other call's result overwrites. */
  "at-once-refund-remembered": having((original) => ({
    ...crowded,
    refundRows: async () => [],
    unrecorded(data, amount, ref) {
      const refunds = Object.fromEntries((data.list ?? []).map((id) => [id, amount]));
      return original.unrecorded.call(this, { ...data, refunds }, amount, ref);
    },
    remembered: (data, { id }) => ({ ...data, list: [...(data.list ?? []), id] }),
  })),

  "amount-forms": having(() => ({ decimalOf: (amount) => String(amount?.value ?? amount) })),
  "amount-decimals": having(() => ({ rounding: () => 0 })),
  "amount-initiate": having(() => ({ minorUnits: (amount) => Math.round(Number(amount?.value ?? amount) * 100) })),
  "amount-update": having((original) => ({
    minorUnits(amount, currency) {
      return amount === undefined ? 1000 : original.minorUnits.call(this, amount, currency);
    },
  })),
  "amount-refund": having((original) => ({
    refundable(amount, currency) {
      return original.minorUnits.call(this, amount, currency) || 1;
    },
  })),

  "optional-guest": rejecting("initiatePayment", ({ context }) => !context.customer),
  "optional-initiate": rejecting("initiatePayment", ({ context }) => context.customer?.email === null),
  "optional-context": rejecting("initiatePayment", ({ context }) => context === undefined),

  ...family("missing-payment", ["update", "authorize", "capture", "refund", "retrieve", "status"], (method) =>
    rejecting(method, ({ data }) => data.id === undefined),
  ),

  "json-round-trip": returning("capturePayment", (data) => ({ ...data, at: new Date() })),
  "json-undefined": returning("capturePayment", (data) => ({ ...data, next_action: undefined })),
  "json-order": having((original) => ({
    async capturePayment(input) {
      if (Object.keys(input.data)[0] !== "id") {
        this.failure("capturePayment", { kind: "invalid", code: "order", message: "The id comes first." });
      }
      return original.capturePayment.call(this, input);
    },
  })),
  "merge-dropped": returning("capturePayment", ({ session: _, ...data }) => data),

  "shopper-identity": having((original) => ({
    async initiatePayment(input) {
      const { id } = input.data;
      return id ? { id, status: "pending", data: input.data } : original.initiatePayment.call(this, input);
    },
  })),
  "shopper-books": having(() => ({ ofSession: (data) => data })),
  "secrets-data": returning("capturePayment", (data, _, { bank }) => ({ ...data, secret: bank.secret })),

  "webhook-paid": having(() => ({ majorUnits: (minor) => minor })),
  "webhook-forged": having(() => ({ checkSignature() {} })),
  "webhook-foreign": answering("getWebhookActionAndData", (answer) =>
    answer.action === "not_supported" ? { action: "captured" } : answer,
  ),

  ...family("declined", [...WRITES, "authorize", "retrieve"], (method) => typed(method, "refused", "unexpected_state")),
  "declined-quietly-refund": having(() => ({ checkOutcome() {} })),
  ...family("garbled", WRITES, trusting),
  "garbled-retrieve": plain("retrievePayment", "lost"),

  ...family("down", [...WRITES, "authorize", "retrieve"], (method) => typed(method, "unavailable", "not_allowed")),

  ...family("hang", [...WRITES, "authorize", "delete", "retrieve", "status"], patient),
  ...family("cut-off", ["initiate", "capture", "refund", "cancel", "retrieve", "status"], (method) =>
    plain(method, "lost"),
  ),

  "lost-initiate": having((original) => ({
    async ask(method, action, details) {
      try {
        return await original.ask.call(this, method, action, details);
      } catch (error) {
        if (action !== "create" || error.kind !== "lost") throw error;
        return original.ask.call(this, method, action, { ...details, key: randomUUID() });
      }
    },
  })),
  ...family("lost", ["update", "authorize"], (method) => typed(method, "lost", "not_allowed")),
  "lost-delete": having(() => ({ goesOn: (data) => ({ data }), releaseHeld: async (_, data) => ({ data }) })),
  "lost-capture": doubtful("capturePayment"),
  "lost-cancel": doubtful("cancelPayment"),
  "lost-refund": payingAgain,
  "restarted-capture": forgetful("capturePayment"),
  "restarted-cancel": forgetful("cancelPayment"),
  "restarted-refund": having((original) => ({
    /** Only the instance whose reply was lost looks for it. */
    async unrecorded(data, amount, ref) {
      const found = await original.unrecorded.call(this, data, amount, ref);
      return this.hasLost ? found : undefined;
    },
    async ask(method, action, details) {
      try {
        return await original.ask.call(this, method, action, details);
      } catch (error) {
        this.hasLost ||= error.kind === "lost";
        throw error;
      }
    },
  })),
  "stale-refusal-cancel": believing("cancelPayment"),
};
