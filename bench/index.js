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
const { measure, together } = require("./measure.js");
const { memory } = require("./memory.js");
const { report } = require("./report.js");
const { loadTimes, sizes } = require("./startup.js");

const FULL = { processes: 5, rounds: 5, milliseconds: 80, loads: 21, calls: 200_000 };
const QUICK = { processes: 1, rounds: 5, milliseconds: 25, loads: 5, calls: 20_000 };

const progress = (step) => console.error(`… ${step}`);

function main() {
  const { values: flags } = parseArgs({ options: { quick: { type: "boolean" } } });
  const { processes, rounds, milliseconds, loads, calls } = flags.quick ? QUICK : FULL;

  progress("building the addons");
  build();
  const runs = measure({ processes, rounds, milliseconds, progress });
  progress("loading");
  const load = loadTimes(loads);
  progress("memory");
  const results = {
    machine: machine(),
    processes,
    rounds,
    cells: together(runs),
    bar: judge(runs),
    load,
    sizes: sizes(),
    memory: memory(calls),
  };
  console.log(`\n${report(results)}`);

  fs.writeFileSync(path.join(TARGET, "results.json"), `${JSON.stringify(results, null, 2)}\n`);
}

main();
