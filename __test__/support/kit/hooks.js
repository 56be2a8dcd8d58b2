// The hooks for a processor at the bank in memory.

const { openBank, refunded } = require("./bank");
const { ReferenceProvider } = require("./provider");
const { Reference } = require("./reference");

const LIMIT_MS = 100;

/** All hooks there are, for the reference or a processor made wrong after it. */
const hooks = (Processor) => hooksAt(openBank(), Processor);

function hooksAt(bank, Processor = Reference) {
  return {
    ...common(bank),
    create: () => new Processor(bank, LIMIT_MS),
    sessionId: ({ id }) => `ps_${id}`,
    harmless: { note: "ring twice" },
  };
}

/** The same for a provider of Medusa 2. */
const providerHooks = (Provider) => providerHooksAt(openBank(), Provider);

function providerHooksAt(bank, Provider = ReferenceProvider) {
  return {
    ...common(bank),
    create: (cradle) => new Provider(bank, LIMIT_MS, cradle),
    webhook: (event, { id }) => (event === "foreign" ? bank.event("captured") : bank.event(event, bank.payment(id))),
    refundElsewhere: ({ id }, amount) => bank.refundElsewhere(id, amount),
    secrets: () => [bank.secret],
    // As far as a provider looks into Medusa's own.
    bigNumber: (text) => ({ numeric: Number(text), raw: { value: text, precision: 20 } }),
  };
}

/** What both hosts' processors have in common. */
function common(bank) {
  const fault = (kind) => (method) => void bank.faults.set(method, kind);
  return {
    pay: ({ id }) => bank.pay(id),
    ledger({ id }) {
      const { held, captured, status, ...payment } = bank.payment(id);
      return { held, captured, refunded: refunded(payment), canceled: status === "canceled" };
    },
    payable({ id }) {
      const { status, amount, currency } = bank.payment(id);
      return status === "open" ? { amount, currency } : null;
    },
    payments: (cart) => bank.of(cart).length,
    faults: {
      decline: fault("decline"),
      declineQuietly: fault("declineQuietly"),
      unavailable: fault("unavailable"),
      hang: fault("hang"),
      loseReply: fault("loseReply"),
      garble: fault("garble"),
      cutOff: fault("cutOff"),
      clear: () => bank.faults.clear(),
    },
    later: () => {},
    timeoutMs: 15 * LIMIT_MS,
  };
}

module.exports = { hooks, hooksAt, providerHooks, providerHooksAt };
