// Idempotency keys. https://stripe.com/docs/api/idempotent_requests

const { invalid, keyInUse, keyMisused } = require("./errors");

const LIFETIME_MS = 24 * 60 * 60 * 1000;
const MAX_LENGTH = 255;

function startKeys(clock) {
  const entries = new Map();

  /** The entry of the request's key, or undefined where the key is new or has expired. */
  function entryOf({ idempotencyKey: key, path, canonical }) {
    const entry = entries.get(key);
    if (!entry || clock.now() - entry.since >= LIFETIME_MS) return undefined;
    const another = `Try using a key other than '${key}' if you meant to execute a different request.`;
    if (entry.path !== path) {
      const both = `('${entry.path}' vs '${path}')`;
      throw keyMisused(
        `Keys for idempotent requests can only be used with the endpoint they were first used with ${both}. ${another}`,
      );
    }
    if (entry.canonical !== canonical) {
      throw keyMisused(
        `Keys for idempotent requests can only be used with the parameters they were first used with. ${another}`,
      );
    }
    return entry;
  }

  function claim({ id, idempotencyKey, path, canonical }) {
    const entry = { path, canonical, requestId: id, since: clock.now(), answer: undefined };
    entries.set(idempotencyKey, entry);
    return entry;
  }

  return {
    /** Runs the work unless the key has been used: then the first answer comes again, marked `replayed`. */
    async once(request, work) {
      const { idempotencyKey: key } = request;
      if (key === null) return work();
      if (key.length > MAX_LENGTH) {
        throw invalid({ message: `Idempotency keys can have up to ${MAX_LENGTH} characters.` });
      }
      const known = entryOf(request);
      if (known && !known.answer) throw keyInUse(key);
      if (known) return { ...known.answer, replayed: true, originalRequest: known.requestId };
      const entry = claim(request);
      try {
        const answer = await work();
        entry.answer = answer;
        return answer;
      } catch (error) {
        // The work did not get as far as to have a result: the key is free again.
        if (entries.get(key) === entry) entries.delete(key);
        throw error;
      }
    },

    /** From now on the request's key replays this answer, whatever happened. */
    store(request, answer) {
      if (request.idempotencyKey !== null) claim(request).answer = answer;
    },
  };
}

module.exports = { startKeys };
