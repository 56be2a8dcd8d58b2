// A database with Medusa 1's tables.

const path = require("node:path");
const { createRequire } = require("node:module");
const { medusaEnv } = require("./env");
const { startPostgres } = require("../postgres");
const { run } = require("../processes");

const PLUGIN_LIST = require.resolve("./plugins");

/** Medusa's migrations are run once for each set of installed packages. */
function startDatabase({ store, log = () => {} }) {
  const fill = (postgres) => {
    log("running Medusa's migrations (once)");
    return migrate(store, postgres);
  };
  return startPostgres({ store, files: ["package-lock.json", "medusa-config.js"], fill });
}

/** `medusa migrations run`; no plugin of ours has migrations, so none needs to be installed for it. */
async function migrate(store, postgres) {
  const medusa = createRequire(path.join(store, "package.json")).resolve("@medusajs/medusa/cli.js");
  const output = await run(process.execPath, ["--require", PLUGIN_LIST, medusa, "migrations", "run"], {
    cwd: store,
    env: medusaEnv({ store, databaseUrl: postgres.url, plugins: [] }),
  });
  // The command ends with code 0 also where it has failed.
  const [{ done }] = await postgres.query("SELECT to_regclass('payment') IS NOT NULL AS done");
  if (!done) throw new Error(`medusa migrations run made no tables: ${output}`);
}

module.exports = { startDatabase };
