// The operations as checks repeat them under every fault: how one is prepared, and what shows that it is done.

/**
 * - `prepare` brings a payment as far as the operation needs it, and returns what `Trial.call` needs;
 * - `needsProvider`: a success is a lie while the provider is not there to do it;
 * - `undone` and `moved` look at what it leaves in the provider's books, if the hooks offer them;
 * - `done` sees from the answer that it is done, and may go on with the payment.
 */
const operations = {
  initiate: {
    method: "initiatePayment",
    needsProvider: true,
    prepare: async () => [undefined, {}],
    done: (trial, _, { payment }) => canBePaid(trial, payment, trial.amount),
  },
  update: {
    method: "updatePayment",
    needsProvider: true,
    prepare: async (trial) => [await trial.started(), { amount: trial.amount + trial.part }],
    done: (trial, _, { payment }) => canBePaid(trial, payment, trial.amount + trial.part),
  },
  authorize: {
    method: "authorizePayment",
    async prepare(trial) {
      const payment = await trial.started();
      await trial.pay(payment);
      return [payment];
    },
    async done(trial, [payment], { status }) {
      if (trial.isPaid(status)) await holds(trial, payment);
    },
  },
  capture: {
    method: "capturePayment",
    needsProvider: true,
    prepare: async (trial) => [await trial.authorized()],
    undone: (trial, [payment]) => trial.hooks.capturesAtOnce || books(trial, payment, { captured: 0 }),
    moved: (trial, [payment]) => books(trial, payment, { captured: trial.amount, refunded: 0 }),
  },
  refund: {
    method: "refundPayment",
    needsProvider: true,
    prepare: async (trial) => [await trial.captured(), trial.part],
    undone: (trial, [payment]) => books(trial, payment, { refunded: 0 }),
    moved: (trial, [payment, amount]) => books(trial, payment, { refunded: amount }),
  },
  cancel: {
    method: "cancelPayment",
    needsProvider: true,
    prepare: async (trial) => [await (trial.hooks.capturesAtOnce ? trial.started() : trial.authorized())],
    undone: (trial, [payment]) => books(trial, payment, { canceled: false }),
    moved: (trial, [payment]) => books(trial, payment, { canceled: true, captured: 0 }),
  },
  delete: {
    method: "deletePayment",
    prepare: async (trial) => [await trial.started()],
    done: (trial, [payment]) => unpayable(trial, payment),
  },
  retrieve: {
    method: "retrievePayment",
    prepare: async (trial) => [await trial.authorized()],
    async done(trial, _, { payment }) {
      await books(trial, await trial.done("capture", payment), { captured: trial.amount });
    },
  },
  status: {
    method: "getPaymentStatus",
    prepare: async (trial) => [await trial.authorized()],
  },
  updateData: {
    method: "updatePaymentData",
    prepare: async (trial) => [await trial.started(), trial.hooks.harmless ?? {}],
  },
  webhook: {
    method: "getWebhookActionAndData",
  },
};

async function books(trial, payment, expected) {
  if (trial.hooks.ledger) await trial.ledger(payment, expected);
}

/** Held or taken, and once. */
async function holds(trial, payment) {
  if (!trial.hooks.ledger) return;
  const { held, captured } = await trial.hooks.ledger(payment.data);
  trial.expect("what the provider has held and captured", held + captured, trial.amount);
}

async function unpayable(trial, payment) {
  if (!trial.hooks.payable) return;
  trial.expect("what a shopper can still pay", (await trial.hooks.payable(payment.data)) ?? null, null);
}

/** Brings a payment to its end, to see that this amount was taken. */
async function canBePaid(trial, payment, amount) {
  await trial.pay(payment);
  const captured = await trial.done("capture", await trial.authorize(payment));
  await books(trial, captured, { captured: amount });
}

module.exports = { books, canBePaid, holds, operations, unpayable };
