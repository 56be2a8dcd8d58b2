// A database with Medusa 2's tables, and with what every store needs before it can sell.

const path = require("node:path");
const { createRequire } = require("node:module");
const { medusaEnv } = require("./env");
const { OPERATOR } = require("./operator");
const { startPostgres } = require("../postgres");
const { run } = require("../processes");

const SEED = "src/scripts/seed.js";

/** Medusa's migrations and the seed are run once for each set of installed packages. */
function startDatabase({ store, log = () => {} }) {
  const fill = async (postgres) => {
    log("running Medusa's migrations (once)");
    await medusa(store, postgres, ["db:migrate"]);
    log("seeding regions and a product (once)");
    await medusa(store, postgres, ["exec", SEED, OPERATOR.email, OPERATOR.password]);
  };
  return startPostgres({ store, files: ["package-lock.json", "medusa-config.js", SEED], fill });
}

/** No provider of ours has tables, so none needs to be installed for it. */
function medusa(store, postgres, args) {
  const cli = createRequire(path.join(store, "package.json")).resolve("@medusajs/cli/cli.js");
  const env = medusaEnv({ store, databaseUrl: postgres.url, providers: [] });
  return run(process.execPath, [cli, ...args], { cwd: store, env });
}

module.exports = { startDatabase };
