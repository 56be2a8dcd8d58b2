// What is made to go wrong, and for which requests.

/** The options of each kind, beside those of every fault. */
const KINDS = {
  status: ["status", "body", "headers", "stored"],
  html: [],
  empty: [],
  reset: ["partial"],
  truncate: [],
  hang: [],
  "hang-body": [],
  slow: ["ms", "until"],
  refuse: [],
};
const COMMON = ["kind", "method", "path", "where", "times", "when"];

/** `gate` can refuse connections: `{ refuse(), accept() }`. */
function startFaults(gate) {
  let faults = [];

  function fault(options) {
    check(options);
    const { times = 1, when = "before" } = options;
    const made = { ...options, when, left: times, hits: 0 };
    faults.push(made);
    if (made.kind === "refuse") gate.refuse();
    return {
      get hits() {
        return made.hits;
      },
      remove: () => remove(made),
    };
  }

  /** Resolves once connections are accepted again, where the fault was what refused them. */
  async function remove(made) {
    if (!faults.includes(made)) return;
    faults = faults.filter((other) => other !== made);
    if (made.kind === "refuse") await gate.accept();
  }

  return {
    fault,
    clearFaults: () => Promise.all(faults.map(remove)),

    /** The fault that the request runs into: the oldest that is meant for it. */
    take(request) {
      const found = faults.find((one) => one.kind !== "refuse" && one.left > 0 && isMeantFor(one, request));
      if (!found) return undefined;
      found.left -= 1;
      found.hits += 1;
      return found;
    },
  };
}

function isMeantFor({ method, path, where }, request) {
  if (method !== undefined && method !== request.method) return false;
  if (path !== undefined && !isThere(path, request)) return false;
  return where === undefined || where(request);
}

const isThere = (path, request) =>
  typeof path === "string" ? request.path.startsWith(path) : request.path.search(path) !== -1;

/** A fault that is misspelt would let a test pass that tests nothing. */
function check(options) {
  const { kind, when, status, ms, until } = options;
  if (!Object.hasOwn(KINDS, kind)) {
    throw new Error(`No fault is of the kind ${JSON.stringify(kind)}: there are ${Object.keys(KINDS).join(", ")}`);
  }
  const unknown = Object.keys(options).filter((name) => ![...COMMON, ...KINDS[kind]].includes(name));
  if (unknown.length > 0) throw new Error(`A ${kind} fault has no option ${unknown.join(", ")}`);
  if (when !== undefined && when !== "before" && when !== "after") throw new Error(`when is "before" or "after"`);
  if (kind === "status" && !Number.isInteger(status)) throw new Error("A status fault needs a status");
  if (kind === "slow" && ms === undefined && until === undefined) throw new Error("A slow fault needs ms or until");
}

module.exports = { startFaults };
