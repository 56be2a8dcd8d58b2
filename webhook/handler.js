// From an event to an answer. Handling happens while the provider waits: it delivers again for days what was not answered
// with success, so nothing that is lost in a crash here is lost for good.

const numberOf = require("../link/number-of.js");
const { inTurn, pause } = require("./queue.js");
const { reconcile } = require("./reconcile.js");

const RETRIES = 3;
const BACKOFF_MS = 200;

/**
 * Resolves once Medusa's records say what the provider's say, or nothing can be done about it.
 *
 * @param event what `readWebhook` resolved with
 * @param container Medusa's
 * @param webhook `{ nextStep, identifiers, isOurs, path, provider }`
 * @param options the plugin's: `webhook_delay` in milliseconds, `webhook_retries`
 * @throws Error if it is worth delivering the event again
 */
async function handleEvent(event, container, webhook, options) {
  const logger = container.resolve("logger");
  const log = (level, text) => logger[level](`medusa-payment-rs: ${event.type} (${event.id}): ${text}`);

  if (event.action === "not_supported" && !event.money) return log("debug", "nothing to do");
  if (event.action === "failed") {
    const reason = event.reason ?? `${webhook.provider} gives no reason`;
    return log("warn", `the shopper's attempt to pay ${event.payment} failed: ${reason}`);
  }
  // What became of money is told without the cart: its payment leads there.
  if (!event.payment || !(event.resource || event.money)) {
    return log("info", `${event.payment ?? "the event"} was not made by Medusa: it names no cart`);
  }

  await pause(numberOf(options?.webhook_delay, 0));
  const delivery = { ...webhook, event, isOurs: (provider) => webhook.isOurs(provider, container) };
  const most = numberOf(options?.webhook_retries, RETRIES);
  await inTurn(event.resource ?? event.payment, () => attempts(delivery, container, most, log));
}

/** Every attempt looks at everything anew: another request may have done meanwhile what failed. */
async function attempts(delivery, container, most, log) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await reconcile(delivery, container.createScope(), log);
    } catch (error) {
      const isLast = !(attempt < most) || error.isFinal;
      log(isLast ? "error" : "warn", `attempt ${attempt} of ${most} failed: ${error?.message ?? error}`);
      if (isLast) throw error;
    }
    await pause(BACKOFF_MS * 2 ** (attempt - 1) * (1 + Math.random()));
  }
}

module.exports = { handleEvent };
