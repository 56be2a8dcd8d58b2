// Says in plain words what the machine lacks. Written so that an old Node can read it.

const { spawnSync } = require("child_process");

const OLDEST_NODE = 20;

function check() {
  const lacks = [];
  if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
    lacks.push("Node.js " + OLDEST_NODE + " or newer (this is " + process.versions.node + "): https://nodejs.org");
  }
  if (spawnSync("cargo", ["--version"], { stdio: "ignore" }).status !== 0) {
    lacks.push("Rust, with `cargo` on the PATH: https://rustup.rs");
  }
  if (process.platform === "win32") lacks.push("Linux or macOS: the embedded PostgreSQL is not tried on Windows");
  if (lacks.length === 0) return;
  console.error("The demo needs:\n" + lacks.map((what) => "  - " + what).join("\n"));
  process.exit(1);
}

module.exports = { check };
