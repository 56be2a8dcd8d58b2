// Payments from before the fake was started.

const { blank } = require("./intents");
const { newId } = require("./ids");

/**
 * Adds an intent as it would be now: `fields` over those of a new one. One that was paid has a charge. Intents are listed
 * in the order in which they are added, the last one first.
 */
function adopt(account, fields) {
  const intent = { ...blank(account, undefined), ...fields };
  const { id, amount, currency, created, amount_received: taken, amount_capturable: held } = intent;
  if (taken + held > 0) {
    const charge = account.charges.add({
      id: newId("ch"),
      object: "charge",
      ...{ amount, amount_captured: taken, amount_refunded: 0, captured: taken > 0, created, currency },
      payment_intent: id,
      payment_method_details: { card: { multicapture: { status: "unavailable" } }, type: "card" },
      status: "succeeded",
    });
    intent.latest_charge = charge.id;
  }
  return account.intents.add(intent);
}

module.exports = { adopt };
