// Metadata: up to 50 keys, merged on update. https://stripe.com/docs/api/metadata

const { invalid } = require("./errors");

const MAX_KEYS = 50;
const MAX_KEY = 40;
const MAX_VALUE = 500;

/** The parameter type. An empty value in place of the whole unsets every key: `null` then. */
function metadata(value, name) {
  if (value === "") return null;
  if (typeof value !== "object") throw invalid({ message: "Invalid object", param: name });
  const entries = Object.entries(value); // keys that count from 0 arrive as a list
  for (const [key, one] of entries) {
    const param = `${name}[${key}]`;
    if (typeof one !== "string") throw invalid({ message: "Metadata values must be strings.", param });
    if (key.length > MAX_KEY) throw tooLong("keys", MAX_KEY, key.length, param);
    if (one.length > MAX_VALUE) throw tooLong("values", MAX_VALUE, one.length, param);
  }
  return Object.fromEntries(entries);
}

function tooLong(what, max, length, param) {
  return invalid({ message: `Metadata ${what} can have up to ${max} characters, but one has ${length}.`, param });
}

/** Keys that are not mentioned stay; an empty value removes one. */
function mergeMetadata(old, update) {
  if (update === undefined) return old;
  if (update === null) return {};
  const merged = Object.entries({ ...old, ...update }).filter(([, value]) => value !== "");
  if (merged.length > MAX_KEYS)
    throw invalid({ message: `Metadata can have up to ${MAX_KEYS} keys.`, param: "metadata" });
  return Object.fromEntries(merged);
}

module.exports = { metadata, mergeMetadata };
