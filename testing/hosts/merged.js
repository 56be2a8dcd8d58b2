// How Medusa 2 stores data over data: MikroORM merges objects deep, and everything else replaces what was there
// (`mergeObjectProperties` in @medusajs/utils/dist/dal/mikro-orm/mikro-orm-repository.js).

/** A class's instance is no plain object, and replaces what was there. */
const isObject = (value) => Object.prototype.toString.call(value) === "[object Object]";

function merged(old, data) {
  if (!isObject(old) || !isObject(data)) return data;
  const result = { ...old };
  for (const [name, member] of Object.entries(data)) {
    if (!["__proto__", "constructor", "prototype"].includes(name)) result[name] = merged(old[name], member);
  }
  return result;
}

/** The paths of what is in `data` and was not `returned`, null left aside: what a merge has kept. */
function survivors(data, returned, path = []) {
  return Object.entries(data).flatMap(([name, member]) => {
    const here = [...path, name];
    if (member === null) return [];
    if (!(name in returned)) return [here.join(".")];
    return isObject(member) && isObject(returned[name]) ? survivors(member, returned[name], here) : [];
  });
}

module.exports = { merged, survivors };
