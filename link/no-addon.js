// Why a package's addon is not there or cannot be loaded, and what to do.

const INSTALL =
  "Install on the system that runs the store. npm: remove node_modules and package-lock.json, then `npm install " +
  "--include=optional`. pnpm and Yarn: add the system to `supportedArchitectures`, then install again. Docker: install " +
  "in the image, and keep the node_modules of the host out of it with .dockerignore.";

const BUILD = "Build it from source, with Rust: `npm ci && npm run build` in a clone of its repository.";

/** What the system's loader says, and what to do about it. */
const CURES = [
  [/GLIBC(XX)?_[\d.]+/, `The C library here is older than the one it was built with: use a newer system. Or: ${BUILD}`],
  [/Cannot find module|no such file|cannot open shared object|Error relocating/i, INSTALL],
  [/invalid ELF header|wrong architecture|incompatible architecture|not a valid Win32|file too short/i, INSTALL],
];

/** About addons that are there: each with where it is, and the error of loading it. */
function whyNotLoaded(failures) {
  const reasons = failures.map(({ candidate, error }) => `${candidate} is there, but: ${error.message}`).join("; ");
  const cure = CURES.find(([reason]) => reason.test(reasons));
  return cure ? `${reasons.replace(/\.$/, "")}. ${cure[1]}` : reasons;
}

/**
 * About one that is not there.
 *
 * @param wanted the names of this system's package, the most likely first
 * @param published those of all packages that there are
 * @param installed those that are there
 */
function whyMissing({ folder, wanted, published, installed }) {
  if (published.length === 0) return `it is not built. Run \`npm run build\` in ${folder}.`;
  if (!wanted.some((name) => published.includes(name))) {
    return `it is published for other systems only (${published.join(", ")}). ${BUILD}`;
  }
  const why =
    installed.length > 0
      ? `but ${installed.join(", ")} is: node_modules or the lock file was made on another system`
      : "as if node_modules or the lock file was made on another system, or with `--omit=optional`";
  return `${wanted[0]} is not installed, ${why}. ${INSTALL}`;
}

module.exports = { whyMissing, whyNotLoaded };
