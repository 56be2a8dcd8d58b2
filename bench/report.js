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
    ({ title, mode, main, wall, met }) =>
      `  ${met ? "met   " : "MISSED"}  ${title}, ${mode}: ${number(main, 2)} (wall ${number(wall, 2)})`,
  );
  const title =
    `The bar: at ${BAR.size}, the main thread's time is at most ${BAR.factor} × that of JSON and one bare round trip in ` +
    "one call, and in Medusa 2 of a capture's row";
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
