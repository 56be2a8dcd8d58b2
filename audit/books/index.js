// Medusa's records of payments, in one form for both of its versions: that of `src/audit/records.rs`.
//
// A reader is made with `query(text, values)`, which resolves with rows, and has
// - `page(after, limit, { since, until, providers })`: payments in the order of their ids
// - `payments(by, names, providers)`: those with these ids, of these orders, or made for these origins
// - `origins(names)`: what intents were made for, by the names in their metadata, which `originOf(intent)` finds there
// - `sessions(order, providers)`: the intents of the sessions that were ever open for an order
// - `order(name)`: the id of the order with that id or number
// - `extent({ since, until, providers })`: how many payments there are, and since when
//
// A payment is `{ intent, record }`: the id of its intent, if its data names one, and the record.

const { Complaint } = require("../../cli/complaint");
const medusa1 = require("./medusa1");
const medusa2 = require("./medusa2");

const READERS = { medusa1, medusa2 };

/** Resolves with the reader for the database, which shows by itself whose it is. */
async function booksIn(query) {
  const [tables] = await query(
    "SELECT to_regclass('payment') IS NOT NULL AS payment, to_regclass('capture') IS NOT NULL AS capture",
  );
  if (!tables.payment) throw new Complaint("the database has no table payment: it is not that of a Medusa store");
  return tables.capture ? medusa2(query) : medusa1(query);
}

/** Resolves with the providers to compare: those that are asked for, or all whose ids begin as Stripe's do. */
async function providersIn(query, { prefix }, wanted) {
  const rows = await query("SELECT id FROM payment_provider ORDER BY id");
  const known = rows.map(({ id }) => id);
  const missing = wanted?.find((id) => !known.includes(id));
  if (missing) throw new Complaint(`the store has no payment provider "${missing}", it has ${known.join(", ")}`);
  const providers = wanted ?? known.filter((id) => id.startsWith(prefix));
  if (providers.length > 0) return providers;
  throw new Complaint(`the store has no provider of Stripe's, it has ${known.join(", ") || "none"}; see --provider`);
}

module.exports = { READERS, booksIn, providersIn };
