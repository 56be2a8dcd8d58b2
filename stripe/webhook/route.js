// POST /stripe/hooks, the path that medusa-payment-stripe has: an endpoint that is set up in Stripe stays as it is.

const { refusal } = require("../signature.js");
const { handleEvent } = require("./handler.js");
const { readEvent } = require("./rust.js");

const LARGEST_BODY = 1 << 20;

function addWebhookRoute(router, host, options) {
  const raw = host("express").raw({ type: "application/json", limit: LARGEST_BODY });

  async function receive(req, res, next) {
    let service;
    try {
      service = req.scope.resolve("stripeProviderService");
    } catch (error) {
      return next(error);
    }
    let event;
    try {
      event = eventOf(req, service);
    } catch (error) {
      return refuse(req, res, error.message);
    }
    try {
      await handleEvent(event, req.scope, options);
    } catch (error) {
      // Only somebody whose request Stripe has signed gets this far; what went wrong is in the store's own log.
      const why = error.isPublic ? error.message : "The reason is in the store's log.";
      return res.status(500).type("text/plain").send(`${event.id} was not handled: ${why}\n`);
    }
    res.status(200).json({ received: true });
  }

  router.post("/stripe/hooks", raw, receive, unreadable);
}

/** @throws Error where the request is not Stripe's */
function eventOf(req, service) {
  if (!Buffer.isBuffer(req.body) && !req._body) throw refusal("it has no body of the type application/json");
  const signed = service.constructWebhookEvent(req.body, req.headers["stripe-signature"]);
  const event = readEvent(JSON.stringify(signed));
  if (!event) throw refusal("its body is no event of Stripe's");
  return event;
}

/** What the body parser could not read: too large, cut short, in an encoding that nobody knows. */
function unreadable(error, req, res, next) {
  if (!(error.status >= 400 && error.status < 500)) return next(error);
  const why = error.type === "entity.too.large" ? `its body is larger than ${LARGEST_BODY} bytes` : error.type;
  refuse(req, res, refusal(why ?? "its body cannot be read").message);
}

function refuse(req, res, message) {
  req.scope.resolve("logger").warn(message);
  res.status(400).type("text/plain").send(`${message}\n`);
}

module.exports = { addWebhookRoute };
