// A report as text.

/** What a person has to know of a check that failed. */
function formatFailure({ id, title, rule, why, where, message }) {
  return [
    `✗ ${id}: ${title}`,
    `  what happened: ${message.replaceAll("\n", "\n    ")}`,
    `  the rule:      ${rule}`,
    `  why:           ${why}`,
    `  written in:    ${where}`,
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
