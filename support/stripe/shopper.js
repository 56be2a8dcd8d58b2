// The shopper's browser, with Stripe.js in it: it knows the client secret, and no secret key.

const { cardNamed } = require("./cards");
const { notFound, unexpectedState } = require("./errors");
const { newId } = require("./ids");
const { intentNamed } = require("./intents");
const { copy } = require("./json");
const payments = require("./payments");

/** Each function resolves with the intent as it is then, and rejects where the step is not possible. */
function openBrowser(account) {
  return {
    /** Tries to pay. A card that the bank declines is a result: see the intent's `last_payment_error`. */
    async confirm(secretOrId, { card = "ok", returnUrl } = {}) {
      cardNamed(card);
      const intent = intentOf(account, secretOrId);
      expectStatus(intent, "confirmed", payments.PAYABLE);
      const [first, ...others] = intent.payment_method_types;
      const type = others.includes("card") ? "card" : first;
      const method = account.methods.add({ id: newId("pm"), type, card });
      return copy(payments.attempt(account, intent, method, { returnUrl }));
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
