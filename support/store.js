// A scratch Medusa project: the template, its dependencies, and our packages installed from their tarballs.

const crypto = require("node:crypto");
const { existsSync } = require("node:fs");
const fs = require("node:fs/promises");
const path = require("node:path");
const { npm, isInstalled } = require("./npm");
const { ROOT, STORE } = require("./paths");
const { platformPackage } = require("./postgres");
const { run } = require("./processes");

/** In the environment of processes for which the packages are packed already, the tarball of each. */
const PACKED = "MEDUSA_PAYMENT_RS_PACKED";

/**
 * Packs a package of the repository, its built addon included, and returns the path of the tarball. Suites that run at the same
 * time pack the same: a tarball takes the place of the one before it all at once.
 */
async function packTarball(root = ROOT) {
  const packed = JSON.parse(process.env[PACKED] ?? "{}")[root];
  if (packed) return packed;
  const { name } = require(path.join(root, "package.json"));
  const folder = path.join(STORE, "packed", name);
  await fs.mkdir(folder, { recursive: true });
  const draft = await fs.mkdtemp(path.join(STORE, "packed", "draft-"));
  try {
    await npm(root, ["pack", "--pack-destination", draft]);
    const [tarball] = await fs.readdir(draft);
    await fs.rename(path.join(draft, tarball), path.join(folder, tarball));
    return path.join(folder, tarball);
  } finally {
    await fs.rm(draft, { recursive: true });
  }
}

/**
 * Packs these packages once, for this process and all that it starts, and returns the paths of the tarballs: nothing may
 * change them meanwhile.
 */
async function packForAll(roots) {
  const tarballs = await Promise.all(roots.map((root) => packTarball(root)));
  process.env[PACKED] = JSON.stringify(Object.fromEntries(roots.map((root, index) => [root, tarballs[index]])));
  return tarballs;
}

/**
 * Makes the store ready to boot and resolves with its folder. Installs only what has changed since the last time.
 *
 * - `title`: what is installed, and how long that takes
 * - `pins`: `{ dependencies, overrides }`, other versions than the template's. There is no lock for them: npm takes of all
 *   else what is the newest today, and the store is for these tarballs.
 */
async function prepareStore({ template, store, title, pins, tarballs = [], log = () => {} }) {
  await copyTemplate(template, store, pins);
  if (!isInstalled(store) || !existsSync(path.join(store, "node_modules"))) {
    log(`installing ${title}`);
    await npm(store, [...(pins ? ["install", ...tarballs] : ["ci"]), "--ignore-scripts"]);
  }
  // The one install script that the store needs: PostgreSQL's libraries find each other by symbolic links. It runs each
  // time, because it is quick and the install may have been cut short before it.
  await run(process.execPath, ["scripts/hydrate-symlinks.js"], { cwd: platformPackage(store) });
  if (tarballs.length > 0 && !pins) await installTarballs(store, tarballs, log);
  return store;
}

/** Leaves a file alone that is already right: npm compares the age of the lock with the age of `node_modules`. */
async function copyTemplate(template, store, pins) {
  for (const entry of await fs.readdir(template, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || (pins && entry.name === "package-lock.json")) continue;
    const source = path.join(entry.parentPath ?? entry.path, entry.name);
    const target = path.join(store, path.relative(template, source));
    const isManifest = path.relative(template, source) === "package.json";
    const content = pins && isManifest ? await pinned(source, pins) : await fs.readFile(source);
    const present = await fs.readFile(target).catch(() => undefined);
    if (present?.equals(content)) continue;
    await fs.mkdir(path.dirname(target), { recursive: true });
    await fs.writeFile(target, content);
  }
}

/** A template's `package.json` with other versions in it, and without what only the other tests need. */
async function pinned(manifest, { dependencies, overrides }) {
  const { devDependencies: _, ...project } = JSON.parse(await fs.readFile(manifest, "utf8"));
  project.dependencies = { ...project.dependencies, ...dependencies };
  project.overrides = { ...project.overrides, ...overrides };
  return Buffer.from(JSON.stringify(project, null, 2));
}

/**
 * Installs all in one command, because `npm install --no-save` takes away what is not asked for. What is installed already
 * stays, with whatever is beside it: several suites may be in the store at a time.
 */
async function installTarballs(store, tarballs, log) {
  // The stamp lies in `node_modules`: `npm ci`, which takes the packages away, takes the stamp with it.
  const stamp = path.join(store, "node_modules/.installed-tarballs");
  const wanted = await Promise.all(tarballs.map(async (tarball) => sha256(await fs.readFile(tarball))));
  const installed = (await fs.readFile(stamp, "utf8").catch(() => "")).split("\n");
  if (wanted.every((hash) => installed.includes(hash))) return;
  log(`npm install ${tarballs.map((tarball) => path.basename(tarball)).join(" ")}`);
  await fs.rm(stamp, { force: true });
  await npm(store, ["install", "--no-save", "--prefer-offline", ...tarballs]);
  await fs.writeFile(stamp, wanted.join("\n"));
}

const sha256 = (content) => crypto.createHash("sha256").update(content).digest("hex");

module.exports = { packForAll, packTarball, prepareStore };
