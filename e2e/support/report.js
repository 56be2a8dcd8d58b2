// The demo's story as a person reads it.

const bold = (text) => (process.stdout.hasColors?.() ? `\x1b[1m${text}\x1b[0m` : text);
const milliseconds = (ms) => `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`.padStart(9);
const money = (minor) => (minor / 100).toFixed(2);
const AMOUNTS = new Set(["amount", "amount_refunded"]);

const row = (label, what, outcome = "", took = "") =>
  console.log(`      ${label.padEnd(8)} ${what.padEnd(66)} ${String(outcome).padEnd(4)} ${took}`.trimEnd());

const title = (text) => console.log(`\n${bold(text)}\n`);

const act = (text) => console.log(`  ${text}`);

function calls(http, rust) {
  for (const { method, path, status, ms } of http) row("HTTP", `${method} ${path}`, status, milliseconds(ms));
  for (const { provider, method, outcome, ms } of rust) row("Rust", `${provider}.${method}`, outcome, milliseconds(ms));
}

/** A row of Medusa's database. */
function booked(table, values, columns) {
  row("booked", `${table} ${values.id}`);
  for (const column of columns) row("", `  ${column.padEnd(16)} ${show(column, values)}`);
}

function show(column, values) {
  const value = values[column];
  if (value === null) return "-";
  if (AMOUNTS.has(column)) return `${money(value)} ${values.currency_code?.toUpperCase() ?? ""}`;
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What the provider says of a payment's money, beside what Medusa has booked. */
function moved({ data, currency_code: currency }, { status, held, captured, refunded }) {
  const amount = (minor) => `${money(minor)} ${currency.toUpperCase()}`;
  row("Stripe", `payment_intent ${data.id}`);
  for (const [name, value] of Object.entries({
    status,
    held: amount(held),
    captured: amount(captured),
    refunded: amount(refunded),
  })) {
    row("", `  ${name.padEnd(16)} ${value}`);
  }
}

function serving({ url, token }) {
  title("The store stays open until Ctrl-C");
  console.log(`  Store API   ${url}/store/products`);
  console.log(`  Admin API   curl -H 'x-medusa-access-token: ${token}' ${url}/admin/orders`);
  console.log(`  Health      ${url}/health`);
}

module.exports = { title, act, calls, booked, moved, serving };
