// The store's database, read only, through the driver that the store has.

const { createRequire } = require("node:module");
const path = require("node:path");
const { Complaint } = require("../cli/complaint");

/** Whose dependency the driver is, if not the store's own. */
const OWNERS = ["@medusajs/medusa", "@medusajs/framework", "@medusajs/deps", "@medusajs/utils"];

const CONNECT_MS = 20_000;
const STATEMENT_MS = 300_000;

function driverOf(folder) {
  const requireFrom = createRequire(path.join(folder, "package.json"));
  for (const owner of ["", ...OWNERS]) {
    try {
      const from = owner ? createRequire(requireFrom.resolve(`${owner}/package.json`)) : requireFrom;
      return from("pg");
    } catch {
      // The next one may have it.
    }
  }
  throw new Complaint(`${folder} has no PostgreSQL driver (pg): run the command in the store's folder`);
}

/**
 * Connects. `query(text, values)` resolves with the rows; each is in a transaction of its own that cannot write, so that
 * it is certain whatever stands between here and the server.
 */
async function openDatabase({ url, schema, ssl }, { folder = process.cwd() } = {}) {
  const { Client } = driverOf(folder);
  const client = new Client({ connectionString: url, ssl, connectionTimeoutMillis: CONNECT_MS });
  client.on("error", () => {}); // the next query says so
  try {
    await client.connect();
  } catch (error) {
    // The driver's own messages name host, user and database, and no password.
    throw new Complaint(`the database cannot be reached: ${error.message || error.code}`);
  }

  async function readOnly(text, values) {
    try {
      await client.query("BEGIN TRANSACTION READ ONLY");
      await client.query(`SET LOCAL statement_timeout = ${STATEMENT_MS}`);
      if (schema) await client.query("SELECT set_config('search_path', $1, true)", [schema]);
      return (await client.query(text, values)).rows;
    } catch (error) {
      throw new Complaint(`the database cannot be read: ${error.message || error.code}`);
    } finally {
      await client.query("ROLLBACK").catch(() => {});
    }
  }

  let last = Promise.resolve();
  return {
    /** One after the other: they share a connection. */
    query(text, values) {
      const rows = last.then(() => readOnly(text, values));
      last = rows.catch(() => {});
      return rows;
    },
    close: () => client.end(),
  };
}

module.exports = { openDatabase };
