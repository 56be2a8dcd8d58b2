// Medusa 1's admin, built as `medusa-admin build` builds it for a store's own server.

const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const { createRequire } = require("node:module");
const { medusaEnv } = require("./env");
const { run } = require("../processes");

const PLUGIN_LIST = require.resolve("./plugins");

/** The plugin that serves what was built. */
const ADMIN = { resolve: "@medusajs/admin", options: { autoRebuild: false, outDir: "build" } };

/**
 * Builds the admin with the extensions of these plugins, unless it was built with the same ones before: that takes a
 * minute.
 *
 * @param extensions the folders in which the plugins have their extensions
 */
async function buildAdmin({ store, plugins, extensions, log = () => {} }) {
  const stamp = path.join(store, "build/.built-from");
  const wanted = fingerprint([path.join(store, "package-lock.json"), ...extensions.flatMap(filesIn)]);
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === wanted) return;
  log("building Medusa's admin (once for each version of the widget; about a minute)");
  const inStore = createRequire(path.join(store, "package.json"));
  const cli = path.join(path.dirname(inStore.resolve("@medusajs/admin/package.json")), "bin/medusa-admin.js");
  const output = await run(process.execPath, ["--require", PLUGIN_LIST, cli, "build"], {
    cwd: store,
    env: medusaEnv({ store, databaseUrl: "", plugins: [ADMIN, ...plugins] }),
  });
  if (!fs.existsSync(path.join(store, "build/index.html")))
    throw new Error(`medusa-admin build made nothing: ${output}`);
  fs.writeFileSync(stamp, wanted);
}

function filesIn(folder) {
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

function fingerprint(files) {
  const hash = crypto.createHash("sha256");
  for (const file of files) hash.update(fs.readFileSync(file));
  return hash.digest("hex");
}

module.exports = { ADMIN, buildAdmin };
