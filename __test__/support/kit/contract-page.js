// docs/contract.md, made from the tables of rules:  node __test__/support/kit/contract-page.js > docs/contract.md

const METHODS = require("./methods");

const INTRO = `<!-- Made from testing/rules.json and testing/rules-medusa2.json by __test__/support/kit/contract-page.js; a test keeps
it so. -->

# The contract of a payment processor

What Medusa needs of a payment processor is more than its interface says: what an answer means to Medusa decides whether
an order is recorded right. Each rule here says what a processor has to do, and why: what Medusa does if the rule is
broken, and in which file of \`@medusajs/medusa\` 1.20.10, or of Medusa 2.21.2's packages. A rule without a word on the
host is the same in both. The checks under a rule are those of the [conformance kit](testing.md), which tries them on any
processor of Medusa 1 and any provider of Medusa 2.

A shopper's money moves at the *provider* (a payment service, a bank); the *processor* is the class, or the Rust type,
that Medusa calls. Medusa 2 calls that class a payment provider.
`;

const HOSTS = { medusa1: "Medusa 1", medusa2: "Medusa 2" };

const listed = (names) => names.map((name) => `\`${METHODS[name]}\``).join(", ");

const titled = ({ title, for: operations }) => (operations ? title.replace("{operation}", "a call") : title);

/** What differs between the hosts is said of each, and what does not once. */
function perHost(inHosts, texts) {
  const [first, ...others] = Object.values(texts);
  if (inHosts === 2 && others.length > 0 && others.every((text) => text === first)) return first;
  return Object.entries(texts)
    .map(([host, text]) => `*${HOSTS[host]}:* ${text}`)
    .join("\n\n");
}

/** One line for a check: what is tried, where only, and on which methods. */
function checkLine(entries, inHosts) {
  const hosts = Object.keys(entries);
  const [entry] = Object.values(entries);
  const notes = [];
  if (hosts.length === 1 && inHosts === 2) notes.push(`${HOSTS[hosts[0]]} only`);
  if (entry.only) notes.push("JavaScript only");
  const titles = [...new Set(Object.values(entries).map(titled))];
  const title =
    titles.length === 1 ? titles[0] : titles.map((text, index) => `${text} (${HOSTS[hosts[index]]})`).join("; ");
  const note = notes.length > 0 ? ` (${notes.join(", ")})` : "";
  if (!entry.for) return `- \`${entry.id}\`: ${title}${note}`;
  const methods = [...new Set(Object.values(entries).map((one) => listed(one.for)))];
  const of =
    methods.length === 1 ? methods[0] : methods.map((text, index) => `${text} (${HOSTS[hosts[index]]})`).join("; ");
  return `- \`${entry.id}-…\`: ${title}${note}; for ${of}`;
}

/** The tables' entries with this id, by host. */
const entriesOf = (tables, list, id) =>
  Object.fromEntries(
    Object.entries(tables)
      .map(([host, table]) => [host, table[list].find((entry) => entry.id === id)])
      .filter(([, entry]) => entry),
  );

const idsOf = (tables, list) => [...new Set(Object.values(tables).flatMap((table) => table[list].map(({ id }) => id)))];

function section(tables, id) {
  const rules = entriesOf(tables, "rules", id);
  const texts = (what) => Object.fromEntries(Object.entries(rules).map(([host, rule]) => [host, what(rule)]));
  const inHosts = Object.keys(rules).length;
  const parts = [
    `## ${id}`,
    perHost(
      inHosts,
      texts(({ rule }) => rule),
    ),
  ];
  for (const [host, { why, host: file }] of Object.entries(rules)) {
    parts.push(`**Why, in ${HOSTS[host]}.** ${why}`, `**In ${HOSTS[host]}'s files.** ${file}`);
  }
  if (rules.medusa1?.rust) parts.push(`**In Rust.** ${rules.medusa1.rust}`);
  const checks = idsOf(tables, "checks")
    .map((check) => entriesOf(tables, "checks", check))
    .map((entries) => Object.fromEntries(Object.entries(entries).filter(([, { rule }]) => rule === id)))
    .filter((entries) => Object.keys(entries).length > 0)
    .map((entries) => checkLine(entries, inHosts));
  return [...parts, checks.join("\n")].join("\n\n");
}

const contractPage = (tables) =>
  `${[INTRO.trim(), ...idsOf(tables, "rules").map((id) => section(tables, id))].join("\n\n")}\n`;

module.exports = { contractPage };

if (require.main === module) process.stdout.write(contractPage(require("../../../testing/tables").tables));
