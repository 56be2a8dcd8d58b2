// What PayPal knows: orders, authorizations, captures, refunds, and a ledger of the money that was moved.
// After https://developer.paypal.com/docs/api/orders/v2/ and https://developer.paypal.com/docs/api/payments/v2/.

const crypto = require("node:crypto");
const { PayPalError } = require("./errors");
const money = require("./money");

const newId = () => crypto.randomBytes(11).toString("hex").slice(0, 17).toUpperCase();

class Books {
  orders = new Map();
  holds = new Map();
  captures = new Map();
  refunds = new Map();
  /** `{ kind: "hold" | "capture" | "release" | "refund", order, id, value, currency_code }`, as the money moved. */
  ledger = [];
  /** Why captures stay pending; undefined where they do not. */
  pendingReason = undefined;

  constructor(base, now) {
    Object.assign(this, { base, now });
  }

  stamp() {
    return new Date(this.now()).toISOString().replace(/\.\d+Z$/, "Z");
  }

  book(kind, order, id, amount) {
    this.ledger.push({ kind, order: order.id, id, ...money.spell(amount) });
  }

  find(kind, id) {
    const found = this[kind].get(id);
    if (!found) throw new PayPalError("INVALID_RESOURCE_ID");
    return found;
  }

  // Orders

  createOrder({ intent, purchase_units: units } = {}) {
    if (!["CAPTURE", "AUTHORIZE"].includes(intent)) throw new PayPalError("MISSING_REQUIRED_PARAMETER", "/intent");
    if (units?.length !== 1) throw new PayPalError("MISSING_REQUIRED_PARAMETER", "/purchase_units");
    const order = {
      id: newId(),
      intent,
      status: "CREATED",
      unit: { reference_id: "default", ...units[0], amount: money.parse(units[0].amount) },
      holds: [],
      captures: [],
      createdAt: this.stamp(),
    };
    this.orders.set(order.id, order);
    return order;
  }

  patchOrder(id, operations) {
    const order = this.find("orders", id);
    if (!["CREATED", "APPROVED"].includes(order.status)) throw new PayPalError("ORDER_COMPLETED_OR_VOIDED");
    for (const { op, path, value } of operations) {
      const found = /^\/purchase_units\/@reference_id=='([^']+)'(\/amount)?$/.exec(path);
      if (op !== "replace" || found?.[1] !== order.unit.reference_id) {
        throw new PayPalError("INVALID_JSON_POINTER_FORMAT", "path");
      }
      const amount = money.parse(found[2] ? value : value.amount);
      if (amount.currency !== order.unit.amount.currency) throw new PayPalError("CURRENCY_NOT_SUPPORTED", "path");
      // Replacing a whole unit takes away what the new one does not have.
      order.unit = found[2] ? { ...order.unit, amount } : { reference_id: order.unit.reference_id, ...value, amount };
    }
  }

  completeOrder(id, action) {
    const order = this.find("orders", id);
    const already = action === "CAPTURE" ? "ORDER_ALREADY_CAPTURED" : "ORDER_ALREADY_AUTHORIZED";
    if (order.intent !== action) throw new PayPalError("ACTION_DOES_NOT_MATCH_INTENT");
    if (order.status === "COMPLETED") throw new PayPalError(already);
    if (order.status !== "APPROVED") throw new PayPalError("ORDER_NOT_APPROVED");
    if (order.declines) throw new PayPalError("INSTRUMENT_DECLINED");
    order.status = "COMPLETED";
    if (action === "CAPTURE") {
      this.takeMoney(order, order.unit.amount);
    } else {
      const { amount } = order.unit;
      const hold = { id: newId(), order, status: "CREATED", amount, captured: 0, createdAt: this.stamp() };
      this.holds.set(hold.id, hold);
      order.holds.push(hold);
      this.book("hold", order, hold.id, amount);
    }
    return order;
  }

  // Payments

  takeMoney(order, amount) {
    const status = this.pendingReason ? "PENDING" : "COMPLETED";
    const reason = this.pendingReason;
    const capture = { id: newId(), order, status, reason, amount, refunds: [], createdAt: this.stamp() };
    this.captures.set(capture.id, capture);
    order.captures.push(capture);
    if (!reason) this.book("capture", order, capture.id, amount);
    return capture;
  }

  captureHold(id, { amount, final_capture: isFinal } = {}) {
    const hold = this.find("holds", id);
    if (hold.status === "VOIDED") throw new PayPalError("AUTHORIZATION_VOIDED");
    if (hold.status === "CAPTURED") throw new PayPalError("AUTHORIZATION_ALREADY_CAPTURED");
    const wanted = amount ? money.parse(amount) : hold.amount;
    const captured = hold.captured + wanted.thousandths;
    if (captured > hold.amount.thousandths) throw new PayPalError("MAX_CAPTURE_AMOUNT_EXCEEDED", "/amount");
    hold.captured = captured;
    hold.status = isFinal || captured === hold.amount.thousandths ? "CAPTURED" : "PARTIALLY_CAPTURED";
    return this.takeMoney(hold.order, wanted);
  }

  voidHold(id) {
    const hold = this.find("holds", id);
    if (hold.status === "VOIDED") throw new PayPalError("PREVIOUSLY_VOIDED");
    if (hold.status === "CAPTURED") throw new PayPalError("PREVIOUSLY_CAPTURED");
    hold.status = "VOIDED";
    hold.order.status = "VOIDED";
    this.book("release", hold.order, hold.id, hold.amount);
    return hold;
  }

  refundCapture(id, { amount, custom_id: customId, invoice_id: invoiceId } = {}) {
    const capture = this.find("captures", id);
    if (capture.status === "PENDING") throw new PayPalError("PENDING_CAPTURE");
    const left = capture.amount.thousandths - refunded(capture);
    if (left === 0) throw new PayPalError("CAPTURE_FULLY_REFUNDED");
    const wanted = amount ? money.parse(amount) : { ...capture.amount, thousandths: left };
    if (wanted.thousandths > left) throw new PayPalError("REFUND_AMOUNT_EXCEEDED", "/amount");
    const refund = {
      id: newId(),
      capture,
      status: "COMPLETED",
      amount: wanted,
      customId,
      invoiceId,
      createdAt: this.stamp(),
    };
    this.refunds.set(refund.id, refund);
    capture.refunds.push(refund);
    capture.status = wanted.thousandths === left ? "REFUNDED" : "PARTIALLY_REFUNDED";
    this.book("refund", capture.order, refund.id, wanted);
    return refund;
  }

  // Representations

  order(order) {
    const payments = {
      ...(order.holds.length > 0 && { authorizations: order.holds.map((hold) => this.hold(hold)) }),
      ...(order.captures.length > 0 && { captures: order.captures.map((capture) => this.capture(capture)) }),
    };
    const refunds = order.captures.flatMap((capture) => capture.refunds);
    if (refunds.length > 0) payments.refunds = refunds.map((refund) => this.refund(refund));
    return {
      id: order.id,
      intent: order.intent,
      status: order.status,
      purchase_units: [
        {
          ...order.unit,
          amount: money.spell(order.unit.amount),
          payee: { email_address: "merchant@example.com", merchant_id: "X5XAHHCG636FA" },
          ...(Object.keys(payments).length > 0 && { payments }),
        },
      ],
      ...(order.payer && { payer: order.payer }),
      create_time: order.createdAt,
      links: [
        { href: `${this.base}/v2/checkout/orders/${order.id}`, rel: "self", method: "GET" },
        { href: `https://www.paypal.com/checkoutnow?token=${order.id}`, rel: "approve", method: "GET" },
      ],
    };
  }

  hold(hold) {
    return {
      id: hold.id,
      status: hold.status,
      amount: money.spell(hold.amount),
      ...(hold.order.unit.custom_id && { custom_id: hold.order.unit.custom_id }),
      supplementary_data: { related_ids: { order_id: hold.order.id } },
      create_time: hold.createdAt,
      links: [
        { href: `${this.base}/v2/payments/authorizations/${hold.id}`, rel: "self", method: "GET" },
        { href: `${this.base}/v2/checkout/orders/${hold.order.id}`, rel: "up", method: "GET" },
      ],
    };
  }

  capture(capture) {
    return {
      id: capture.id,
      status: capture.status,
      ...(capture.reason && { status_details: { reason: capture.reason } }),
      amount: money.spell(capture.amount),
      final_capture: true,
      ...(capture.order.unit.custom_id && { custom_id: capture.order.unit.custom_id }),
      supplementary_data: { related_ids: { order_id: capture.order.id } },
      create_time: capture.createdAt,
      links: [
        { href: `${this.base}/v2/payments/captures/${capture.id}`, rel: "self", method: "GET" },
        { href: `${this.base}/v2/checkout/orders/${capture.order.id}`, rel: "up", method: "GET" },
      ],
    };
  }

  refund(refund) {
    return {
      id: refund.id,
      status: refund.status,
      amount: money.spell(refund.amount),
      ...(refund.customId && { custom_id: refund.customId }),
      ...(refund.invoiceId && { invoice_id: refund.invoiceId }),
      create_time: refund.createdAt,
      links: [
        { href: `${this.base}/v2/payments/refunds/${refund.id}`, rel: "self", method: "GET" },
        { href: `${this.base}/v2/payments/captures/${refund.capture.id}`, rel: "up", method: "GET" },
      ],
    };
  }
}

const refunded = (capture) =>
  capture.refunds
    .filter(({ status }) => status === "COMPLETED" || status === "PENDING")
    .reduce((sum, { amount }) => sum + amount.thousandths, 0);

module.exports = { Books };
