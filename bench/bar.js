// The bar of the design, on the main thread's CPU time: that is what a store has only one of. It is held against both parts
// in one call, JSON and one bare round trip: measured apart they come to less, for JSON is at its quickest in a loop that
// does nothing else. A capture in Medusa 2 reads its row beside that, in whatever language it is written.

const { median } = require("./median.js");

const BAR = { size: "3 KB", factor: 1.25 };

const OURS = ["", "2"].flatMap((host) =>
  ["", "OnWorkers"].flatMap((where) => [`retrieve${host}${where}`, `capture${host}${where}`]),
);

/** What one of our operations costs of its floor, on a clock: both parts, and in Medusa 2 a capture's row. */
const ratio = (subjects, name, clock) =>
  subjects[name][clock] / subjects[name.startsWith("capture2") ? "bothAndRow" : "both"][clock];

/**
 * One verdict for each of our operations, sequential and many at once.
 *
 * @param runs the cells of each process. The ratio is taken within each: the machine's speed changes between them.
 */
function judge(runs) {
  return runs[0].flatMap(({ size, mode, subjects }, at) => {
    if (size !== BAR.size) return [];
    return OURS.map((name) => {
      const middle = (clock) => median(runs.map((cells) => ratio(cells[at].subjects, name, clock)));
      const main = middle("main");
      return { title: subjects[name].title, mode, main, wall: middle("wall"), met: main <= BAR.factor };
    });
  });
}

module.exports = { BAR, judge };
