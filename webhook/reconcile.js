// Brings Medusa's records to where the provider's are, one step after another. Each step is decided in Rust, on the
// payment as the provider has it now and on Medusa's rows as they are now.

const crypto = require("crypto");
const { cart } = require("./cart.js");
const { collection } = require("./collection.js");
const { amongFew, pause } = require("./queue.js");

/** Completing and capturing are two, a cancellation is one. */
const MOST_STEPS = 5;

/** A provider does not wait for long; if it takes longer, the event is delivered again. */
const MOST_WAITING_MS = 4_000;
const LOOK_AGAIN_MS = 400;

/** A reason that the provider's dashboard may show, too. `isFinal`: another attempt right now would end the same. */
class NotReconciled extends Error {
  constructor(message, isFinal = false) {
    super(message);
    Object.assign(this, { isPublic: true, isFinal });
  }
}

/**
 * @param delivery `{ event, nextStep, identifiers, isOurs, path, provider }`
 * @throws Error if Medusa's records do not say yet what the provider's say
 */
async function reconcile({ event, ...webhook }, scope, log) {
  const delivery = { ...webhook, event: event.resource ? event : await withResource(event, webhook, scope) };
  const { resource, unknown } = delivery.event;
  if (unknown) return log("warn", unknown);
  if (!resource) return log("info", `${event.payment} was not made by Medusa: it names no cart`);
  const startedAt = Date.now();
  for (let taken = 0; taken < MOST_STEPS; ) {
    const waited = Date.now() - startedAt;
    const { step, why, failure } = await amongFew(() => oneStep(delivery, scope, waited));
    if (failure) throw new NotReconciled(failure);
    if (step === "unknown") return log("warn", why);
    if (step === "done") return log("debug", why);
    if (step === "attend") return log("error", why);
    if (step === "refuse") throw new NotReconciled(why, true);
    if (step === "wait") {
      if (waited > MOST_WAITING_MS) throw new NotReconciled(why, true);
      await pause(LOOK_AGAIN_MS);
    } else {
      log("info", `${step} ${resource}: ok`);
      if (why) log("error", why);
      taken += 1;
    }
  }
  throw new NotReconciled(`Medusa's records of ${resource} do not follow`);
}

/** The event with what its payment is for, as the provider keeps it. */
async function withResource(event, webhook, scope) {
  const { resource, unknown } = await stateOf({ ...webhook, event }, scope);
  return { ...event, resource, unknown };
}

/** What the provider has of the payment now, or `{ unknown }`: why it has nothing. */
async function stateOf({ event, identifiers, provider }, scope) {
  const state = await scope.resolve(`pp_${identifiers[0]}`).paymentState({ id: event.payment });
  if (!("error" in state)) return state;
  if (state.kind !== "refused") throw new NotReconciled(`${state.error}: ${state.detail}`);
  return { unknown: `this account at ${provider} has no ${event.payment}: nothing to do (${state.detail})` };
}

/**
 * Looks at both sides and makes the step that they call for, in one transaction: a crash leaves nothing half done. The lock
 * keeps other servers' webhooks out; no request of a shopper takes it.
 */
async function oneStep(delivery, scope, waited) {
  const { event, nextStep, provider } = delivery;
  const state = await stateOf(delivery, scope);
  if (state.unknown) return { step: "unknown", why: state.unknown };
  const records = event.resource.startsWith("paycol") ? collection : cart;
  try {
    return await scope.resolve("manager").transaction(async (manager) => {
      const service = (name) => scope.resolve(name).withTransaction(manager);
      await manager.query("SET LOCAL lock_timeout = '10s'");
      await manager.query("SELECT pg_advisory_xact_lock($1)", [lockNumber(event.resource)]);
      const found = await records.read(service, delivery);
      if (!found) return { step: "unknown", why: `this store has no ${event.resource}: nothing to do` };
      const { money, resource } = event;
      const now = Math.floor(Date.now() / 1000);
      const sides = { ...found.rows, provider, state, money, resource, waited_ms: waited, now };
      const next = nextStep(sides);
      if (next.step === "complete") {
        const after = nextStep({ ...sides, ...(await records.claim(service, found, manager)) });
        if (after.step !== "complete") throw new Withdrawn(after);
      }
      return { ...next, failure: await records[next.step]?.(service, found, delivery) };
    });
  } catch (error) {
    if (error instanceof Withdrawn) return error.next;
    throw error;
  }
}

/** Rolls back what was claimed. */
class Withdrawn extends Error {
  constructor(next) {
    super(next.why);
    this.next = next;
  }
}

/** PostgreSQL's advisory locks are numbers of 64 bits. */
function lockNumber(resource) {
  return crypto.createHash("sha256").update(`medusa-payment-rs ${resource}`).digest().readBigInt64BE().toString();
}

module.exports = { reconcile };
