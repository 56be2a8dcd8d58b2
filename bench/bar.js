// The bar of the design, on the main thread's CPU time: that is what a store has only one of.
//
// What JSON and one bare round trip cost together is measured as one call that makes both. Measured apart, JSON runs in a
// loop that never sleeps and does nothing else: one call after another, the two then take a third more than their sum, and
// no call that makes both could come near it. The sum is printed beside it.

const BAR = { size: "3 KB", factor: 1.25 };

/** One verdict for each of our operations, sequential and many at once. */
function judge(cells) {
  return cells
    .filter((cell) => cell.size === BAR.size)
    .flatMap(({ mode, subjects }) =>
      ["retrieve", "capture"].map((name) => {
        const { both, floor, bare } = subjects;
        const { title, main, wall } = subjects[name];
        const limit = BAR.factor * both.main;
        return {
          title,
          mode,
          main,
          limit,
          met: main <= limit,
          toSum: main / (floor.main + bare.main),
          wallRatio: wall / both.wall,
        };
      }),
    );
}

module.exports = { BAR, judge };
