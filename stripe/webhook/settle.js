// Brings Medusa's books to where Stripe's are, one step after another.

const crypto = require("crypto");
const { isCollection } = require("../collection.js");
const { cart } = require("./cart.js");
const { collection } = require("./collection.js");
const { nextStep } = require("./rust.js");
const { amongFew, pause } = require("./turns.js");

/** Completing and capturing are two. */
const MOST_STEPS = 5;

/** Stripe does not wait for long; where it takes longer it delivers again. */
const MOST_WAITING_MS = 4_000;
const LOOK_AGAIN_MS = 200;

/** A reason that Stripe's dashboard may show, too. `isFinal`: another attempt right now would end the same. */
class Unsettled extends Error {
  constructor(message, isFinal = false) {
    super(message);
    Object.assign(this, { isPublic: true, isFinal });
  }
}

/** @throws Error where it is not settled */
async function settle(event, scope, log) {
  const intent = await retrieve(event.intent, scope);
  if (!intent) return log("warn", `this Stripe account has no ${event.intent}: nothing to do`);

  const startedAt = Date.now();
  for (let taken = 0; taken < MOST_STEPS; ) {
    const waited = Date.now() - startedAt;
    const { step, why, failure } = await amongFew(() => oneStep(event, intent, scope, waited));
    if (failure) throw new Unsettled(failure);
    if (step === "unknown") return log("warn", `this store has no ${event.resource}: nothing to do`);
    if (step === "done") return log("debug", why);
    if (step === "attend") return log("error", why);
    if (step === "refuse") throw new Unsettled(why, true);
    if (step === "wait") {
      if (waited > MOST_WAITING_MS) throw new Unsettled(why, true);
      await pause(LOOK_AGAIN_MS);
    } else {
      log("info", `${step} ${event.resource}: ok`);
      taken += 1;
    }
  }
  throw new Unsettled(`Medusa's books on ${event.resource} do not follow`);
}

async function retrieve(id, scope) {
  const intent = await scope.resolve("stripeProviderService").retrievePayment({ id, latest_charge: {} });
  if (!("error" in intent)) return intent;
  if (intent.code === "resource_missing") return undefined;
  throw new Unsettled(`${intent.error}: ${intent.detail}`);
}

/**
 * Looks at the rows and makes the step that they call for, in one transaction: a crash leaves nothing half done. The lock
 * keeps other servers' webhooks out; no request of a shopper takes it.
 */
async function oneStep(event, intent, scope, waited) {
  const books = isCollection(event.resource) ? collection : cart;
  try {
    return await scope.resolve("manager").transaction(async (manager) => {
      const service = (name) => scope.resolve(name).withTransaction(manager);
      await manager.query("SET LOCAL lock_timeout = '10s'");
      await manager.query("SELECT pg_advisory_xact_lock($1)", [lockNumber(event.resource)]);
      const found = await books.read(service, event);
      if (!found) return { step: "unknown" };
      const settlement = { ...found.books, resource: event.resource, intent, waited_ms: waited };
      const next = nextStep(settlement);
      if (next.step === "complete") {
        const after = nextStep({ ...settlement, ...(await books.claim(service, found, manager)) });
        if (after.step !== "complete") throw new Withdrawn(after);
      }
      return { ...next, failure: await books[next.step]?.(service, found, event) };
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

module.exports = { settle };
