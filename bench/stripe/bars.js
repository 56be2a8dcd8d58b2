// What ours has to be against the JavaScript plugin.

const BARRED = ["retrieve", "initiate", "refund"];

const cellOf = (cells, operation, inFlight, latency) =>
  cells.find((cell) => cell.operation === operation && cell.inFlight === inFlight && cell.latency === latency);

const ratio = (cell, name) => cell.subjects.ours[name] / cell.subjects.javascript[name];

/** @param growth bytes of each subject, for as many calls */
function judge(cells, growth) {
  const bars = BARRED.flatMap((operation) => {
    const busy = cellOf(cells, operation, 32, 0);
    const crowded = cellOf(cells, operation, 256, 0);
    return [
      { what: `${operation}: main-thread CPU per call, 32 in flight`, ratio: ratio(busy, "main"), most: 1 / 5 },
      { what: `${operation}: process CPU per call, 32 in flight`, ratio: ratio(busy, "process"), most: 1 / 3 },
      { what: `${operation}: event-loop delay p99, 256 in flight`, ratio: ratio(crowded, "delayP99"), most: 1 / 5 },
      { what: `${operation}: calls per second, 32 in flight`, ratio: ratio(busy, "callsPerSecond"), least: 3 },
    ];
  });
  bars.push({ what: "RSS growth", ratio: growth.ours / growth.javascript, most: 1 / 3 });
  return bars.map((bar) => ({ ...bar, met: bar.least ? bar.ratio >= bar.least : bar.ratio <= bar.most }));
}

module.exports = { judge };
