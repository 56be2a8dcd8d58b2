// In which order events are handled in this process.

/** How many of Medusa's ten database connections serve webhooks: after an outage a provider delivers hundreds at once. */
const AT_ONCE = 4;

/** The last work for each cart or payment collection. */
const lasts = new Map();

/**
 * Runs the works for one key one after another. The database would hold them apart as well, but each of those that wait
 * there would keep a connection from the others.
 */
async function inTurn(key, work) {
  const before = lasts.get(key);
  const own = (async () => {
    await before?.catch(() => {});
    return work();
  })();
  lasts.set(key, own);
  try {
    return await own;
  } finally {
    if (lasts.get(key) === own) lasts.delete(key);
  }
}

let free = AT_ONCE;
const waiting = [];

/** Runs a few works at once; the others wait. */
async function amongFew(work) {
  if (free > 0) free -= 1;
  else await new Promise((resolve) => waiting.push(resolve));
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  }
}

/** Does not keep the process alive: a store that shuts down leaves the event to the next delivery. */
const pause = (ms) => (ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms).unref()) : undefined);

module.exports = { inTurn, amongFew, pause };
