// The bar of the design, on the main thread's CPU time: that is what a store has only one of.

const BAR = { size: "3 KB", factor: 1.25 };

const OURS = ["", "2"].flatMap((host) =>
  ["", "OnWorkers"].flatMap((where) => [`retrieve${host}${where}`, `capture${host}${where}`]),
);

/** One verdict for each of our operations, sequential and many at once. */
function judge(cells) {
  return cells
    .filter((cell) => cell.size === BAR.size)
    .flatMap(({ mode, subjects }) =>
      OURS.map((name) => {
        const { title, main, wall } = subjects[name];
        const limit = BAR.factor * (subjects.floor.main + subjects.bare.main);
        const wallRatio = wall / (subjects.floor.wall + subjects.bare.wall);
        return { title, mode, main, limit, met: main <= limit, toBoth: main / subjects.both.main, wallRatio };
      }),
    );
}

module.exports = { BAR, judge };
