// Events: what Stripe tells the store about. https://stripe.com/docs/api/events

const { newId } = require("./ids");
const { copy } = require("./json");
const { Log } = require("./log");

function startEvents({ clock, version }) {
  const log = new Log();
  const listeners = new Set();

  /** An event as Stripe would make it now; `overrides` replaces fields of it. */
  function event(type, object, overrides = {}) {
    return {
      id: newId("evt"),
      object: "event",
      api_version: version,
      created: clock.seconds(),
      data: { object: copy(object) },
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type,
      ...overrides,
    };
  }

  return {
    log,
    event,

    /** `request` is the API request that caused it; what a shopper or a bank does has none. */
    emit(type, object, request, previous) {
      const cause = { id: request?.id ?? null, idempotency_key: request?.idempotencyKey ?? null };
      const made = event(type, object, { request: cause });
      if (previous) made.data.previous_attributes = copy(previous);
      log.push(made);
      for (const listener of listeners) listener(made);
    },

    /** Calls back for each event from now on; the result ends it. */
    follow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

module.exports = { startEvents };
