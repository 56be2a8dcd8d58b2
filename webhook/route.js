// The route that a provider posts to. A `require` in here that finds nothing is silently no route at all: Medusa takes a
// plugin whose `api` cannot be loaded for one that has none (dist/loaders/plugins.js, registerApi).

const { handleEvent } = require("./handler.js");

const LARGEST_BODY = 1 << 20;
const TOO_LARGE = `its body is larger than ${LARGEST_BODY} bytes`;

/** The kinds of a failed `readWebhook` that the next delivery may not meet again. */
const PASSING = ["temporarily_unavailable", "outcome_unknown"];

function addWebhookRoute(router, host, webhook, options) {
  const read = host("express").raw({ type: webhook.type, limit: LARGEST_BODY });
  // What another plugin has kept is all that is left of the request: nothing could be read any more.
  const raw = (req, res, next) => (keptBody(req) === undefined ? read(req, res, next) : next());

  async function receive(req, res, next) {
    const body = keptBody(req) ?? req.body;
    const unread = whyUnread(body, req, webhook);
    if (unread) return refuse(req, res, unread);
    let event;
    try {
      event = await req.scope.resolve(`pp_${webhook.identifiers[0]}`).readWebhook(body, req.headers);
    } catch (error) {
      return next(error);
    }
    if ("error" in event) {
      return PASSING.includes(event.kind) ? postpone(req, res, event) : refuse(req, res, event.detail);
    }
    try {
      await handleEvent(event, req.scope, webhook, options);
    } catch (error) {
      // Only the provider gets this far; what went wrong is in the store's own log.
      const why = error.isPublic ? error.message : "The reason is in the store's log.";
      return answer(res, 500, `${event.id} was not handled: ${why}`);
    }
    res.status(200).json({ received: true });
  }

  router.post(webhook.path, raw, receive, unreadable);
}

/**
 * The raw body as a plugin that has read the request before has kept it, in the member that they all use (the `verify` of
 * `express.json` is given it as a Buffer); undefined if it has not.
 */
const keptBody = ({ rawBody }) => (Buffer.isBuffer(rawBody) || typeof rawBody === "string" ? rawBody : undefined);

/** Returns why the raw body cannot be taken, or undefined if it can. */
function whyUnread(body, req, { type }) {
  if (Buffer.isBuffer(body) || typeof body === "string") {
    return Buffer.byteLength(body) > LARGEST_BODY ? TOO_LARGE : undefined;
  }
  return req._body ? "its body is not the raw one: something has parsed it" : `it has no body of the type ${type}`;
}

/** What the body parser could not read: too large, cut short, in an unknown encoding. */
function unreadable(error, req, res, next) {
  if (!(error.status >= 400 && error.status < 500)) return next(error);
  const isTooLarge = error.type === "entity.too.large";
  refuse(req, res, isTooLarge ? TOO_LARGE : (error.type ?? "it cannot be read"));
}

/** The provider did not send it. */
function refuse(req, res, why) {
  const message = `medusa-payment-rs: the webhook request was refused: ${why}`;
  req.scope.resolve("logger").warn(message);
  answer(res, 400, message);
}

/** At the moment it cannot be said who sent it. The sender may be anyone, and is not told what the store's trouble is. */
function postpone(req, res, { error, detail }) {
  const message = "medusa-payment-rs: the webhook request cannot be verified at the moment";
  req.scope.resolve("logger").warn(`${message}: ${error}: ${detail}`);
  answer(res, 503, message);
}

const answer = (res, status, text) => res.status(status).type("text/plain").send(`${text}\n`);

module.exports = { addWebhookRoute };
