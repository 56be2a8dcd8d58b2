// Finds the addon of a package: what `napi build` left in its folder, or else the package for this platform that npm
// installed beside it.

const fs = require("fs");
const { createRequire } = require("module");
const path = require("path");

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
  const { name, napi } = requireFrom("./package.json");
  const built = (suffix) => path.join(folder, `${napi.binaryName}${suffix}.node`);
  const candidates = [
    ...platforms().flatMap((platform) => [built(`.${platform}`), `${name}-${platform}`]),
    built(""), // `napi build` without `--platform`
  ];
  const failures = [];
  for (const candidate of candidates) {
    if (path.isAbsolute(candidate) && !fs.existsSync(candidate)) continue;
    try {
      return requireFrom(candidate);
    } catch (error) {
      if (error.code !== "MODULE_NOT_FOUND") failures.push(error.message);
    }
  }
  const why = failures.length > 0 ? failures.join("; ") : `looked for ${candidates.join(", ")}`;
  throw new Error(`${name} has no addon for ${process.platform} ${process.arch} that can be loaded: ${why}`);
};
