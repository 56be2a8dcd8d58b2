// The webhook request as Medusa 2 hands it over.

const textOf = require("../text-of.js");
const { failure } = require("./errors.js");

/** The body as it arrived: a Buffer, or the JSON that an event bus makes of one. */
function bytesOf(rawData) {
  if (rawData?.type === "Buffer" && Array.isArray(rawData.data)) return Buffer.from(rawData.data);
  return rawData instanceof Uint8Array && !Buffer.isBuffer(rawData) ? Buffer.from(rawData) : rawData;
}

/** The parts of a webhook request that are looked at. */
function requestOf(payload) {
  try {
    const { rawData, headers } = payload ?? {};
    return { body: bytesOf(rawData), headers };
  } catch (error) {
    const message = `The webhook request cannot be read: ${textOf(error)}`;
    throw failure({ type: "invalid_data", message, code: "invalid_data" });
  }
}

module.exports = { requestOf };
