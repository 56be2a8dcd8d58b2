// What a storefront changes when it posts data back: a common pattern is to send all that the session has, with one member
// changed.

const { isDeepStrictEqual } = require("util");

const isHash = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** Returns the members of `posted` that the session does not have just so; of `metadata`, its members likewise. */
function changesOf(posted, stored) {
  if (!isHash(posted) || !isHash(stored)) return posted;
  const changes = differing(posted, stored);
  if (isHash(changes.metadata) && isHash(stored.metadata)) {
    changes.metadata = differing(changes.metadata, stored.metadata);
  }
  return changes;
}

const differing = (posted, stored) =>
  Object.fromEntries(Object.entries(posted).filter(([name, value]) => !isDeepStrictEqual(value, stored[name])));

module.exports = { changesOf };
