// All that one Stripe account holds, in memory. Objects have Stripe's own shape and are never changed in place: a
// change puts a new object in the old one's place, so code that got the old one still has what was true then.

const { newId } = require("./ids");

/** `emit(type, object, request, previous)` is told of what Stripe tells the store, and what it was before. */
function openAccount({ id = newId("acct"), clock, emit }) {
  const moves = [];
  return {
    id,
    clock,
    emit,
    intents: collection(),
    charges: collection(),
    refunds: collection(),
    customers: collection(),
    /** What is left of customers that have been deleted. */
    deletedCustomers: collection(),
    /** See `payment-methods.js` for what is kept of one. */
    methods: collection(),
    setups: collection(),
    disputes: collection(),
    /** Ids of the refunds that gave back a hold. Stripe lists them like any other, but no money was refunded. */
    releases: new Set(),
    /** What the next refunds come out as; `succeeded` when empty. */
    refundOutcomes: [],
    /** Every movement of money, in order. */
    moves,
    move(type, charge, amount, more = {}) {
      const { currency, payment_intent: intent } = charge;
      moves.push({ type, amount, currency, intent, charge: charge.id, ...more, at: clock.now() });
    },
  };
}

function collection() {
  const byId = new Map();
  return {
    add(object) {
      byId.set(object.id, object);
      return object;
    },
    get: (id) => byId.get(id),
    change(id, changes) {
      const changed = { ...byId.get(id), ...changes };
      byId.set(id, changed);
      return changed;
    },
    remove: (id) => byId.delete(id),
    all: () => [...byId.values()],
  };
}

module.exports = { openAccount };
