// The hooks for a processor at the bank in memory.

const { openBank, refunded } = require("./bank");
const { Reference } = require("./reference");

const LIMIT_MS = 100;

/** All hooks there are, for the reference or a processor made wrong after it. */
const hooks = (Processor) => hooksAt(openBank(), Processor);

function hooksAt(bank, Processor = Reference) {
  const fault = (kind) => (method) => void bank.faults.set(method, kind);
  return {
    create: () => new Processor(bank, LIMIT_MS),
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
    sessionId: ({ id }) => `ps_${id}`,
    harmless: { note: "ring twice" },
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

module.exports = { hooks, hooksAt };
