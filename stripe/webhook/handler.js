// From an event to an answer. Handling happens while Stripe waits: it delivers again for days what was not answered with
// success, so nothing that is lost in a crash here is lost for good.

const { inTurn, pause } = require("./turns.js");
const { settle } = require("./settle.js");

const RETRIES = 3;
const BACKOFF_MS = 200;

/**
 * Resolves once Medusa's state is what the event demands, or nothing can be done about it.
 *
 * @param event what `readEvent` says of it
 * @param container Medusa's
 * @param options the plugin's
 * @throws Error where it is worth delivering the event again
 */
async function handleEvent(event, container, options) {
  const logger = container.resolve("logger");
  const log = (level, text) => logger[level](`medusa-payment-rs: ${event.type} (${event.id}): ${text}`);

  if (event.topic === "other") return log("debug", "nothing to do");
  if (event.topic === "failed") {
    return log(
      "warn",
      `the shopper's attempt to pay ${event.intent} failed: ${event.reason ?? "Stripe says no reason"}`,
    );
  }
  if (!event.resource) return log("info", `${event.intent} was not made by Medusa: its metadata names no cart`);

  await pause(options?.webhook_delay ?? 0);
  await inTurn(event.resource, () => attempts(event, container, options?.webhook_retries ?? RETRIES, log));
}

/** Every attempt looks at everything anew: what failed may have been done by somebody else meanwhile. */
async function attempts(event, container, most, log) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await settle(event, container.createScope(), log);
    } catch (error) {
      const isLast = attempt === most || error.isFinal;
      log(isLast ? "error" : "warn", `attempt ${attempt} of ${most} failed: ${error?.message ?? error}`);
      if (isLast) throw error;
    }
    await pause(BACKOFF_MS * 2 ** (attempt - 1) * (1 + Math.random()));
  }
}

module.exports = { handleEvent };
