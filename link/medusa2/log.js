// What is said outside of a call.

/** Writes a line to the logger of the store. */
function log(provider, level, text) {
  try {
    provider.container.logger[level](text);
  } catch {
    // A container without a logger, as in unit tests.
  }
}

module.exports = { log };
