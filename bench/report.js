// The results as a person reads them.

const { BAR } = require("./bar.js");
const { megabytes, number, table } = require("./table.js");

const COLUMNS = [
  "µs per call",
  "wall",
  "main thread",
  "all threads",
  "main ÷ floor",
  "main ÷ (floor + bare)",
  "main ÷ both",
];

function rowsOf({ subjects }) {
  const { floor, bare, both } = subjects;
  return Object.values(subjects).map((each) => [
    each.title,
    number(each.wall),
    number(each.main),
    number(each.all),
    number(each.main / floor.main, 2),
    number(each.main / (floor.main + bare.main), 2),
    number(each.main / both.main, 2),
  ]);
}

function cells(results) {
  return results
    .map((cell) => {
      const title = `${cell.size} (${cell.bytes.toLocaleString("en-US")} bytes each way), ${cell.mode}`;
      return `${title}\n${table([COLUMNS, ...rowsOf(cell)])}`;
    })
    .join("\n\n");
}

function verdict(verdicts) {
  const lines = verdicts.map(
    ({ title, mode, main, limit, met, toBoth, wallRatio }) =>
      `  ${met ? "met   " : "MISSED"}  ${title}, ${mode}: ${number(main)} µs, at most ${number(limit)} µs ` +
      `(${number(toBoth, 2)} × both in one call; wall ${number(wallRatio, 2)} × the sum)`,
  );
  const title = `The bar: at ${BAR.size}, main-thread time ≤ ${BAR.factor} × (JSON floor + bare round trip)`;
  const missed = verdicts.filter(({ met }) => !met).length;
  const summary = missed ? `THE BAR IS MISSED in ${missed} of ${verdicts.length} cases.` : "The bar is met.";
  return `${title}\n${lines.join("\n")}\n${summary}`;
}

function startup({ load, sizes }) {
  return [
    `Load: ${number(load.process)} ms of a process (medians of ${load.processes}; an empty one takes ` +
      `${number(load.emptyProcess)} ms), ${number(load.require)} ms around require.`,
    ...sizes.addons.map(({ name, bytes }) => `Size: ${name} ${megabytes(bytes)}.`),
    `Tarball: ${megabytes(sizes.tarball)}, unpacked ${megabytes(sizes.unpacked)}.`,
  ].join("\n");
}

function memory({ calls, first, max, last, slope }) {
  return (
    `RSS over ${calls.toLocaleString("en-US")} calls about different payments of 3 KB, after a warm-up: first ` +
    `${megabytes(first)}, max ${megabytes(max)}, last ${megabytes(last)}, slope ${number(slope / 1024, 2)} KB per ` +
    "1,000 calls."
  );
}

function report(results) {
  const { machine } = results;
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memory}, ${machine.os}, Node ${machine.node}, ${machine.date}`,
    cells(results.cells),
    verdict(results.bar),
    startup(results),
    memory(results.memory),
  ].join("\n\n");
}

module.exports = { report };
