// The shopper's browser, with Stripe.js in it: it knows the client secret, and no secret key.

const { cardNamed } = require("./cards");
const { incompatibleMethod, notFound, unexpectedState } = require("./errors");
const { intentNamed } = require("./intents");
const { copy } = require("./json");
const { checkUse, methodNamed, newMethod } = require("./payment-methods");
const payments = require("./payments");
const setupIntents = require("./setup-intents");

/** Where the shopper comes back from at once: the browser goes there and returns. */
const QUICK = new Set(["redirect_to_url", "blik_authorize"]);

/** Each function resolves with the intent as it is then, and rejects where the step is not possible. */
function openBrowser(account) {
  return {
    /**
     * Tries to pay with a new method, of the intent's own type unless `type` says which, or with a saved one. A card that
     * the bank declines is a result: see the intent's `last_payment_error`.
     */
    async confirm(secretOrId, { card = "ok", type, method: saved, returnUrl } = {}) {
      cardNamed(card);
      const intent = intentOf(account, secretOrId);
      expectStatus(intent, "confirmed", payments.PAYABLE);
      const method = saved ? methodNamed(account, saved) : newMethod(account, { type: typeOf(intent, type), card });
      if (!intent.payment_method_types.includes(method.type)) {
        throw incompatibleMethod(method.type, intent.payment_method_types);
      }
      checkUse(method, intent.customer);
      const after = payments.attempt(account, intent, method, { returnUrl });
      const isWalkedThrough = method.card !== "3ds" && QUICK.has(after.next_action?.type);
      return copy(isWalkedThrough ? payments.answerChallenge(account, after, true) : after);
    },

    /** Leaves a payment method for later, with a SetupIntent's secret. */
    async setup(secretOrId, { card = "ok", type } = {}) {
      const [id] = secretOrId.split("_secret_");
      const setup = setupIntents.setupNamed(account, id);
      setupIntents.expectOpen(setup, "confirm");
      const method = newMethod(account, { type: type ?? setup.payment_method_types[0], card });
      return copy(setupIntents.attempt(account, setup, method));
    },

    /** Passes or fails the bank's challenge. */
    async authenticate(secretOrId, { ok = true } = {}) {
      const intent = intentOf(account, secretOrId);
      expectStatus(intent, "authenticated", ["requires_action"]);
      return copy(payments.answerChallenge(account, intent, ok));
    },

    /** Ends the processing of a slow payment method. */
    async settle(secretOrId, { ok = true } = {}) {
      const intent = intentOf(account, secretOrId);
      expectStatus(intent, "settled", ["processing"]);
      return copy(payments.settle(account, intent, ok));
    },
  };
}

function typeOf({ payment_method_types: types }, wanted) {
  return wanted ?? (types.includes("card") ? "card" : types[0]);
}

function intentOf(account, secretOrId) {
  const [id, secret] = secretOrId.split("_secret_");
  const intent = intentNamed(account, id);
  if (secret !== undefined && intent.client_secret !== secretOrId) {
    throw notFound("payment_intent", id, { param: "client_secret" });
  }
  return intent;
}

function expectStatus(intent, done, statuses) {
  if (statuses.includes(intent.status)) return;
  const why = `This PaymentIntent could not be ${done} because it has a status of ${intent.status}.`;
  const allowed = `Only a PaymentIntent with one of the following statuses may be ${done}: ${statuses.join(", ")}.`;
  throw unexpectedState(intent, `${why} ${allowed}`);
}

module.exports = { openBrowser };
