/** A logger as Medusa's, which keeps its lines as `[level, line]`. */
function recordingLogger(lines = []) {
  const logger = { lines };
  for (const level of ["error", "warn", "info", "debug"]) {
    logger[level] = (...line) => lines.push([level, ...line]);
  }
  return logger;
}

module.exports = { recordingLogger };
