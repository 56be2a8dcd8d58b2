// Builds the addon as it is shipped, and those of the benchmark beside it.

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const ROOT = path.join(__dirname, "..");
const TARGET = path.join(ROOT, "target", "bench");

function cargoBuild(name) {
  const messages = execFileSync(
    "cargo",
    ["build", "--release", "--package", name, "--message-format", "json-render-diagnostics"],
    { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 1 << 26 },
  );
  // Cargo says where the library is: neither its name nor the folder is the same everywhere.
  const library = messages
    .split("\n")
    .filter((line) => line.includes("compiler-artifact"))
    .map((line) => JSON.parse(line))
    .find((message) => message.target.kind.includes("cdylib") && message.target.name === name.replaceAll("-", "_"));
  return library.filenames.find((file) => /\.(so|dylib|dll)$/.test(file));
}

/** The benchmark's own addons. */
const ADDONS = ["bare", "waiting"];

const fileOf = (name) => path.join(TARGET, `${name}.node`);

function build() {
  execFileSync("npm", ["run", "--silent", "build"], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  fs.mkdirSync(TARGET, { recursive: true });
  for (const name of ADDONS) fs.copyFileSync(cargoBuild(`bench-${name}`), fileOf(name));
}

/** The exports of the benchmark's own addons, which were built before. */
const addons = () => Object.fromEntries(ADDONS.map((name) => [name, require(fileOf(name))]));

module.exports = { addons, build, ROOT, TARGET };
