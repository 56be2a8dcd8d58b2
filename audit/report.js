// What is found, for people, as JSON or as CSV. Findings are asked for as often as they are needed: there may be more than
// memory holds.

const COLUMNS = [
  ...["kind", "order", "display_id", "payment", "cart", "intent", "refund", "since", "amount", "currency", "money"],
  ...["medusa", "stripe", "fault", "advice", "dashboard"],
];

const WIDTH = 100;

/**
 * Writes the report, and resolves with how many findings there are.
 *
 * @param findings a function that begins anew with the findings
 * @param about `{ host, payments, since, until, order }`
 */
async function report(findings, about, { format, out = process.stdout, error = process.stderr }) {
  const write = writerTo(out);
  const summary = summaryOf(findings());
  const facts = { medusa: about.host, since: iso(about.since), until: iso(about.until), order: about.order ?? null };
  if (format === "json") {
    await write(`{"audit":${JSON.stringify({ ...facts, payments: about.payments })},"findings":[`);
    let separator = "\n";
    for (const finding of byKind(findings, summary)) {
      await write(separator + JSON.stringify({ ...finding, since: iso(finding.since) }));
      separator = ",\n";
    }
    await write(`\n],"summary":${JSON.stringify(summary)}}\n`);
  } else if (format === "csv") {
    await write(`${COLUMNS.join(",")}\r\n`);
    for (const finding of byKind(findings, summary))
      await write(`${csvLine({ ...finding, since: iso(finding.since) })}\r\n`);
    error.write(summaryText(summary, about));
  } else {
    for (const finding of byKind(findings, summary)) await write(findingText(finding));
    await write(summaryText(summary, about));
  }
  return summary.count;
}

/** Waits for a reader that is slower than we are. */
function writerTo(out) {
  return (text) => (out.write(text) ? undefined : new Promise((resolve) => out.once("drain", resolve)));
}

/** `{ count, kinds: [{ kind, title, count, sums: [{ currency, amount, money }] }] }` */
function summaryOf(findings) {
  const kinds = new Map();
  for (const { kind, title, currency, amount, money } of findings) {
    if (!kinds.has(kind)) kinds.set(kind, { kind, title, count: 0, sums: new Map() });
    const entry = kinds.get(kind);
    entry.count += 1;
    const decimals = money.match(/\.(\d+)/)?.[1].length ?? 0;
    const sum = entry.sums.get(currency) ?? { currency, amount: 0, decimals };
    sum.amount += amount;
    entry.sums.set(currency, sum);
  }
  const list = [...kinds.values()].map((entry) => ({
    ...entry,
    sums: [...entry.sums.values()].map(({ currency, amount, decimals }) => ({
      currency,
      amount,
      money: `${(amount / 10 ** decimals).toFixed(decimals)} ${currency.toUpperCase()}`,
    })),
  }));
  return { count: list.reduce((sum, { count }) => sum + count, 0), kinds: list };
}

function* byKind(findings, { kinds }) {
  for (const { kind } of kinds) {
    for (const finding of findings()) if (finding.kind === kind) yield finding;
  }
}

function findingText(finding) {
  const { title, money, since, medusa, stripe, fault, advice, dashboard } = finding;
  const lines = [
    `${title}: ${money}${since > 0 ? `, since ${forPeople(since)}` : ""}`,
    ...entry("Where", placeOf(finding)),
    ...entry("Medusa", medusa),
    ...entry("Stripe", stripe),
    ...(dashboard ? [`              ${dashboard}`] : []),
    ...entry("Looks like", fault),
    ...entry("To do", advice),
  ];
  return `${lines.join("\n")}\n\n`;
}

function placeOf({ order, display_id: number, payment, cart, intent, refund }) {
  const names = [
    order && `order ${number ? `#${number} ` : ""}${number ? `(${order})` : order}`,
    payment && `payment ${payment}`,
    !order && cart && `cart ${cart}`,
    intent && `Stripe ${intent}`,
    refund && `refund ${refund}`,
  ];
  return names.filter(Boolean).join(", ");
}

/** A name, and beside it its text in lines that fit a terminal. */
function entry(name, text) {
  const lines = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && line.length + word.length >= WIDTH - 14) {
      lines.push(line);
      line = "";
    }
    line += (line && " ") + word;
  }
  lines.push(line);
  return lines.map((text, index) => `  ${(index === 0 ? name : "").padEnd(12)}${text}`);
}

function summaryText({ count, kinds }, { host, payments, since, until, order }) {
  const version = host === "medusa1" ? "Medusa 1" : "Medusa 2";
  const range = [since && `since ${forPeople(since)}`, until && `until ${forPeople(until)}`].filter(Boolean).join(" ");
  const what = order ? `the order ${order}` : `${payments} payments${range && ` ${range}`}`;
  if (count === 0) return `${version}, ${what}: Medusa and Stripe agree.\n`;
  const rows = kinds.map(({ title, count, sums }) => [String(count), title, sums.map(({ money }) => money).join(", ")]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column].length)));
  const table = rows.map(
    ([count, title, sums]) => `  ${count.padStart(widths[0])}  ${title.padEnd(widths[1])}  ${sums}`,
  );
  return `${version}, ${what}: ${count} ${count === 1 ? "finding" : "findings"}\n${table.join("\n")}\n`;
}

function csvLine(finding) {
  const cell = (value) => {
    const text = value === null || value === undefined ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return COLUMNS.map((name) => cell(finding[name])).join(",");
}

const iso = (seconds) => (seconds ? new Date(seconds * 1_000).toISOString() : null);
const forPeople = (seconds) =>
  iso(seconds)
    .replace("T", " ")
    .replace(/:\d\d\.000Z/, " UTC");

module.exports = { report };
