// How long it takes to load the addon, and how large it is.

const { execFileSync, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { performance } = require("node:perf_hooks");

const { ROOT } = require("./build.js");
const { median } = require("./median.js");

const EMPTY = "";
const REQUIRE = 'require("./index.js")';
const TIMED = `const { performance } = require("node:perf_hooks");
const started = performance.now();
require("./index.js");
console.log(performance.now() - started);`;

function run(script) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", script], { cwd: ROOT, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return { wall: performance.now() - started, stdout };
}

/** Milliseconds, medians of fresh processes. */
function loadTimes(processes) {
  const empty = [];
  const extra = [];
  const inside = [];
  for (let round = 0; round < processes; round++) {
    empty.push(run(EMPTY).wall);
    // Against the empty process beside it: a few milliseconds are less than what a machine's mood takes.
    extra.push(run(REQUIRE).wall - empty.at(-1));
    inside.push(Number(run(TIMED).stdout));
  }
  return { processes, process: median(extra), emptyProcess: median(empty), require: median(inside) };
}

/** Bytes of the addon for this platform, and of the package that carries it. */
function sizes() {
  const output = execFileSync("npm", ["pack", "--dry-run", "--json"], {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    shell: process.platform === "win32",
  });
  const [{ size, unpackedSize, files }] = JSON.parse(output);
  const addons = files.filter((file) => file.path.endsWith(".node"));
  return {
    addons: addons.map((file) => ({ name: file.path, bytes: fs.statSync(path.join(ROOT, file.path)).size })),
    tarball: size,
    unpacked: unpackedSize,
  };
}

module.exports = { loadTimes, sizes };
