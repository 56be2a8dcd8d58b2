// Form-encoded parameters with nested keys: `metadata[order]=1`, `expand[]=a`, `payment_method_types[0]=card`.

/** Everything is a string, a list or an object. Keys that count from 0 make a list, whatever their order. */
function parseForm(text) {
  const root = new Map();
  for (const [key, value] of new URLSearchParams(text)) put(root, stepsOf(key), value);
  return plain(root);
}

function stepsOf(key) {
  const [, name, nested] = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(key) ?? [undefined, key, ""];
  return [name, ...Array.from(nested.matchAll(/\[([^\]]*)\]/g), ([, step]) => step)];
}

function put(root, steps, value) {
  let node = root;
  const last = steps.length - 1;
  for (const [index, step] of steps.entries()) {
    const key = step === "" ? String(node.size) : step;
    if (index === last) node.set(key, value);
    else if (!(node.get(key) instanceof Map)) node.set(key, new Map());
    node = node.get(key);
  }
}

function plain(node) {
  if (!(node instanceof Map)) return node;
  const isList = Array.from({ length: node.size }, (_, index) => String(index)).every((key) => node.has(key));
  if (isList && node.size > 0) return Array.from({ length: node.size }, (_, index) => plain(node.get(String(index))));
  // Unlike an assignment, `fromEntries` makes an own property even of `__proto__`.
  return Object.fromEntries(Array.from(node, ([key, value]) => [key, plain(value)]));
}

/** Equal for two texts that say the same in another order. */
const canonical = (text) =>
  [...new URLSearchParams(text)]
    .map((pair) => JSON.stringify(pair))
    .sort()
    .join();

module.exports = { parseForm, canonical };
