// What is compared for one order.

const { casesOf, sideBySide } = require("./cases");

/** The intents of all sessions that were ever open for the order are looked at, not only those that paid it. */
async function casesOfOrder(order, { books, stripe, providers, isShared = false }) {
  const payments = await books.payments("order", [order], providers);
  const named = new Set(payments.map(({ intent }) => intent));
  const others = (await books.sessions(order, providers)).filter((id) => !named.has(id));
  const asked = await sideBySide([...new Set(others)], (id) => stripe.intent(id));
  const intents = asked.map(({ intent }) => intent).filter(Boolean);
  return casesOf({ payments, intents }, { books, stripe, providers, isShared });
}

module.exports = { casesOfOrder };
