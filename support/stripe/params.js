// The types of parameters. A type is a function of the value and its name; it returns the value for use or throws.

const { invalid, missing, notInteger } = require("./errors");

/** Reads `given` by `schema`, a map of names to types. Whatever the schema does not list is refused. */
function readParams(schema, given, within = "") {
  const nameOf = (key) => (within ? `${within}[${key}]` : key);
  const unknown = Object.keys(given).filter((key) => !Object.hasOwn(schema, key));
  if (unknown.length > 0) throw unknownParams(unknown.map(nameOf));
  const read = {};
  for (const [key, type] of Object.entries(schema)) {
    if (given[key] !== undefined) read[key] = type(given[key], nameOf(key));
    else if (type.required) throw missing(nameOf(key));
  }
  return read;
}

function unknownParams(names) {
  const message = `Received unknown parameter${names.length > 1 ? "s" : ""}: ${names.join(", ")}`;
  return invalid({ code: "parameter_unknown", message, param: names[0] });
}

const required = (type) => Object.assign((value, name) => type(value, name), { required: true });

/** An empty value unsets a parameter: `null` then. */
function text(value, name) {
  if (typeof value !== "string") throw invalid({ message: "Invalid string", param: name });
  return value === "" ? null : value;
}

/** A text of limited length. */
const shortText = (max) => (value, name) => {
  const given = text(value, name);
  if (given === null || given.length <= max) return given;
  const shown = `${given.slice(0, 5)}…${given.slice(-5)}`;
  throw invalid({ message: `Invalid string: ${shown}; must be at most ${max} characters`, param: name });
};

const wholeNumber =
  ({ min, max = Number.MAX_SAFE_INTEGER }) =>
  (value, name) => {
    if (value === "") throw notEmpty(name);
    if (typeof value !== "string" || !/^-?\d+$/.test(value)) throw notInteger(name, `Invalid integer: ${value}`);
    const number = Number(value);
    if (number < min) throw notInteger(name, `This value must be greater than or equal to ${min}.`);
    if (number > max) throw notInteger(name, `This value must be less than or equal to ${max}.`);
    return number;
  };

function flag(value, name) {
  if (value === "true" || value === "false") return value === "true";
  throw invalid({ message: `Invalid boolean: ${value}`, param: name });
}

const oneOf =
  (...choices) =>
  (value, name) => {
    if (choices.includes(value)) return value;
    throw invalid({ message: `Invalid ${name}: must be one of ${choices.join(", ")}`, param: name });
  };

/** A parameter that an empty value unsets. */
const unsettable = (type) => (value, name) => (value === "" ? null : type(value, name));

function hash(value, name) {
  if (value === "") return null;
  if (typeof value !== "object" || Array.isArray(value)) throw invalid({ message: "Invalid object", param: name });
  return value;
}

const hashOf = (schema) => (value, name) => readParams(schema, hash(value, name) ?? {}, name);

const second = wholeNumber({ min: 0 });
const bounds = hashOf({ gt: second, gte: second, lt: second, lte: second });

/** A time in seconds, or a stretch of time. */
const times = (value, name) => {
  if (typeof value !== "string") return bounds(value, name);
  const time = second(value, name);
  return { gte: time, lte: time };
};

/** Whether a time is within what `times` has read. */
const isWithin = (time, { gt = -1, gte = 0, lt = Infinity, lte = Infinity } = {}) =>
  time > gt && time >= gte && time < lt && time <= lte;

/** A hash of which the schema describes a part; the rest is kept as it came. */
const openHashOf = (schema) => (value, name) => {
  const given = hash(value, name);
  if (given === null) return null;
  const [known, others] = [true, false].map((isKnown) =>
    Object.fromEntries(Object.entries(given).filter(([key]) => Object.hasOwn(schema, key) === isKnown)),
  );
  return { ...others, ...readParams(schema, known, name) };
};

function texts(value, name) {
  if (!Array.isArray(value)) throw invalid({ message: "Invalid array", param: name });
  return value.map((one, index) => text(one, `${name}[${index}]`));
}

function notEmpty(name) {
  const message = `You passed an empty string for '${name}', which cannot be unset. Remove it or supply a value.`;
  return invalid({ code: "parameter_invalid_empty", message, param: name });
}

/** Common to every list. */
const PAGE = { limit: wholeNumber({ min: 1, max: 100 }), starting_after: text, ending_before: text };

module.exports = {
  PAGE,
  flag,
  hash,
  hashOf,
  isWithin,
  oneOf,
  openHashOf,
  readParams,
  required,
  shortText,
  text,
  texts,
  times,
  unsettable,
  wholeNumber,
};
