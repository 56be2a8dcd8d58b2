// What becomes of a payment's data between two calls: PostgreSQL keeps it as `jsonb`.

const { isObject } = require("./answers");

/** `jsonb` puts shorter names first, and names of the same length in the order of their bytes. */
const byJsonb = ([a], [b]) =>
  Buffer.byteLength(a) - Buffer.byteLength(b) || Buffer.compare(Buffer.from(a), Buffer.from(b));

function reordered(value, order) {
  if (Array.isArray(value)) return value.map((item) => reordered(item, order));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(order)
      .map(([key, member]) => [key, reordered(member, order)]),
  );
}

/** The data as Medusa hands it over at the next call. */
const stored = (data) => reordered(JSON.parse(JSON.stringify(data)), byJsonb);

/** The same data with its members in another order. */
const backwards = (data) => reordered(JSON.parse(JSON.stringify(data)), (a, b) => -byJsonb(a, b));

/** Data in one spelling, to compare it. */
const canonical = (data) => (data === undefined ? "undefined" : JSON.stringify(stored(data)));

/** What in a value PostgreSQL would not give back as it was put in, or undefined. */
function unstorable(value, path = "data", above = []) {
  switch (typeof value) {
    case "undefined":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : `${path} is ${value}`;
    case "string":
      if (value.includes("\0")) return `${path} has a NUL`;
      return value.isWellFormed() ? undefined : `${path} has a lone surrogate`;
    case "object":
      break;
    default:
      return `${path} is a ${typeof value}`;
  }
  if (value === null) return undefined;
  if (above.includes(value)) return `${path} is a cycle`;
  const inside = [...above, value];
  if (Array.isArray(value)) {
    if (value.includes(undefined)) return `${path} is an array with undefined in it`;
    return first(value, (item, index) => unstorable(item, `${path}[${index}]`, inside));
  }
  if (typeof value.toJSON === "function" || Object.prototype.toString.call(value) !== "[object Object]") {
    return `${path} is a ${value.constructor?.name ?? "special object"}`;
  }
  return first(
    Object.entries(value),
    ([key, member]) => unstorable(key, `a name in ${path}`) ?? unstorable(member, `${path}.${key}`, inside),
  );
}

function first(list, find) {
  for (const [index, item] of list.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

module.exports = { backwards, canonical, stored, unstorable };
