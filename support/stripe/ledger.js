// The truth about the money, whatever the store believes.

const { intentNamed } = require("./intents");
const { copy } = require("./json");
const { PAYABLE } = require("./payments");
const { COUNTS } = require("./refunds");

function openLedger(account) {
  /** All refunds of the intent, oldest first, those apart that only gave back a hold. */
  const refundsOf = (id) =>
    account.refunds.all().filter((one) => one.payment_intent === id && !account.releases.has(one.id));

  return {
    payment(id) {
      const intent = intentNamed(account, id);
      const refunds = refundsOf(id).map(({ id, amount, status, metadata }) => ({ id, amount, status, metadata }));
      const moved = (type) => sum(account.moves.filter((move) => move.intent === id && move.type === type));
      return copy({
        amount: intent.amount,
        currency: intent.currency,
        status: intent.status,
        held: intent.amount_capturable,
        captured: intent.amount_received,
        released: moved("release"),
        refunded: sum(refunds.filter(({ status }) => COUNTS.has(status))),
        refunds,
        canceled: intent.status === "canceled",
      });
    },

    /** All intents, oldest first, or those with this metadata. */
    intents: (metadata = {}) =>
      copy(
        account.intents
          .all()
          .filter((intent) => Object.entries(metadata).every(([key, value]) => intent.metadata[key] === value)),
      ),

    customers: () => copy(account.customers.all()),

    /** The ids of the intents that a shopper can still pay. */
    payable: () =>
      account.intents
        .all()
        .filter((intent) => PAYABLE.includes(intent.status))
        .map((intent) => intent.id),

    moved: () => copy(account.moves),
  };
}

const sum = (list) => list.reduce((total, { amount }) => total + amount, 0);

module.exports = { openLedger };
