// A report as text.

const path = require("path");

/** Where a page of this package is, seen from where the tests run. */
const located = (page) => path.relative(process.cwd(), path.join(__dirname, "..", page));

/** What a person has to know of a check that failed. */
function formatFailure({ id, title, rule, why, where, message }) {
  return [
    `✗ ${id}: ${title}`,
    `  what happened: ${message.replaceAll("\n", "\n    ")}`,
    `  the rule:      ${rule}`,
    `  why:           ${why}`,
    `  written in:    ${located(where)}`,
  ].join("\n");
}

function formatReport({ passed, failed, skipped }) {
  const parts = failed.map(formatFailure);
  if (skipped.length > 0) {
    parts.push(["Not checked:", ...skipped.map(({ id, reason }) => `- ${id}: ${reason}`)].join("\n"));
  }
  parts.push(`${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped`);
  return parts.join("\n\n");
}

module.exports = { formatFailure, formatReport };
