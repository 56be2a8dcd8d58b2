// The demo's story as a person reads it.

const bold = (text) => (process.stdout.hasColors?.() ? `\x1b[1m${text}\x1b[0m` : text);
const milliseconds = (ms) => `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`.padStart(9);
const money = (minor) => (minor / 100).toFixed(2);
/** Medusa 1 stores minor units as a number, Medusa 2 major units as an exact text. */
const amount = (stored) =>
  typeof stored === "number" ? money(stored) : stored.replace(/^\d+$/, "$&.0").replace(/\.\d$/, "$&0");
const AMOUNTS = new Set(["amount", "amount_refunded"]);

const WIDTH = 66;
const row = (label, what, outcome = "", took = "", { width = WIDTH, outcomeWidth = 4 } = {}) =>
  console.log(`      ${label.padEnd(8)} ${what.padEnd(width)} ${outcome.padEnd(outcomeWidth)} ${took}`.trimEnd());

const title = (text) => console.log(`\n${bold(text)}\n`);

const act = (text) => console.log(`  ${text}`);

function calls(http, rust) {
  const all = [
    ...http.map(({ method, path, status, ms }) => ["HTTP", `${method} ${path}`, String(status), milliseconds(ms)]),
    ...rust.map(({ provider, method, outcome, ms }) => ["Rust", `${provider}.${method}`, outcome, milliseconds(ms)]),
  ];
  const width = Math.max(WIDTH, ...all.map(([, what]) => what.length));
  const outcomeWidth = Math.max(4, ...all.map(([, , outcome]) => outcome.length));
  for (const columns of all) row(...columns, { width, outcomeWidth });
}

/** What Medusa said of what it did not do. */
function answered(message) {
  const lines = message.match(new RegExp(`.{1,${WIDTH + 20}}(?:\\s|$)`, "g")) ?? [message];
  for (const [index, line] of lines.entries()) row(index === 0 ? "answer" : "", line.trim());
}

/** A row of Medusa's database. */
function recorded(table, values, columns) {
  row("recorded", `${table} ${values.id}`);
  for (const column of columns) row("", `  ${column.padEnd(16)} ${show(column, values)}`);
}

const nothingRecorded = (table) => row("recorded", `no ${table}`);

function show(column, values) {
  const value = values[column];
  if (value === null) return "-";
  if (AMOUNTS.has(column)) return `${amount(value)} ${values.currency_code?.toUpperCase() ?? ""}`;
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What a provider says of a payment's money, beside what Medusa has recorded. Amounts are in minor units. */
function moved(provider, what, currency, { status, ...amounts }) {
  row(provider, what);
  row("", `  ${"status".padEnd(16)} ${status}`);
  for (const [name, minor] of Object.entries(amounts)) {
    row("", `  ${name.padEnd(16)} ${money(minor)} ${currency.toUpperCase()}`);
  }
}

/** `doors`: how to get in, by what it is called. */
function serving(doors) {
  title("The store stays open until Ctrl-C");
  for (const [name, how] of Object.entries(doors)) console.log(`  ${name.padEnd(11)} ${how}`);
}

module.exports = { title, act, calls, answered, recorded, nothingRecorded, moved, serving };
