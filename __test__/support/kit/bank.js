// A bank in memory, for the kit's own tests: what it holds and pays is the truth, and its replies can go wrong.

const { createHmac, randomUUID } = require("node:crypto");

class BankError extends Error {
  /** `kind`: "refused", "unavailable" or "lost". */
  constructor(kind, code, message) {
    super(message);
    Object.assign(this, { kind, code });
  }
}

const refused = (code, message) => new BankError("refused", code, message);

const READS = ["authorizePayment", "retrievePayment", "getPaymentStatus", "updatePaymentData"];

function openBank() {
  const payments = new Map();
  const secret = `secret_${randomUUID()}`;
  /** Idempotency key → the reply or the refusal that its first request got. */
  const answers = new Map();
  /** Payment method → what is wrong with its requests. */
  const faults = new Map();

  const payment = (id) => {
    const found = payments.get(id);
    if (!found)
      throw refused("not_found", id ? `The bank does not have the payment ${id}.` : "The request names no payment.");
    return found;
  };

  /** What the bank does on a request. */
  const work = {
    create({ cart, amount, currency }) {
      const made = {
        id: `pay_${randomUUID()}`,
        cart,
        amount,
        currency,
        status: "open",
        held: 0,
        captured: 0,
        refunds: [],
        parts: [],
      };
      payments.set(made.id, made);
      return made;
    },
    change({ id, amount, currency }) {
      const changed = payment(id);
      if (changed.status !== "open") throw refused("not_open", "It is paid already.");
      return Object.assign(changed, { amount, currency });
    },
    read: ({ id }) => payment(id),
    decline() {
      throw refused("declined", "The bank says no.");
    },
    capture({ id, amount }) {
      const taken = payment(id);
      if (taken.status !== "held") throw refused("not_held", `It is ${taken.status}.`);
      return Object.assign(taken, { status: "captured", held: 0, captured: amount ?? taken.amount });
    },
    /** Takes a part of what is held, and goes on holding the rest. */
    capturePart({ id, amount, ref }) {
      const taken = payment(id);
      if (taken.status !== "held") throw refused("not_held", `It is ${taken.status}.`);
      if (amount > taken.held) throw refused("too_much", "It is more than is held.");
      taken.parts.push({ ref, amount });
      const held = taken.held - amount;
      return Object.assign(taken, { held, captured: taken.captured + amount, status: held > 0 ? "held" : "captured" });
    },
    cancel({ id }) {
      const released = payment(id);
      if (released.status !== "open" && released.status !== "held") {
        throw refused("not_open", `It is ${released.status}.`);
      }
      return Object.assign(released, { status: "canceled", held: 0 });
    },
    refund({ id, amount, ref }) {
      const paid = payment(id);
      if (amount > paid.captured - refunded(paid)) throw refused("too_much", "It is more than is left.");
      const refund = { id: `refund_${randomUUID()}`, ref, amount, status: "paid" };
      paid.refunds.push(refund);
      return refund;
    },
    /** Gives a refund another reference, if it still has the one that was seen. */
    claim({ id, refund, from, ref }) {
      const claimed = payment(id).refunds.find((one) => one.id === refund);
      if (claimed?.ref !== from) throw refused("claimed", "Another call has claimed it.");
      return Object.assign(claimed, { ref });
    },
  };

  /** Runs once for each key: after that the same answer comes again, be it a refusal. */
  function serve(action, { key, ...request }) {
    if (key === undefined) return { ...work[action](request) };
    const isReplayed = answers.has(key);
    if (!isReplayed) answers.set(key, outcome(action, request));
    const { reply, refusal } = answers.get(key);
    if (refusal) throw Object.assign(new BankError(refusal.kind, refusal.code, refusal.message), { isReplayed });
    return { ...reply, isReplayed };
  }

  function outcome(action, request) {
    try {
      return { reply: { ...work[action](request) } };
    } catch (refusal) {
      return { refusal };
    }
  }

  /** `method` is the payment method on whose behalf it is: faults are meant for one. Resolves with the reply's text. */
  async function request(method, action, details) {
    // What is lost of a change's reply is not lost of a look before it.
    const isLook = action === "read" && !READS.includes(method);
    const fault = isLook && ["loseReply", "cutOff"].includes(faults.get(method)) ? undefined : faults.get(method);
    await new Promise(setImmediate);
    switch (fault) {
      case undefined:
        return JSON.stringify(serve(action, details));
      case "decline":
        // It is a movement of money that a bank refuses, not a look at it.
        if (["read", "claim"].includes(action) && !READS.includes(method))
          return JSON.stringify(serve(action, details));
        return JSON.stringify(serve("decline", details));
      case "declineQuietly":
        if (action !== "refund") return JSON.stringify(serve(action, details));
        return JSON.stringify({ id: `refund_${randomUUID()}`, status: "failed" });
      case "unavailable":
        throw new BankError("unavailable", "unavailable", "The bank is closed.");
      case "garble":
        return "<html>502 Bad Gateway</html>";
      case "hang":
        return new Promise(() => {});
      case "loseReply":
        serve(action, details);
        throw new BankError("lost", "lost", "The connection was reset.");
      case "cutOff": {
        const text = JSON.stringify(serve(action, details));
        return text.slice(0, text.length / 2);
      }
      default:
        throw new Error(`there is no fault ${fault}`);
    }
  }

  const signature = (body) => createHmac("sha256", secret).update(body).digest("hex");

  return {
    request,
    secret,
    signature,
    /** An event as the bank sends it: `{ body, headers }`. */
    event(type, { cart, amount, currency } = {}) {
      const body = JSON.stringify({ type, session: cart, amount, currency });
      return { body, headers: { "bank-signature": signature(body) } };
    },
    /** A person refunds at the bank's own counter. Returns whether the bank did. */
    refundElsewhere(id, amount) {
      if (amount > payment(id).captured - refunded(payment(id))) return false;
      work.refund({ id, amount });
      return true;
    },
    faults,
    payment,
    /** The shopper pays. */
    pay(id) {
      const paid = payment(id);
      if (paid.status !== "open") throw refused("not_open", `It is ${paid.status}.`);
      Object.assign(paid, { status: "held", held: paid.amount });
    },
    /** Payments of a cart that are not canceled. */
    of: (cart) => [...payments.values()].filter((one) => one.cart === cart && one.status !== "canceled"),
  };
}

const refunded = (payment) => payment.refunds.reduce((sum, { amount }) => sum + amount, 0);

module.exports = { BankError, openBank, refunded };
