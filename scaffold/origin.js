// Where npm has this package from, so that a project installs the very same.

const fs = require("node:fs");
const path = require("node:path");

const ROOT = path.resolve(__dirname, "..");
const { name, version } = require("../package.json");

/** What a project in `folder` writes into its `package.json` to install the package that runs. */
function ownSpec(folder) {
  const source = localSource();
  return source ? fileSpec(folder, source) : `^${version}`;
}

function fileSpec(folder, file) {
  return `file:${path.relative(folder, file).split(path.sep).join("/")}`;
}

/** The tarball or folder that npm has it from, or undefined where that is the registry. */
function localSource() {
  const modules = path.dirname(ROOT);
  // Not installed at all, or linked: a clone of the repository.
  if (path.basename(modules) !== "node_modules") return ROOT;
  const source = resolvedIn(modules);
  return source && fs.existsSync(source) ? source : undefined;
}

/** npm notes in the `node_modules` that it fills where each package came from. */
function resolvedIn(modules) {
  try {
    const lock = JSON.parse(fs.readFileSync(path.join(modules, ".package-lock.json"), "utf8"));
    const { resolved } = lock.packages[`node_modules/${name}`];
    if (resolved?.startsWith("file:")) return path.resolve(modules, "..", resolved.slice("file:".length));
  } catch {
    // Another package manager keeps no such notes.
  }
  return undefined;
}

module.exports = { fileSpec, ownSpec };
