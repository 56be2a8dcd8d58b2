// Carts, and what becomes of them: an order, or the additional payment of a swap.

const { cancel, found, paymentId, paymentOf, recorded } = require("./rows.js");

async function read(service, delivery) {
  const { resource: id } = delivery.event;
  const carts = service("cartService");
  // With relations, Medusa's query for a cart that is not there is no valid SQL (dist/repositories/cart.js).
  if (!(await found(carts.retrieve(id)))) return undefined;
  const cart = await carts.retrieve(id, { relations: ["payment", "payment_sessions"] });
  const order = await found(service("orderService").retrieveByCartId(id, { relations: ["payments"] }));
  const swap = cart.type === "swap" ? await found(service("swapService").retrieveByCartId(id, ["payment"])) : undefined;
  const payments = order?.payments ?? [swap?.payment ?? cart.payment].filter(Boolean);
  const isCompleted = Boolean(order || cart.completed_at);
  return {
    cart,
    order,
    swap,
    payments,
    rows: {
      ...named(order, swap),
      is_completed: isCompleted,
      is_canceled: Boolean(order?.canceled_at || swap?.canceled_at),
      total: isCompleted ? null : await totalOf(service, id),
      tax_lines_age_ms: null,
      session: paymentId(cart.payment_session, delivery),
      payments: payments.map((payment) => recorded(payment, delivery)),
    },
  };
}

/** How a person finds what the cart has become, and refunds it. */
function named(order, swap) {
  const of = order?.id ?? swap?.order_id;
  if (!of) return {};
  return {
    found_as: order ? `the order ${of} (#${order.display_id})` : `the swap ${swap.id} of the order ${of}`,
    refund_route: `POST /admin/orders/${of}/refund`,
  };
}

/** What Medusa will record: the total with the taxes that completing the cart adds (dist/services/cart.js, authorizePayment). */
async function totalOf(service, id) {
  const relations = ["payment_sessions", "items.variant.product.profiles"];
  const { total } = await service("cartService").retrieveWithTotals(id, { relations }, { force_taxes: true });
  return total;
}

/**
 * Makes the cart's tax lines, with which every completion of a cart begins (dist/strategies/cart-completion.js). They have a
 * unique index: a shopper's request that comes from now on waits there until our transaction is over, and then finds the
 * order. One that was quicker has made them, and we are told how long ago.
 */
async function claim(service, { cart }, manager) {
  await service("cartService").createTaxLines(cart.id);
  // Those that this transaction has made are as old as the transaction, which is what now() says.
  const [{ age }] = await manager.query(
    `SELECT extract(epoch FROM clock_timestamp() - max(line.created_at)) * 1000 AS age
     FROM line_item_tax_line line JOIN line_item item ON item.id = line.item_id
     WHERE item.cart_id = $1 AND line.created_at <> now()`,
    [cart.id],
  );
  return age === null ? {} : { tax_lines_age_ms: Math.max(0, Math.round(age)) };
}

const complete = (service, { cart }, delivery) => runStrategy(service, cart, delivery, "started");

/** The payment is recorded: Medusa's strategy would try to record it again if it started at the beginning. */
const resume = (service, { cart }, delivery) => runStrategy(service, cart, delivery, "payment_authorized");

/**
 * As `POST /store/carts/:id/complete` does it (dist/api/routes/store/carts/complete-cart.js). Where it starts is said by
 * the rows and not by what an earlier delivery has left in the row of the key.
 *
 * Resolves with why it is not completed, if the strategy says so: that is committed like a success, as in Medusa's own
 * route, because the strategy may have released the money (dist/strategies/cart-completion.js, handlePaymentAuthorized).
 */
async function runStrategy(service, cart, { event, path }, recoveryPoint) {
  const keys = service("idempotencyKeyService");
  const start = { recovery_point: recoveryPoint, response_code: null, response_body: null, locked_at: null };
  const key = (await found(keys.retrieve(event.id)))
    ? await keys.update(event.id, start)
    : await keys.create({ ...start, idempotency_key: event.id, request_method: "POST", request_path: path });
  const context = { ip_address: cart.context?.ip };
  const { response_code: code, response_body: body } = await service("cartCompletionStrategy").complete(
    cart.id,
    key,
    context,
  );
  if (code === 200 && body.type !== "cart") return undefined;
  const errors = body.errors?.map(({ message }) => message).join("; ");
  return `${cart.id} cannot be completed: ${body.message ?? errors ?? `its payment is ${body.payment_status}`}`;
}

/**
 * The payment of the event alone: an order may have others that are not to be captured yet. What
 * `orderService.capturePayment` does then is the order's own status and event.
 */
async function capture(service, { order, swap, payments }, delivery) {
  if (swap) {
    await captureSwap(service, swap);
    return;
  }
  const payment = paymentOf(payments, delivery);
  await service("paymentProviderService").capturePayment(payment);
  const others = payments.filter((other) => other.id !== payment.id);
  if (order && others.every((other) => other.captured_at)) await service("orderService").capturePayment(order.id);
}

/** Medusa hides a failure in the swap's status (dist/services/swap.js, processDifference). */
async function captureSwap(service, swap) {
  const { payment_status: status } = await service("swapService").processDifference(swap.id);
  if (status !== "captured") throw new Error(`the payment of ${swap.id} cannot be captured: its status is ${status}`);
}

module.exports = { cart: { read, claim, complete, resume, capture, cancel } };
