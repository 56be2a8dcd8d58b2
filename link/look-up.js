// A connection beside Medusa's pool.
//
// Medusa asks a processor inside a transaction, and what a processor looks up needs a second connection. If it came from
// the same pool, as many transactions at once as the pool has connections would wait for each other until their look-ups
// give up.

const serviceOf = require("./service-of.js");

/** How long a look-up may take: Medusa's transaction stays open meanwhile. */
const LOOK_UP_MS = 5_000;

/** How many look-ups run at once; more of them wait. Each is short, and none waits for a transaction. */
const CONNECTIONS = 2;

/** How long a connection is waited for before one of Medusa's pool is used, if the store does not say it. */
const CONNECT_MS = 2_000;

/** How long a connection stays open that is not used. */
const IDLE_MS = 1_000;

/** Medusa's data source → a promise of one for look-ups. */
const sources = new WeakMap();

/**
 * Resolves with a service of Medusa's that reads beside its transactions.
 *
 * @param name the service's, such as `cartService`
 * @returns undefined if the container does not have it
 */
async function lookUpService(container, name) {
  const service = serviceOf(container, name);
  if (!service) return undefined;
  const manager = await lookUpManager(container);
  // A test's stand-in may know nothing of transactions.
  return (manager && service.withTransaction?.(manager)) ?? service;
}

/**
 * Resolves with an entity manager of TypeORM for look-ups: what is committed, read outside of Medusa's transactions. Its
 * connections are opened when they are needed and closed when they are not. If none can be opened, it is Medusa's own.
 *
 * @param container Medusa's
 * @returns undefined without a database, as in a test without Medusa
 */
async function lookUpManager(container) {
  const manager = serviceOf(container, "manager");
  const source = manager?.connection;
  if (!source?.options) return manager;
  if (!sources.has(source)) sources.set(source, open(source));
  try {
    return (await sources.get(source)).manager;
  } catch (error) {
    sources.delete(source);
    const why = `medusa-payment-rs: no connection for look-ups could be opened (${error?.message ?? error})`;
    serviceOf(container, "logger")?.warn?.(
      `${why}: one of Medusa's pool is used. Many checkouts at once may be refused.`,
    );
    return manager;
  }
}

/** Opens a data source with the entities and the address of another one. It changes nothing. */
function open({ constructor: DataSource, options }) {
  const own = { max: CONNECTIONS, min: 0, idleTimeoutMillis: IDLE_MS, allowExitOnIdle: true };
  const extra = { connectionTimeoutMillis: CONNECT_MS, ...options.extra, ...own };
  const passive = { synchronize: false, dropSchema: false, migrationsRun: false, installExtensions: false };
  return new DataSource({ ...options, ...passive, migrations: [], extra }).initialize();
}

/**
 * Returns the answer of a method that could not look up what it needs.
 *
 * @param error what failed, for which payment
 * @param what what could not be read
 * @param outcome what has not happened
 */
function unreadable(error, what, failure, outcome) {
  const detail = `${what} could not be read: ${failure?.message || failure}. ${outcome} Try again.`;
  return { error, code: "temporarily_unavailable", detail };
}

module.exports = { LOOK_UP_MS, lookUpManager, lookUpService, unreadable };
