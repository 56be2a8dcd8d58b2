import type { LinkedAddon } from "medusa-payment-rs/link";

/** A provider's webhook. */
export interface WebhookSettings {
  /**
   * The `static identifier` of the plugin's service. If it has several, all of them, and first the one that reads the
   * requests and is asked for the state of payments. A class of a store's own that is served by the same processor as one of
   * them has its payments looked after, too, whatever its identifier is.
   */
  identifier: string | string[];
  /** Where the provider posts to, for example `"/acme/hooks"`. */
  path: string;
  /** The provider's name as a person writes it, for messages. */
  provider: string;
  /** The content type of the requests, as `express.raw` takes it; `"application/json"` by default. */
  type?: string | string[];
}

/** The plugin's options in `medusa-config.js`, as far as they are about webhooks. */
export interface WebhookOptions {
  /** Milliseconds before an event is looked at; 0 by default. */
  webhook_delay?: number | string;
  /** How often the handling of an event is tried before the provider is asked to deliver it again; 3 by default. */
  webhook_retries?: number | string;
}

/**
 * Makes the default export of a plugin's `api/index.js`: a route that verifies what is posted to it with the processor's
 * `read_webhook`, and brings Medusa's carts, orders, swaps and payment collections to where the provider's `payment_state`
 * says that the payment is. A session or a payment in Medusa is the event's if the member `id` of its data is the event's
 * `payment`.
 *
 * It answers 200 if nothing is left to do, 400 if the provider did not send the request, 503 if that cannot be found out
 * at the moment, and 500 if the event is to be delivered again.
 *
 * @param linked what `link(load(__dirname))` in the plugin's `index.js` returned
 *
 * @example
 * const { routes } = require("medusa-payment-rs/webhook");
 *
 * exports.default = routes(require("../index.js"), { identifier: "acme", path: "/acme/hooks", provider: "Acme" });
 */
export declare function routes(
  linked: LinkedAddon,
  settings: WebhookSettings,
): (rootDirectory: string, options?: WebhookOptions) => any;

/**
 * Makes the default export of a file in a plugin's `loaders`: an order, a swap or a payment collection whose payment the
 * provider has captured by then is captured in Medusa, too, without waiting for a webhook. It follows Medusa's own events,
 * and looks at the payments of the last seven days when the store starts and every ten minutes, for what was lost with a
 * process or while the provider did not answer. A payment whose data says that it is not captured
 * (`PaymentProcessor::stored_status`) is left alone; if the data does not say, the provider is asked.
 *
 * @example
 * const { recordCaptures } = require("medusa-payment-rs/webhook");
 *
 * exports.default = recordCaptures(require("../index.js"), { identifier: "acme", provider: "Acme" });
 */
export declare function recordCaptures(
  linked: LinkedAddon,
  settings: Omit<WebhookSettings, "path"> & { path?: string },
): (container: object, options?: WebhookOptions) => Promise<void>;

/**
 * Handles an event that reached the plugin in another way than through its route.
 *
 * @param event what the processor's `readWebhook` resolved with
 * @param container Medusa's
 * @throws Error if the event is to be delivered again
 */
export declare function handle(
  linked: LinkedAddon,
  settings: WebhookSettings,
  event: object,
  container: object,
  options?: WebhookOptions,
): Promise<void>;

/**
 * `require` as Medusa's own files have it: a plugin's routes use Medusa's copy of express, whose state counts.
 *
 * @param rootDirectory the store's folder
 */
export declare function hostRequire(rootDirectory: string): (id: string) => any;
