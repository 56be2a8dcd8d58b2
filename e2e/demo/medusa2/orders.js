// The orders that a story may tell of. Each has a `title` and `tell(shop, means)`. `means` is how it is paid:
//
// - `provider`: its id in the store
// - `name`, `what`: how to call the provider and a payment there
// - `books(data)`: what the provider says of the money, `{ status, … }` in minor units, and `statuses`, its words for what
//   Medusa calls authorized, captured and canceled; without them, only Medusa's records are shown
// - `pay(id)`: what a shopper does before the order is placed, if anything
//
// and what only some orders need: `takesParts`, `once`, `losingRefundReplies`, `letPass`, `endpoint`, `heldEvent`,
// `eventOf`.

const assert = require("node:assert/strict");
const { expectNoOrder, expectRecorded, orderOf, TOTAL } = require("./records");
const { eventually } = require("../../support/eventually");
const { HttpError } = require("../../support/http");
const report = require("../../support/report");

const PARTS = ["6.5", "8.5"];

/** A shop that tries again sooner is told to wait. */
const SOON_MS = 12_000;

const capturedInParts = {
  title: "captured in two parts, refunded in two",
  tell: (shop, means) => captureAndRefund(shop, means, PARTS),
};

/** For a provider that may or may not capture in parts. */
const captured = {
  title: "captured, then refunded in two parts",
  tell: (shop, means) => captureAndRefund(shop, means, [TOTAL]),
};

async function captureAndRefund(shop, means, parts) {
  const { act, operator } = shop;
  const { order, payment } = await sold(shop, means);
  await expectRecorded(shop, means, order, { captures: [], refunds: [] });

  const captures = await possibleParts(means, payment, parts);
  for (const [index, part] of captures.entries()) {
    const title = captureTitle(index, captures.length);
    await act(shop, title, ["capture_payment"], () => operator.capture(payment.id, Number(part)));
    await expectRecorded(shop, means, order, { captures: captures.slice(0, index + 1), refunds: [] });
  }

  await act(shop, "The shop refunds a part", ["refund_payment"], () => operator.refund(payment.id, 4));
  await expectRecorded(shop, means, order, { captures, refunds: ["4"] });

  if (means.losingRefundReplies) {
    await loseReply(shop, means, { payment, amount: 2.35 });
    await expectRecorded(shop, means, order, { captures, refunds: ["4"], unrecorded: ["2.35"] });
    report.act(`${SOON_MS / 1_000} s pass, in which another server might still record the refund`);
    await means.letPass(SOON_MS);
  }
  const another = means.losingRefundReplies
    ? "The shop tries again: the refund is found and recorded, and not paid once more"
    : "The shop refunds another part";
  await act(shop, another, ["refund_payment"], () => operator.refund(payment.id, 2.35));
  await expectRecorded(shop, means, order, { captures, refunds: ["4", "2.35"] });
}

/** A provider may not offer every account, or every card, to be captured several times. */
async function possibleParts({ name, takesParts }, payment, parts) {
  if (!takesParts || (await takesParts(payment.data))) return parts;
  report.act(`${name} lets this payment be captured once only, so there are no parts`);
  return [TOTAL];
}

function captureTitle(index, count) {
  if (count === 1) return "The order is sent: the shop captures";
  return index === 0 ? "The mug is sent: the shop captures a part" : "The rest is sent: the shop captures what is left";
}

function loseReply(shop, { name, losingRefundReplies }, { payment, amount }) {
  const title = `The shop refunds another part, and ${name}'s reply is lost: Medusa records no refund`;
  return refused(shop, title, ["refund_payment"], () =>
    losingRefundReplies(() => shop.operator.refund(payment.id, amount)),
  );
}

const releasedByTheFirstPart = {
  title: "captured once only, so that the first part releases the rest",

  async tell(shop, means) {
    const { act, operator } = shop;
    const { order, payment } = await soldAtOnce(shop, means, { data: means.once });
    const [part, rest] = PARTS;
    const recorded = { captures: [part], refunds: [], released: rest };

    await act(shop, "The mug is sent: the shop captures a part", ["capture_payment"], () =>
      operator.capture(payment.id, Number(part)),
    );
    await expectRecorded(shop, means, order, recorded);

    await refused(shop, "The shop tries to capture the rest, and reads why it cannot", ["capture_payment"], () =>
      operator.capture(payment.id, Number(rest)),
    );
    await expectRecorded(shop, means, order, recorded);
  },
};

const canceled = {
  title: "canceled before it is paid",

  async tell(shop, means) {
    const { act, operator } = shop;
    const { order } = await soldAtOnce(shop, means);
    await expectRecorded(shop, means, order, { captures: [], refunds: [] });

    await act(shop, "The shop cancels the order", ["cancel_payment"], () => operator.cancelOrder(order.id));
    await expectRecorded(shop, means, order, { captures: [], refunds: [], isCanceled: true });
    const { status } = await shop.ledger.order(order.id);
    assert.equal(status, "canceled", "the order is not canceled");
  },
};

const paidByWebhook = {
  title: "the shopper pays and never comes back",

  async tell(shop, means) {
    const { act, service } = shop;
    const { cart, session } = await act(shop, "The shopper fills a cart and goes to pay", ["initiate_payment"], () =>
      started(shop, means),
    );
    await means.pay(session.data.id);
    report.act(`The shopper pays at ${means.name}, and closes the browser before the store hears of it`);
    await expectNoOrder(shop, means, cart);

    const event = await means.eventOf(session.data.id, means.heldEvent);
    const tells = `${means.name} tells the store (${means.heldEvent}), and Medusa places the order`;
    const order = await act(shop, tells, ["authorize_payment"], async () => {
      await service.webhook(means.endpoint, event.body, event.headers);
      return placedOrder(shop, cart);
    });
    report.recorded("order", order, ["display_id", "email"]);
    await expectRecorded(shop, means, order, { captures: [], refunds: [] });
  },
};

/** Medusa answers a webhook before it looks at it, and places an order before it records its payment. */
async function placedOrder(shop, cart) {
  let order;
  await eventually(async () => {
    order = await orderOf(shop, cart);
    return order !== undefined && (await shop.ledger.payments(order.id)).length > 0;
  });
  return order;
}

/** An order, step by step. */
async function sold(shop, means) {
  const { act, buyer, ledger } = shop;
  const cart = await act(shop, "The shopper fills a cart", [], () => buyer.fillCart());

  await act(shop, "The shopper goes to pay", ["initiate_payment"], () =>
    buyer.startPayment(cart.id, { provider: means.provider }),
  );
  const [session] = await ledger.paymentSessions(cart.id);
  report.recorded("payment_session", session, ["status", "amount", "data"]);
  assert.equal(session.amount, TOTAL, "the session is not over the cart's total");
  await means.pay?.(session.data.id);

  const title = means.pay ? `The shopper pays at ${means.name} and places the order` : "The shopper places the order";
  const order = await act(shop, title, ["authorize_payment"], () => completed(shop, cart));
  return { order, payment: (await ledger.payments(order.id))[0] };
}

/** The same in one step. `data` is what the shopper's browser sends along. */
async function soldAtOnce(shop, means, { data } = {}) {
  const order = await shop.act(shop, "The shopper orders", ["initiate_payment", "authorize_payment"], async () => {
    const { cart, session } = await started(shop, means, { data });
    await means.pay?.(session.data.id);
    return completed(shop, cart);
  });
  return { order, payment: (await shop.ledger.payments(order.id))[0] };
}

async function started({ buyer }, { provider }, { data } = {}) {
  const cart = await buyer.fillCart();
  return { cart, session: await buyer.startPayment(cart.id, { provider, data }) };
}

async function completed({ buyer }, cart) {
  const { type, order, error } = await buyer.complete(cart.id);
  if (type !== "order") throw new Error(`The cart did not become an order: ${JSON.stringify(error)}`);
  return order;
}

/** A step that Medusa answers with an error, and the story goes on. */
async function refused(shop, title, methods, work) {
  const error = await shop.act(shop, title, methods, () => work().catch((error) => error));
  if (!(error instanceof HttpError)) throw error instanceof Error ? error : new Error(`${title}: nothing was refused`);
  report.answered(error.body.message);
}

module.exports = { canceled, captured, capturedInParts, paidByWebhook, releasedByTheFirstPart };
