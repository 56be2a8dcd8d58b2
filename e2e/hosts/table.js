// What was seen, as a table that a page of the documentation can take.

const COLUMNS = {
  1: [
    "order",
    "capture",
    "refund",
    "refused refund",
    "cancel",
    "session",
    "posted data",
    "collection",
    "webhook",
    "admin",
  ],
  2: ["order", "capture", "parts", "refund", "refused refund", "cancel", "session", "webhook", "saved card"],
};

/** What stands in a cell, and the note about it. */
const OK = "ok";
const ABSENT = "–";
const FAILED = "failed";

/**
 * The table and its notes as text.
 *
 * @param results of one Medusa, `[{ medusa, node, boot?, cells: { <provider>: { <flow>: { outcome, why? } } } }]`; `boot`
 *   says why there is no server
 */
function tableOf(major, results) {
  const columns = COLUMNS[major];
  const rows = results.flatMap(({ medusa, node, boot, cells }) =>
    boot
      ? [[medusa, node, "", ...columns.map(() => FAILED)]]
      : Object.entries(cells).map(([provider, flows]) => [
          medusa,
          node,
          provider,
          ...columns.map((flow) => flows[flow]?.outcome ?? ABSENT),
        ]),
  );
  return [...aligned([[`Medusa ${major}`, "Node.js", "provider", ...columns], ...rows]), ...notesOf(results)].join(
    "\n",
  );
}

function aligned([head, ...rows]) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)];
}

function notesOf(results) {
  const notes = results.flatMap(({ medusa, boot, cells = {} }) => [
    ...(boot ? [`${medusa} does not boot: ${boot}`] : []),
    ...Object.entries(cells).flatMap(([provider, flows]) =>
      Object.entries(flows)
        .filter(([, { why }]) => why)
        .map(([flow, { outcome, why }]) => `${medusa}, ${provider}, ${flow}: ${outcome}, ${why}`),
    ),
  ]);
  return notes.length > 0 ? ["", ...notes] : [];
}

/** Whether everything went well that the version has something for. */
const isGreen = ({ boot, cells = {} }) =>
  !boot && Object.values(cells).every((flows) => Object.values(flows).every(({ outcome }) => outcome !== FAILED));

module.exports = { COLUMNS, OK, ABSENT, FAILED, tableOf, isGreen };
