// Measures subjects in rounds, so that whatever else the machine does meets all of them alike, and in
// several processes, of which each has a heap of its own: with one and the same code some are a tenth
// slower than others. The result is the median of the processes' medians.

const { execFileSync } = require("node:child_process");
const { performance } = require("node:perf_hooks");

const { addons } = require("./build.js");
const { median } = require("./median.js");
const { COUNT, payments, sizes } = require("./payloads.js");

const MODES = { sequential: 1, [`${COUNT} at once`]: COUNT };

async function sequential(subject, data, calls) {
  const { call } = subject;
  if (subject.sync) {
    for (let index = 0; index < calls; index++) call(data[index % COUNT]);
  } else {
    for (let index = 0; index < calls; index++) await call(data[index % COUNT]);
  }
}

async function atOnce(subject, data, calls) {
  if (subject.sync) return sequential(subject, data, calls);
  for (let done = 0; done < calls; done += COUNT) await Promise.all(data.map(subject.call));
}

/** One batch: microseconds per call of wall time, of the main thread, and of all threads together. */
async function batch(run, subject, data, calls, threadCpuTime) {
  const cpu = process.cpuUsage();
  const main = threadCpuTime();
  const started = performance.now();
  await run(subject, data, calls);
  const wall = performance.now() - started;
  const mainUsed = threadCpuTime() - main;
  const { user, system } = process.cpuUsage(cpu);
  return { wall: (wall * 1000) / calls, main: (mainUsed * 1000) / calls, all: (user + system) / calls };
}

/** Warms a subject up, and finds out how many calls fill `milliseconds`. */
async function calibrate(run, subject, data, milliseconds) {
  const started = performance.now();
  let calls = 0;
  do {
    await run(subject, data, COUNT);
    calls += COUNT;
  } while (performance.now() - started < milliseconds);
  // Whole turns through the payments. The warm-up was slower than what follows; that is no harm.
  return Math.ceil(calls / COUNT) * COUNT;
}

async function cell(subjects, size, mode, { rounds, milliseconds, threadCpuTime }) {
  const run = MODES[mode] === 1 ? sequential : atOnce;
  const different = payments(size);
  const same = different.map(() => different[0]);
  const entries = [];
  for (const [name, subject] of Object.entries(subjects)) {
    const data = subject.one ? same : different;
    const calls = await calibrate(run, subject, data, milliseconds);
    entries.push({ name, subject, data, calls, batches: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { subject, data, calls, batches } of entries) {
      batches.push(await batch(run, subject, data, calls, threadCpuTime));
    }
  }
  const middle = (batches) =>
    Object.fromEntries(["wall", "main", "all"].map((clock) => [clock, median(batches.map((each) => each[clock]))]));
  return {
    size,
    mode,
    bytes: Buffer.byteLength(JSON.stringify(different[0])),
    subjects: Object.fromEntries(
      entries.map(({ name, subject, calls, batches }) => [
        name,
        { title: subject.title, calls: calls * rounds, ...middle(batches) },
      ]),
    ),
  };
}

/** What one process measures. */
async function inThisProcess(options) {
  const { bare, waiting } = addons();
  // Only now: it loads the addon that has just been built.
  const subjects = require("./subjects.js").subjects({ bare, waiting });
  const cells = [];
  for (const size of sizes) {
    for (const mode of Object.keys(MODES)) {
      console.error(`… ${size}, ${mode}`);
      cells.push(await cell(subjects, size, mode, { ...options, threadCpuTime: bare.threadCpuTime }));
    }
  }
  return cells;
}

/** The same cells with the medians of what several processes measured. */
function together(runs) {
  return runs[0].map((first, at) => {
    const others = runs.map((cells) => cells[at].subjects);
    const middle = (name, clock) => median(others.map((subjects) => subjects[name][clock]));
    const subjects = Object.entries(first.subjects).map(([name, { title, calls }]) => {
      const clocks = ["wall", "main", "all"].map((clock) => [clock, middle(name, clock)]);
      return [name, { title, calls: calls * runs.length, ...Object.fromEntries(clocks) }];
    });
    return { ...first, subjects: Object.fromEntries(subjects) };
  });
}

/**
 * Returns the cells of each process.
 *
 * @param options the number of `processes`, the number of `rounds` in each, and how many `milliseconds` a round takes;
 *   `progress` is called with a text before each process
 */
function measure({ processes, progress, ...options }) {
  const run = (_, index) => {
    progress(`process ${index + 1} of ${processes}`);
    const stdio = ["ignore", "pipe", "inherit"];
    return JSON.parse(
      execFileSync(process.execPath, [__filename, JSON.stringify(options)], { encoding: "utf8", stdio }),
    );
  };
  return Array.from({ length: processes }, run);
}

module.exports = { measure, together };

if (require.main === module) {
  inThisProcess(JSON.parse(process.argv[2])).then((cells) => console.log(JSON.stringify(cells)));
}
