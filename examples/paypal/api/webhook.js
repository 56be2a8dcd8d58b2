// What PayPal tells the store: a shopper's payment was authorized, or captured. The shopper may have closed the browser
// before the cart was completed, so it is completed here.
//
// An event is a hint and nothing more: what it is about is read from PayPal, and Medusa's own services decide with what
// the processor reads. PayPal sends an event again, for three days, until it is answered with 2xx.

const crypto = require("node:crypto");

const PATH = "/paypal/hooks";
const HEADERS = ["auth-algo", "cert-url", "transmission-id", "transmission-sig", "transmission-time"];

/** How long the shopper's own request to complete the cart goes first. Both at once would fail one of them. */
const HEAD_START_MS = 3_000;

/** What an event may be about, and whether it says that the money is taken. */
const EVENTS = {
  "PAYMENT.AUTHORIZATION.CREATED": { captured: false },
  "PAYMENT.CAPTURE.COMPLETED": { captured: true },
};

async function handleWebhook(req, res) {
  const container = req.scope;
  const logger = container.resolve("logger");
  const paypal = container.resolve("paypalProviderService");

  const headers = Object.fromEntries(HEADERS.map((name) => [name.replaceAll("-", "_"), req.get(`paypal-${name}`)]));
  const body = Buffer.isBuffer(req.body) ? req.body.toString() : "";
  if (!body || Object.values(headers).some((value) => !value)) return res.sendStatus(401);
  try {
    await paypal.verifyWebhook({ ...headers, webhook_event: body });
  } catch (error) {
    logger.warn(`PayPal webhook: ${error.message}`);
    const isAnswer = ["webhook_not_verified", "webhook_id_missing", "invalid_event"].includes(error.code);
    return res.sendStatus(isAnswer ? 401 : 503);
  }

  const event = JSON.parse(body);
  const kind = EVENTS[event.event_type];
  if (!kind) return res.sendStatus(200);
  try {
    const order = await paypal.retrieveOrderFromAuth(event.resource);
    const resource = order?.purchase_units?.[0]?.custom_id;
    if (resource) await follow(container, { order, resource, ...kind });
    else logger.warn(`PayPal webhook: ${event.id} is about nothing that this store has begun`);
    return res.sendStatus(200);
  } catch (error) {
    logger.error(`PayPal webhook: ${event.id} (${event.event_type}) comes again later: ${error.message}`);
    return res.sendStatus(409);
  }
}

async function follow(container, { order, resource, captured }) {
  await new Promise((resolve) => setTimeout(resolve, HEAD_START_MS));
  if (resource.startsWith("paycol_")) return followCollection(container, { order, id: resource, captured });
  await completeCart(container, resource);
  if (captured) await captureOrder(container, resource);
}

const orderOf = (container, cartId) =>
  container
    .resolve("orderService")
    .retrieveByCartId(cartId, { relations: ["payments"] })
    .catch(() => undefined);

/** As the shopper's own request does, swaps included. */
async function completeCart(container, cartId) {
  if (await orderOf(container, cartId)) return;
  const cart = await container.resolve("cartService").retrieve(cartId, { select: ["id", "context", "completed_at"] });
  if (cart.completed_at) return;
  await container.resolve("manager").transaction(async (manager) => {
    // A key of its own for each delivery: Medusa repeats the answer to a key for good, a failure included.
    const key = await container
      .resolve("idempotencyKeyService")
      .withTransaction(manager)
      .create({ request_path: PATH, idempotency_key: crypto.randomUUID() });
    const answer = await container
      .resolve("cartCompletionStrategy")
      .withTransaction(manager)
      .complete(cartId, key, { ip: cart.context?.ip ?? "" });
    if (answer.response_code !== 200) {
      throw new Error(`${cartId} cannot be completed: ${answer.response_body?.message ?? answer.response_code}`);
    }
  });
}

/** Books what PayPal has taken. The processor sees that it is taken, and takes nothing. */
async function captureOrder(container, cartId) {
  const order = await orderOf(container, cartId);
  if (!order || order.payments.every(({ captured_at }) => captured_at)) return;
  await container.resolve("orderService").capturePayment(order.id);
}

/** A payment collection: its session with this order is authorized, and its payment captured. */
async function followCollection(container, { order, id, captured }) {
  const collections = container.resolve("paymentCollectionService");
  const { payment_sessions: sessions } = await collections.retrieve(id, { relations: ["payment_sessions"] });
  const session = sessions.find(({ data }) => data?.id === order.id);
  if (!session) return;
  if (!session.payment_authorized_at) await collections.authorizePaymentSessions(id, [session.id], {});
  if (!captured) return;
  const { payments } = await collections.retrieve(id, { relations: ["payments"] });
  const payment = payments.find(({ data }) => data?.id === order.id);
  if (payment && !payment.captured_at) await container.resolve("paymentProviderService").capturePayment(payment);
}

module.exports = { handleWebhook };
