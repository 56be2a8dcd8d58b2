// Finds the addon of a package: what `napi build` left in its folder, or else the package for this platform that npm
// installed beside it.

const fs = require("fs");
const { createRequire } = require("module");
const path = require("path");
const { whyMissing, whyNotLoaded } = require("./link/no-addon.js");

/** Returns what this platform is called in the names of files and packages, the most likely name first. */
function platforms() {
  const { platform, arch } = process;
  if (platform === "win32") return [`win32-${arch}-msvc`];
  if (platform !== "linux") return [`${platform}-${arch}`];
  const names = [`linux-${arch}-gnu`, `linux-${arch}-musl`];
  return isMusl() ? names.reverse() : names;
}

/** The part of an executable that names its dynamic linker. */
const HEAD = 4096;

/** Whether this process runs on musl. Node's own report says so too, but takes longer than everything else here. */
function isMusl() {
  const head = Buffer.alloc(HEAD);
  let executable;
  try {
    executable = fs.openSync("/proc/self/exe");
    fs.readSync(executable, head);
  } catch {
    return false;
  } finally {
    if (executable !== undefined) fs.closeSync(executable);
  }
  return head.includes("/ld-musl-");
}

/**
 * Loads the addon of a package.
 *
 * @param folder the package's folder, whose `package.json` has `napi.binaryName`
 */
module.exports = function load(folder) {
  const requireFrom = createRequire(path.join(folder, "index.js"));
  const { name, napi, optionalDependencies = {} } = requireFrom("./package.json");
  const built = (suffix) => path.join(folder, `${napi.binaryName}${suffix}.node`);
  const packageFor = (platform) => `${name}-${platform}`;
  const candidates = [
    ...platforms().flatMap((platform) => [built(`.${platform}`), packageFor(platform)]),
    built(""), // `napi build` without `--platform`
  ];
  const isThere = (candidate) => isInstalled(candidate, requireFrom);
  const failures = [];
  for (const candidate of candidates.filter(isThere)) {
    try {
      return requireFrom(candidate);
    } catch (error) {
      failures.push({ candidate, error });
    }
  }
  const what = `${name} has no addon for ${system()} that can be loaded`;
  if (failures.length > 0) throw new Error(`${what}: ${whyNotLoaded(failures)}`, { cause: failures[0].error });
  const published = Object.keys(optionalDependencies).filter((dependency) => dependency.startsWith(packageFor("")));
  const installed = published.filter(isThere);
  const why = whyMissing({ folder, wanted: platforms().map(packageFor), published, installed });
  throw new Error(`${what}: ${why} Looked for ${candidates.join(", ")}.`);
};

/** Whether it is there, which is not to say that it can be loaded: a package may be there without its addon. */
function isInstalled(candidate, requireFrom) {
  if (path.isAbsolute(candidate)) return fs.existsSync(candidate);
  try {
    return Boolean(requireFrom.resolve(`${candidate}/package.json`));
  } catch {
    return false;
  }
}

function system() {
  const { platform, arch } = process;
  const libc = platform === "linux" ? ` (${isMusl() ? "musl" : "glibc"})` : "";
  return `${platform} ${arch}${libc}`;
}
