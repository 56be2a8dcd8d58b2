// For each check, the reference processor with one decision made wrong: what the check is there to find.

const { BankError } = require("./bank");
const { breaking, family } = require("./breaking");
const METHODS = require("./methods");
const { Reference } = require("./reference");

const { having, answering, rejecting, patient, forgetful, believing, doubtful, crowded, doubling } =
  breaking(Reference);

/** Errors of one method are no errors to Medusa where `when` says so. */
const malformed = (method, when) =>
  having((original) => ({
    failure(failed, error) {
      const { detail, ...rest } = original.failure.call(this, failed, error);
      return failed === method && when(error) ? { ...rest, detail: undefined } : { ...rest, detail };
    },
  }));

/** A reply that cannot be read is taken for a success. */
const trusting = (method) =>
  having((original) => ({
    unreadable(asked, details) {
      return asked === method ? { id: details.id ?? "unknown", status: "paid" } : original.unreadable.call(this);
    },
    ...(method === "retrievePayment" && {
      async retrievePayment(data) {
        return this.answer(method, async () => ({
          ...(await this.ask(method, "read", { id: data.id })),
          id: undefined,
        }));
      },
    }),
  }));

/** A call whose reply is lost rejects. */
const careless = (method, kind) =>
  having((original) => ({
    async ask(asked, ...rest) {
      try {
        return await original.ask.call(this, asked, ...rest);
      } catch (error) {
        if (asked === method && error.kind === kind) error.isFatal = true;
        throw error;
      }
    },
    failure(failed, error) {
      if (error.isFatal) throw error;
      return original.failure.call(this, failed, error);
    },
    lastStatus(data, error) {
      if (error.isFatal) return undefined;
      return original.lastStatus.call(this, data, error);
    },
  }));

/** Pays for every call, whatever came before it. */
const payingAgain = having(() => ({
  refundKey: () => undefined,
  expectNews() {},
}));

const WRITES = ["initiate", "update", "capture", "refund", "cancel", "delete"];

module.exports = {
  "registration-names": class extends Reference {
    static identifier = "";
  },
  "registration-methods": having(() => ({ retrievePayment: undefined })),

  "answers-are-objects": answering("refundPayment", () => undefined),
  "initiate-session": answering("initiatePayment", (session) => ({ ...session, update_requests: "customer" })),

  "authorize-paid": having(() => ({ statusOf: () => "pending" })),
  "capture-takes-all": having((original) => ({
    ask(method, action, details) {
      const amount = action === "capture" ? { amount: this.bank.payment(details.id).amount - 1 } : {};
      return original.ask.call(this, method, action, { ...details, ...amount });
    },
  })),
  "retrieve-keeps": answering("retrievePayment", ({ id, ...data }) => ({ payment: id, ...data })),

  "status-known": answering("getPaymentStatus", () => "captured"),
  "status-canceled": answering("getPaymentStatus", () => "authorized"),
  "authorize-unpaid": answering("authorizePayment", (answer) => ({ ...answer, status: "authorized" })),
  "authorize-twice": answering("authorizePayment", (answer, [data], { bank }) => {
    bank.payment(data.id).held += 1000;
    return answer;
  }),
  "authorize-captured": having((original) => ({
    statusOf: (payment) => (payment.status === "captured" ? "captured" : original.statusOf(payment)),
  })),

  "capture-twice": doubtful("capturePayment"),
  "cancel-twice": doubtful("cancelPayment"),
  "delete-twice": doubtful("deletePayment"),
  "refund-repeated": payingAgain,

  "refund-pays": having((original) => ({
    ask(method, action, details) {
      const amount = action === "refund" ? { amount: details.amount - 1 } : {};
      return original.ask.call(this, method, action, { ...details, ...amount });
    },
  })),
  "refund-too-much": having((original) => ({
    async ask(method, action, details) {
      try {
        return await original.ask.call(this, method, action, details);
      } catch (error) {
        if (error.code !== "too_much") throw error;
        return { id: "none", status: "paid" };
      }
    },
  })),
  "refund-same-amount": having(() => ({ refundKey: ({ id }, amount) => `refund ${id} ${amount}`, expectNews() {} })),
  "refund-after-decline": having((original) => ({
    expectNews(key) {
      if (this.declined === key) throw new BankError("refused", "declined", "It was declined before.");
      original.expectNews.call(this, key);
    },
    async ask(method, action, details) {
      try {
        return await original.ask.call(this, method, action, details);
      } catch (error) {
        if (error.code === "declined") this.declined = details.key;
        throw error;
      }
    },
  })),
  "refund-after-lost-reply": having((original) => ({
    refunded: (data, refund) => (refund.isReplayed ? { ...data } : original.refunded(data, refund)),
  })),

  "cancel-releases": answering("cancelPayment", (_, [data], { bank }) => {
    bank.payment(data.id).status = "held";
    return data;
  }),
  "cancel-captured": answering("cancelPayment", (_, [data]) => data),
  "capture-canceled": answering("capturePayment", (_, [data]) => data),

  "delete-unpayable": having(() => ({ deletePayment: async (data) => data })),
  "delete-authorized": having((original) => ({
    async deletePayment(data) {
      return this.bank.payment(data.id).status === "held" ? data : original.deletePayment.call(this, data);
    },
  })),

  "update-amount": having(() => ({ updatePayment: async () => undefined })),
  "update-unchanged": having((original) => ({
    unchanged(context) {
      return original.start.call(this, "updatePayment", context);
    },
  })),
  "update-currency": having((original) => ({
    change(context) {
      return original.start.call(this, "updatePayment", context);
    },
  })),
  "update-customer": having((original) => ({
    unchanged(context) {
      return context.customer ? original.start.call(this, "updatePayment", context) : undefined;
    },
  })),
  "update-authorized": having((original) => ({
    unchanged({ paymentSessionData: data }) {
      Object.assign(this.bank.payment(data.id), { status: "open", held: 0 });
      return original.unchanged();
    },
  })),
  "update-captured": having((original) => ({
    unchanged(context) {
      const { status } = this.bank.payment(context.paymentSessionData.id);
      return status === "captured" ? original.start.call(this, "updatePayment", context) : undefined;
    },
  })),

  "at-once-authorize": doubling("authorizePayment", "held"),
  "at-once-capture": having((original) => ({
    ...crowded,
    async unlessDone(method, action, data, done) {
      await original.unlessDone.call(this, method, action, data, done);
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (action === "capture") this.bank.payment(data.id).captured += this.captures === undefined ? 0 : 1000;
      this.captures = 1;
    },
  })),
  "at-once-refund": having(() => ({ ...crowded, expectNews() {} })),
  "at-once-refund-too-much": having(() => ({ ...crowded, expectNews() {} })),

  "amount-initiate": having(() => ({ checkAmount: (amount) => amount })),
  "amount-update": having(() => ({ checkAmount: (amount) => amount })),
  "amount-refund": having(() => ({ checkRefund: (amount) => amount })),
  "amount-refund-zero": having(() => ({ checkRefund: (amount) => amount })),
  "amount-noise": having(() => ({ noise: () => 0 })),

  "optional-guest": rejecting("initiatePayment", ({ customer }) => customer === undefined),
  "optional-initiate": rejecting("initiatePayment", ({ context }) => context === undefined),
  "optional-update": rejecting("updatePayment", ({ customer }) => customer && !customer.metadata),

  ...family("missing-payment", ["authorize", "capture", "refund", "cancel", "delete", "retrieve"], (method) =>
    rejecting(method, ({ id }) => id === undefined),
  ),
  "missing-payment-update": rejecting("updatePayment", ({ paymentSessionData: { id } }) => id === undefined),
  "missing-payment-status": having((original) => ({
    async getPaymentStatus(data) {
      return data.id === undefined ? undefined : original.getPaymentStatus.call(this, data);
    },
  })),

  "json-round-trip": answering("capturePayment", (data) => ({ ...data, at: new Date() })),
  "json-error-member": answering("capturePayment", (data) => ({ ...data, error: null })),
  "json-text": having(() => ({ storable: (value) => value })),
  "json-order": having((original) => ({
    async capturePayment(data) {
      if (Object.keys(data)[0] !== "id") return this.failure("capturePayment", new Error("the id comes first"));
      return original.capturePayment.call(this, data);
    },
  })),
  "json-unknown": having((original) => ({
    refunded({ id, amount, currency, refunds }, refund) {
      return original.refunded({ id, amount, currency, refunds }, refund);
    },
  })),

  "shopper-harmless": having(() => ({ forbidden: (data) => Object.keys(data) })),
  "shopper-money": having(() => ({ forbidden: () => [] })),
  "saved-methods": having(() => ({ async retrieveSavedMethods() {} })),
  "shopper-hostile": rejecting("updatePaymentData", (_, data) => "a" in data),

  ...family("declined", [...WRITES, "authorize", "retrieve", "updateData"], (method) =>
    malformed(method, (error) => error.code === "declined"),
  ),
  "declined-quietly-refund": having(() => ({ checkOutcome() {} })),
  ...family("garbled", [...WRITES, "retrieve"], trusting),

  ...family("down", [...WRITES, "authorize", "retrieve", "updateData"], (method) =>
    malformed(method, (error) => error.kind === "unavailable"),
  ),
  "down-status": having(() => ({
    lastStatus(_, error) {
      throw error;
    },
  })),

  ...family("hang", Object.keys(METHODS), patient),
  ...family("cut-off", ["initiate", "capture", "refund", "cancel", "retrieve", "status"], (method) =>
    careless(method, "lost"),
  ),

  "lost-initiate": having((original) => ({
    async start(method, context) {
      try {
        return await original.start.call(this, method, context);
      } catch (error) {
        if (error.kind !== "lost") throw error;
        return original.start.call(this, method, context);
      }
    },
  })),
  ...family("lost", ["update", "authorize", "delete"], (method) => careless(method, "lost")),
  "lost-capture": doubtful("capturePayment"),
  "lost-cancel": doubtful("cancelPayment"),
  "lost-refund": payingAgain,
  "restarted-capture": forgetful("capturePayment"),
  "restarted-cancel": forgetful("cancelPayment"),
  "restarted-refund": having((original) => ({
    refundKey(data, amount) {
      return `${original.refundKey(data, amount)} by ${this.name}`;
    },
  })),
  ...family("stale-refusal", ["capture", "refund", "cancel"], believing),
};
