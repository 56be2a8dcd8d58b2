// Which cells of the matrix are run, and which can be won by no provider.

const { CONFLICTS, FAULTS, ofEveryDay } = require("../faults");

const COLUMNS = [...FAULTS, ...CONFLICTS];

/** `[rows, columns, reason]`: the cells that are not counted. */
const NOT_TO_BE_WON = [
  [
    ["cancel, paid", "cancel, partly paid"],
    ({ fault, isForAll }) => isForAll || fault.times !== 1,
    "Medusa cancels the order and records the refund in it even if the refund failed, and refuses a second cancellation",
  ],
];

const reasonFor = (operation, column) =>
  NOT_TO_BE_WON.find(([rows, isMeant]) => rows.includes(operation.name) && isMeant(column))?.[2];

/**
 * `{ cells, leftOut }`, of the second each with its `reason`. `places` are the operations at each server, by which the
 * cells are shared.
 */
function cellsOf(places) {
  const columns = ofEveryDay(COLUMNS);
  let next = 0;
  const every = columns.flatMap((fault) =>
    places[0].map((_, row) => {
      const operation = places[next++ % places.length][row];
      return { operation, fault, reason: reasonFor(operation, fault) };
    }),
  );
  return { cells: every.filter(({ reason }) => !reason), leftOut: every.filter(({ reason }) => reason) };
}

/** What is not counted, by its reason. */
function notCounted(leftOut) {
  return [...new Set(leftOut.map(({ reason }) => reason))].flatMap((reason) => [
    `not counted: ${reason}:`,
    ...[...new Set(leftOut.filter((cell) => cell.reason === reason).map(({ operation }) => operation.name))].map(
      (row) =>
        `  ${row} x ${leftOut
          .filter((cell) => cell.reason === reason && cell.operation.name === row)
          .map(({ fault }) => fault.name)
          .join("; ")}`,
    ),
  ]);
}

module.exports = { COLUMNS, cellsOf, notCounted };
