// The shopper's cards, named after what comes of them, and Stripe's test payment methods for the same.

const CARDS = {
  ok: { last4: "4242", multicapture: true },
  /** Its network takes no second capture. */
  single_capture: { last4: "0505", brand: "jcb" },
  declined: { last4: "0002", decline: decline("generic_decline", "Your card was declined.") },
  insufficient_funds: { last4: "9995", decline: decline("insufficient_funds", "Your card has insufficient funds.") },
  "3ds": { last4: "3220", challenge: true },
  processing: { last4: "7726", slow: true },
};

/** https://stripe.com/docs/testing */
const TEST_METHODS = {
  pm_card_visa: "ok",
  pm_card_jcb: "single_capture",
  pm_card_chargeDeclined: "declined",
  pm_card_chargeDeclinedInsufficientFunds: "insufficient_funds",
  pm_card_threeDSecure2Required: "3ds",
  pm_card_authenticationRequired: "3ds",
};

/** A token in place of a card's number: `tok_visa` is the same card as `pm_card_visa`. */
const TOKENS = Object.fromEntries(
  Object.entries(TEST_METHODS).map(([id, card]) => [id.replace("pm_card_", "tok_"), card]),
);

/** What the bank says to a card that would have to ask a shopper who is not there. */
const AUTHENTICATION_REQUIRED = {
  code: "authentication_required",
  decline_code: "authentication_required",
  message: "Your card was declined. This transaction requires authentication.",
};

function decline(declineCode, message) {
  return { code: "card_declined", decline_code: declineCode, message };
}

function cardNamed(name) {
  if (Object.hasOwn(CARDS, name)) return CARDS[name];
  throw new Error(`No card is named ${JSON.stringify(name)}: there are ${Object.keys(CARDS).join(", ")}`);
}

module.exports = { AUTHENTICATION_REQUIRED, TEST_METHODS, TOKENS, cardNamed };
