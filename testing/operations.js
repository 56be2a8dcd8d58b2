// The ten operations as checks repeat them under every fault: how one is prepared, and what shows that it is done.

/**
 * - `prepare` brings a payment as far as the operation needs it, and returns the method's arguments;
 * - `needsProvider`: a success is a lie while the provider is not there to do it;
 * - `undone` and `moved` look at what it leaves in the provider's books, where the hooks offer them;
 * - `done` sees from the answer that it is done, and may go on with the payment.
 */
const operations = {
  initiate: {
    method: "initiatePayment",
    needsProvider: true,
    prepare: async (trial) => [trial.context()],
    done: (trial, _, answer) => canBePaid(trial, answer.data, trial.amount),
  },
  update: {
    method: "updatePayment",
    needsProvider: true,
    async prepare(trial) {
      const paymentSessionData = await trial.started();
      return [trial.context({ amount: trial.amount + trial.part, paymentSessionData })];
    },
    done: (trial, [context], answer) =>
      canBePaid(trial, answer.data ?? context.paymentSessionData, trial.amount + trial.part),
  },
  authorize: {
    method: "authorizePayment",
    async prepare(trial) {
      const data = await trial.started();
      await trial.pay(data);
      return [data, trial.authorizeContext()];
    },
    async done(trial, [data], answer) {
      if (answer.value.status === "authorized") await holds(trial, data);
    },
  },
  capture: {
    method: "capturePayment",
    needsProvider: true,
    prepare: async (trial) => [await trial.authorized()],
    undone: (trial, [data]) => trial.hooks.capturesAtOnce || books(trial, data, { captured: 0 }),
    moved: (trial, [data]) => books(trial, data, { captured: trial.amount, refunded: 0 }),
  },
  refund: {
    method: "refundPayment",
    needsProvider: true,
    prepare: async (trial) => [await trial.captured(), trial.part],
    undone: (trial, [data]) => books(trial, data, { refunded: 0 }),
    moved: (trial, [data, amount]) => books(trial, data, { refunded: amount }),
  },
  cancel: {
    method: "cancelPayment",
    needsProvider: true,
    prepare: async (trial) => [await (trial.hooks.capturesAtOnce ? trial.started() : trial.authorized())],
    undone: (trial, [data]) => books(trial, data, { canceled: false }),
    moved: (trial, [data]) => books(trial, data, { canceled: true, captured: 0 }),
  },
  delete: {
    method: "deletePayment",
    prepare: async (trial) => [await trial.started()],
    done: (trial, [data]) => unpayable(trial, data),
  },
  retrieve: {
    method: "retrievePayment",
    prepare: async (trial) => [await trial.authorized()],
    async done(trial, _, answer) {
      const data = await trial.data("capturePayment", trial.store(answer.data));
      await books(trial, data, { captured: trial.amount });
    },
  },
  status: {
    method: "getPaymentStatus",
    prepare: async (trial) => [await trial.authorized()],
  },
  updateData: {
    method: "updatePaymentData",
    prepare: async (trial) => [trial.sessionId(await trial.started()), trial.hooks.harmless ?? {}],
  },
};

async function books(trial, data, expected) {
  if (trial.hooks.ledger) await trial.ledger(data, expected);
}

/** Held or taken, and once. */
async function holds(trial, data) {
  if (!trial.hooks.ledger) return;
  const { held, captured } = await trial.hooks.ledger(data);
  trial.expect("what the provider has held and captured", held + captured, trial.amount);
}

async function unpayable(trial, data) {
  if (!trial.hooks.payable) return;
  trial.expect("what a shopper can still pay", (await trial.hooks.payable(data)) ?? null, null);
}

/** Brings a payment to its end, to see that this amount was taken. */
async function canBePaid(trial, session, amount) {
  const data = trial.store(session);
  await trial.pay(data);
  const captured = await trial.data("capturePayment", await trial.authorize(data));
  await books(trial, captured, { captured: amount });
}

module.exports = { books, canBePaid, holds, operations, unpayable };
