// A connection beside Medusa's pool.
//
// Medusa asks a processor inside a transaction, and what a processor looks up needs a second connection. If it came from
// the same pool, as many transactions at once as the pool has connections would wait for each other until their look-ups
// give up.

const serviceOf = require("./service-of.js");

/** How many look-ups run at once; more of them wait. Each is short, and none waits for a transaction. */
const CONNECTIONS = 2;

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
  return manager ? service.withTransaction(manager) : service;
}

/**
 * Resolves with an entity manager of TypeORM for look-ups: what is committed, read outside of Medusa's transactions. Its
 * connections are opened when they are needed and closed when they are not. If there can be none, it is Medusa's own.
 *
 * @param container Medusa's
 * @returns undefined if there is no database, as in a test without Medusa
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
    const why = `medusa-payment-rs: there is no connection for look-ups (${error?.message ?? error})`;
    serviceOf(container, "logger")?.warn?.(
      `${why}: one of Medusa's pool is used. Many checkouts at once may be refused.`,
    );
    return manager;
  }
}

/** Opens a data source with the entities and the address of another one. It changes nothing. */
function open({ constructor: DataSource, options }) {
  const extra = { ...options.extra, max: CONNECTIONS, min: 0, allowExitOnIdle: true };
  const passive = { synchronize: false, dropSchema: false, migrationsRun: false, installExtensions: false };
  return new DataSource({ ...options, ...passive, migrations: [], subscribers: [], extra }).initialize();
}

module.exports = { lookUpManager, lookUpService };
