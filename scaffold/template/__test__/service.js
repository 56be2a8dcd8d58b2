// Acme itself: its payments, its refunds and its idempotency keys, what it accepts and what it refuses.

const { randomUUID } = require("node:crypto");

/** How long Acme remembers an idempotency key. */
const KEYS_LIVE = 24 * 60 * 60 * 1000;

const newId = (kind) => `${kind}_${randomUUID().slice(0, 8)}`;

/** An error before the request was served: its key can be used again. */
const failure = (status, code) => Object.assign(new Error(code), { status, code });

/** The answer to a request that was served: its key gets the same answer again. */
const refusal = (code, status = 422) => Object.assign(failure(status, code), { isStored: true });

const amount = (value) => Number.isSafeInteger(value) && value > 0;
const text = (value) => typeof value === "string" && value !== "";

const TERMS = { amount, currency: text };

/** What a body has to have; anything else is not expected. */
function check(body, members) {
  for (const name of new Set([...Object.keys(body), ...Object.keys(members)])) {
    if (!members[name]?.(body[name])) throw failure(400, `invalid_${name}`);
  }
}

function only({ status }, ...statuses) {
  if (!statuses.includes(status)) throw refusal(`payment_is_${status}`);
}

/** What a `POST` below a payment's path does. What it returns is the reply; if it is nothing, the payment is. */
const ACTIONS = {
  ""(payment, terms) {
    check(terms, TERMS);
    only(payment, "pending");
    Object.assign(payment, terms);
  },
  authorize(payment, terms) {
    check(terms, TERMS);
    only(payment, "pending");
    if (terms.amount !== payment.amount || terms.currency !== payment.currency) throw refusal("terms_differ");
    payment.status = "authorized";
  },
  capture(payment, body, { ledger }) {
    check(body, {});
    only(payment, "authorized");
    Object.assign(payment, { status: "captured", captured: payment.amount });
    ledger.push(`capture ${payment.amount}`);
  },
  cancel(payment, body) {
    check(body, {});
    only(payment, "pending", "authorized");
    payment.status = "canceled";
  },
  refunds(payment, body, { ledger, refunds, now, fails }) {
    check(body, { amount, reference: text });
    only(payment, "captured");
    if (payment.refunded + body.amount > payment.captured) throw refusal("refund_exceeds_captured");
    const status = fails ? "failed" : "succeeded";
    const refund = { id: newId("ref"), ...body, status, created: Math.floor(now() / 1000) };
    refunds.get(payment.id).push(refund);
    if (!fails) {
      payment.refunded += body.amount;
      ledger.push(`refund ${body.amount}`);
    }
    return refund;
  },
};

function openService({ apiKey }) {
  const payments = new Map();
  const refunds = new Map(); // a payment's id → its refunds
  const keys = new Map(); // idempotency key → its request, the reply, and when that was
  const ledger = [];
  let ahead = 0;
  const now = () => Date.now() + ahead;

  function found(id) {
    if (!payments.has(id)) throw refusal("payment_not_found", 404);
    return payments.get(id);
  }

  function create(body) {
    check(body, { ...TERMS, reference: text });
    const payment = { id: newId("pay"), status: "pending", ...body, captured: 0, refunded: 0 };
    payments.set(payment.id, payment);
    refunds.set(payment.id, []);
    return payment;
  }

  function read(id, list) {
    if (list === "") return found(id);
    if (list !== "refunds") throw failure(404, "not_found");
    return refunds.get(found(id).id);
  }

  function change(id, action, body, fault) {
    if (!Object.hasOwn(ACTIONS, action)) throw failure(404, "not_found");
    if (fault === "decline") throw refusal("card_declined", 402);
    if (!id) return create(body);
    const payment = found(id);
    return ACTIONS[action](payment, body, { ledger, refunds, now, fails: fault === "fail_refund" }) ?? payment;
  }

  /** Serves each key once; after that it gets the stored reply, and for another request an error. */
  function once(key, request, serve) {
    // Many services take a request without a key, and may serve it twice: here that shows at once.
    if (!key) throw failure(400, "idempotency_key_missing");
    const known = keys.get(key);
    if (known && now() - known.at < KEYS_LIVE) {
      if (known.request !== request) throw failure(422, "key_of_another_request");
      return { ...known.reply, headers: { "idempotent-replayed": "true" } };
    }
    const reply = orError(serve);
    if (reply.isStored) keys.set(key, { request, reply, at: now() });
    return reply;
  }

  function answered({ method, url, headers, body }, fault) {
    if (headers.authorization !== `Bearer ${apiKey}`) throw failure(401, "wrong_api_key");
    if (typeof fault === "number") throw failure(fault, `status_${fault}`);
    if (fault === "unavailable") throw failure(503, "unavailable");
    if (fault === "key_in_use") throw failure(409, "key_in_use");
    const [, resource, id, action = "", ...more] = url.split("/");
    if (resource !== "payments" || more.length > 0) throw failure(404, "not_found");
    if (method === "GET" && fault === "decline") throw refusal("declined");
    if (method === "GET") return ok(read(id, action));
    if (method !== "POST") throw failure(405, "method_not_allowed");
    const request = `${url} ${body}`;
    return once(headers["idempotency-key"], request, () => ok(change(id, action, JSON.parse(body), fault)));
  }

  return {
    /** Answers a request: `{ status, body, headers }`. A fault is what goes wrong at Acme. */
    answer: (request, fault) => orError(() => answered(request, fault)),
    payments,
    ledger,
    now,
    later(seconds) {
      ahead += seconds * 1000;
    },
    refundElsewhere(id, amount) {
      const { status } = orError(() => ok(change(id, "refunds", { amount, reference: "dashboard" })));
      return status === 200;
    },
  };
}

const ok = (value) => ({ status: 200, body: JSON.stringify(value), isStored: true });

function orError(serve) {
  try {
    return serve();
  } catch ({ status = 500, code = "internal", message, isStored }) {
    return { status, body: JSON.stringify({ error: { code, message } }), isStored };
  }
}

module.exports = { newId, openService };
