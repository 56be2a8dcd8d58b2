// Is there a Rust that can build the project?

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { Complaint } = require("../cli/complaint");

const HOW = "see https://rustup.rs";

/** The oldest Rust that builds the crate, as its manifest has it. */
function oldestRust() {
  const manifest = fs.readFileSync(path.join(__dirname, "../Cargo.toml"), "utf8");
  return manifest.match(/^rust-version = "([\d.]+)"/m)[1];
}

function checkToolchain() {
  const wanted = oldestRust();
  versionOf("cargo", wanted);
  const found = versionOf("rustc", wanted);
  if (compare(found, wanted) < 0) {
    throw new Complaint(`Rust ${wanted} or newer is needed, this is ${found}: rustup update, or ${HOW}`);
  }
}

function versionOf(tool, wanted) {
  const { status, stdout, stderr } = spawnSync(tool, ["--version"], { encoding: "utf8" });
  const version = stdout?.match(/\d+\.\d+\.\d+/)?.[0];
  if (status === 0 && version) return version;
  const said = stderr?.trim() ? ` (${tool} says: ${stderr.trim().split("\n")[0]})` : "";
  throw new Complaint(
    `Rust ${wanted} or newer is needed, and there is no ${tool} on the PATH that runs${said}: ${HOW}`,
  );
}

function compare(one, other) {
  const [left, right] = [one, other].map((version) => version.split(".").map(Number));
  for (let at = 0; at < 3; at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

module.exports = { checkToolchain, compare };
