// The results as a person reads them.

const { megabytes, number, table } = require("../table.js");

const COLUMNS = ["", "requests", "calls/s", "process µs", "main µs", "delay p50 ms", "delay p99 ms", "RSS MB"];

const rowOf = (title, each) => [
  title,
  number(each.requests),
  number(each.callsPerSecond, 0),
  number(each.process),
  number(each.main),
  number(each.delayP50),
  number(each.delayP99),
  number(each.rss / 2 ** 20, 0),
];

function cell({ operation, inFlight, latency, subjects }) {
  const title = `${operation}, ${inFlight} in flight, ${latency} ms of latency`;
  const rows = [COLUMNS, rowOf("JavaScript", subjects.javascript), rowOf("ours", subjects.ours)];
  return `${title}\n${table(rows)}`;
}

const cellsOf = (title, cells) => [title.toUpperCase(), ...cells.map(cell)].join("\n\n");

function verdict(title, bars) {
  const lines = bars.map(({ what, ratio, most, least, met }) => {
    const bar = least ? `at least ${number(least, 2)}` : `at most ${number(most, 3)}`;
    return `  ${met ? "met   " : "MISSED"}  ${what}: ${number(ratio, 3)} × the JavaScript plugin, ${bar}`;
  });
  const missed = bars.filter(({ met }) => !met).length;
  const sum = missed ? `${missed} of ${bars.length} bars are MISSED.` : "All bars are met.";
  return `${title}\n${lines.join("\n")}\n${sum}`;
}

function report({ machine, pinned, firstCalls, first, later, memory, growth, bars }) {
  const cores = pinned ? "one core for the client, one for the server" : "cores as the system gives them (no taskset)";
  const times = {
    first: `The first ${number(firstCalls, 0)} calls of a process`,
    later: "Once both have been called for seconds without a pause",
  };
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memory}, ${machine.os}, Node ${machine.node}, ${machine.date}; ${cores}`,
    cellsOf(times.first, first),
    cellsOf(times.later, later),
    `RSS growth over ${number(memory, 0)} calls of each operation, 256 in flight: JavaScript ` +
      `${megabytes(growth.javascript, 1)}, ours ${megabytes(growth.ours, 1)}.`,
    verdict(times.first, bars.first),
    verdict(times.later, bars.later),
  ].join("\n\n");
}

module.exports = { report };
