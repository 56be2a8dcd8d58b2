// The shopper's cards, named after what comes of them, and Stripe's test payment methods for the same.

const CARDS = {
  ok: { last4: "4242" },
  declined: { last4: "0002", decline: decline("generic_decline", "Your card was declined.") },
  insufficient_funds: { last4: "9995", decline: decline("insufficient_funds", "Your card has insufficient funds.") },
  "3ds": { last4: "3220", challenge: true },
  processing: { last4: "7726", slow: true },
};

/** https://stripe.com/docs/testing */
const TEST_METHODS = {
  pm_card_visa: "ok",
  pm_card_chargeDeclined: "declined",
  pm_card_chargeDeclinedInsufficientFunds: "insufficient_funds",
  pm_card_threeDSecure2Required: "3ds",
};

function decline(declineCode, message) {
  return { code: "card_declined", decline_code: declineCode, message };
}

function cardNamed(name) {
  if (Object.hasOwn(CARDS, name)) return CARDS[name];
  throw new Error(`No card is named ${JSON.stringify(name)}: there are ${Object.keys(CARDS).join(", ")}`);
}

module.exports = { TEST_METHODS, cardNamed };
