// What the store's medusa-config says: its database, and its accounts at Stripe.

const fs = require("node:fs");
const { createRequire } = require("node:module");
const path = require("node:path");

const NAMES = ["medusa-config.js", "medusa-config.cjs", "medusa-config.ts"];

/**
 * Returns `{ database: { url, schema, ssl }, accounts: [{ key, apiBase, id }] }` of the store in the folder, or `{ why }`
 * if there is no configuration that can be read.
 */
function readConfig(folder) {
  const name = NAMES.find((name) => fs.existsSync(path.join(folder, name)));
  if (name === undefined) return { why: `there is no medusa-config in ${folder}`, accounts: [], database: {} };
  try {
    const config = load(folder, name);
    return { database: databaseOf(config), accounts: accountsOf(config) };
  } catch (error) {
    return { why: `${name} could not be read: ${firstLine(error)}`, accounts: [], database: {} };
  }
}

/** The configuration is the store's own code. What it writes must not get between our lines. */
function load(folder, name) {
  const { log, info } = console;
  console.log = console.info = console.error;
  const requireFrom = createRequire(path.join(folder, "package.json"));
  try {
    if (name.endsWith(".ts")) registerTypeScript(requireFrom);
    const loaded = requireFrom(path.join(folder, name));
    return loaded?.default ?? loaded;
  } finally {
    Object.assign(console, { log, info });
  }
}

/** As Medusa's own command line does it: with the store's ts-node. A Node.js that reads TypeScript needs none. */
function registerTypeScript(requireFrom) {
  let tsNode;
  try {
    tsNode = requireFrom("ts-node");
  } catch {
    return;
  }
  tsNode.register({ transpileOnly: true, compilerOptions: { module: "CommonJS" } });
}

function databaseOf({ projectConfig: project = {} }) {
  const { databaseDriverOptions: driver = {}, database_extra: extra = {} } = project;
  return {
    url: project.databaseUrl ?? project.database_url,
    schema: project.databaseSchema ?? project.database_schema,
    ssl: driver.connection?.ssl ?? driver.ssl ?? extra.ssl,
  };
}

/** Medusa 1 lists plugins, Medusa 2 the providers of its payment module. */
function accountsOf({ plugins = [], modules = {} }) {
  const ofPlugins = plugins.filter((plugin) => typeof plugin === "object").map(({ options }) => ({ options }));
  const providers = Object.values(modules).flatMap((module) => module?.options?.providers ?? []);
  const accounts = [...ofPlugins, ...providers].map(({ id, options }) => ({
    id,
    key: options?.apiKey ?? options?.api_key,
    apiBase: options?.api_base,
  }));
  return accounts.filter(({ key }) => /^[sr]k_/.test(key ?? ""));
}

const firstLine = (error) => String(error?.message ?? error).split("\n")[0];

module.exports = { readConfig };
