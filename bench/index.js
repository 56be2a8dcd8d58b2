// npm run bench [-- --quick]
//
// --quick  a rough picture in a quarter of a minute
//
// The numbers behind the printed tables are in target/bench/results.json.

const fs = require("node:fs");
const path = require("node:path");
const { parseArgs } = require("node:util");

const { judge } = require("./bar.js");
const { build, TARGET } = require("./build.js");
const { machine } = require("./machine.js");
const { measure } = require("./measure.js");
const { memory } = require("./memory.js");
const { report } = require("./report.js");
const { loadTimes, sizes } = require("./startup.js");

const FULL = { rounds: 11, milliseconds: 120, processes: 21, calls: 200_000 };
const QUICK = { rounds: 5, milliseconds: 25, processes: 5, calls: 20_000 };

const progress = (step) => console.error(`… ${step}`);

async function main() {
  const { values: flags } = parseArgs({ options: { quick: { type: "boolean" } } });
  const { rounds, milliseconds, processes, calls } = flags.quick ? QUICK : FULL;

  progress("building the addons");
  const { bare, waiting } = build();
  // Only now: it loads the addon that has just been built.
  const { subjects } = require("./subjects.js");

  const options = { rounds, milliseconds, threadCpuTime: bare.threadCpuTime };
  const cells = await measure(subjects({ bare, waiting }), options, progress);
  progress("loading");
  const load = loadTimes(processes);
  progress("memory");
  const results = {
    machine: machine(),
    rounds,
    cells,
    bar: judge(cells),
    load,
    sizes: sizes(),
    memory: memory(calls),
  };
  console.log(`\n${report(results)}`);

  fs.writeFileSync(path.join(TARGET, "results.json"), `${JSON.stringify(results, null, 2)}\n`);
}

main();
