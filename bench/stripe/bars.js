// What ours has to be against the JavaScript plugin.

/** By the host's major version: how many times as many calls per second at least, and how much of the costs at most. */
const BARS = {
  1: {
    operations: ["retrieve", "initiate", "refund"],
    callsPerSecond: 3,
    main: 1 / 5,
    process: 1 / 3,
    delay: 1 / 5,
    growth: 1 / 3,
  },
  2: {
    operations: ["retrieve", "initiate", "capture", "refund"],
    callsPerSecond: 4,
    main: 1 / 8,
    process: 1 / 4,
    delay: 1 / 10,
    growth: 1 / 3,
  },
};

const cellOf = (cells, operation, inFlight) =>
  cells.find((cell) => cell.operation === operation && cell.inFlight === inFlight && cell.latency === 0);

const ratio = (cell, name) => cell.subjects.ours[name] / cell.subjects.javascript[name];

const isMet = ({ ratio, most, least }) => (least ? ratio >= least : ratio <= most);

const judged = (bars) => bars.map((bar) => ({ ...bar, met: isMet(bar) }));

function judge(medusa, cells) {
  const limits = BARS[medusa];
  const bars = limits.operations.flatMap((operation) => {
    const busy = cellOf(cells, operation, 32);
    const crowded = cellOf(cells, operation, 256);
    return [
      { what: `${operation}: main-thread CPU per call, 32 in flight`, ratio: ratio(busy, "main"), most: limits.main },
      { what: `${operation}: process CPU per call, 32 in flight`, ratio: ratio(busy, "process"), most: limits.process },
      {
        what: `${operation}: event-loop delay p99, 256 in flight`,
        ratio: ratio(crowded, "delayP99"),
        most: limits.delay,
      },
      {
        what: `${operation}: calls per second, 32 in flight`,
        ratio: ratio(busy, "callsPerSecond"),
        least: limits.callsPerSecond,
      },
    ];
  });
  return judged(bars);
}

/** @param growth bytes of each subject, for as many calls */
function judgeGrowth(medusa, growth) {
  return judged([{ what: "RSS growth", ratio: growth.ours / growth.javascript, most: BARS[medusa].growth }]);
}

module.exports = { judge, judgeGrowth };
