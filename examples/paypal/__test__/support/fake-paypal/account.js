// A merchant's account at PayPal: orders, authorizations, captures, refunds, and a ledger of the money that was moved.
// After https://developer.paypal.com/docs/api/orders/v2/ and https://developer.paypal.com/docs/api/payments/v2/.

const crypto = require("node:crypto");
const { PayPalError } = require("./errors");
const money = require("./money");

const newId = () => crypto.randomBytes(11).toString("hex").slice(0, 17).toUpperCase();

class Account {
  orders = new Map();
  authorizations = new Map();
  captures = new Map();
  refunds = new Map();
  /** `{ kind: "hold" | "capture" | "release" | "refund", order, id, value, currency_code }`, as the money moved. */
  ledger = [];
  /** Why captures stay pending; undefined if they do not. */
  pendingReason = undefined;

  constructor(base, now) {
    Object.assign(this, { base, now });
  }

  stamp() {
    return new Date(this.now()).toISOString().replace(/\.\d+Z$/, "Z");
  }

  move(kind, order, id, amount) {
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
      authorizations: [],
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
      const authorization = { id: newId(), order, status: "CREATED", amount, captured: 0, createdAt: this.stamp() };
      this.authorizations.set(authorization.id, authorization);
      order.authorizations.push(authorization);
      this.move("hold", order, authorization.id, amount);
    }
    return order;
  }

  // Payments

  takeMoney(order, amount, authorization) {
    const status = this.pendingReason ? "PENDING" : "COMPLETED";
    const reason = this.pendingReason;
    const capture = { id: newId(), order, authorization, status, reason, amount, refunds: [], createdAt: this.stamp() };
    this.captures.set(capture.id, capture);
    order.captures.push(capture);
    if (!reason) this.move("capture", order, capture.id, amount);
    return capture;
  }

  /** Up to 115 % of what was authorized, and no more than 75 above it, as PayPal allows it. */
  captureAuthorization(id, { amount, final_capture: isFinal = false } = {}) {
    if (typeof isFinal !== "boolean") throw new PayPalError("INVALID_PARAMETER_SYNTAX", "/final_capture");
    const authorization = this.find("authorizations", id);
    if (authorization.status === "VOIDED") throw new PayPalError("AUTHORIZATION_VOIDED");
    if (authorization.status === "CAPTURED") throw new PayPalError("AUTHORIZATION_ALREADY_CAPTURED");
    const wanted = amount ? money.parse(amount) : authorization.amount;
    const captured = authorization.captured + wanted.thousandths;
    const held = authorization.amount.thousandths;
    if (captured > Math.min(held * 1.15, held + 75_000))
      throw new PayPalError("MAX_CAPTURE_AMOUNT_EXCEEDED", "/amount");
    authorization.captured = captured;
    authorization.status = isFinal || captured >= held ? "CAPTURED" : "PARTIALLY_CAPTURED";
    return Object.assign(this.takeMoney(authorization.order, wanted, authorization), { isFinal });
  }

  /** What was captured before stays with the merchant, and the order completed. */
  voidAuthorization(id) {
    const authorization = this.find("authorizations", id);
    if (authorization.status === "VOIDED") throw new PayPalError("PREVIOUSLY_VOIDED");
    if (authorization.status === "CAPTURED") throw new PayPalError("PREVIOUSLY_CAPTURED");
    authorization.status = "VOIDED";
    if (authorization.captured === 0) authorization.order.status = "VOIDED";
    const { amount } = authorization;
    const rest = { ...amount, thousandths: amount.thousandths - authorization.captured };
    this.move("release", authorization.order, authorization.id, rest);
    return authorization;
  }

  refundCapture(id, { amount, custom_id: customId, invoice_id: invoiceId } = {}) {
    if (customId && !/^[\w\-.,]{1,127}$/.test(customId))
      throw new PayPalError("INVALID_PARAMETER_SYNTAX", "/custom_id");
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
    this.move("refund", capture.order, refund.id, wanted);
    return refund;
  }

  // Representations

  order(order) {
    const payments = {
      ...(order.authorizations.length > 0 && {
        authorizations: order.authorizations.map((authorization) => this.authorization(authorization)),
      }),
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

  authorization(authorization) {
    return {
      id: authorization.id,
      status: authorization.status,
      amount: money.spell(authorization.amount),
      ...(authorization.order.unit.custom_id && { custom_id: authorization.order.unit.custom_id }),
      supplementary_data: { related_ids: { order_id: authorization.order.id } },
      create_time: authorization.createdAt,
      links: [
        { href: `${this.base}/v2/payments/authorizations/${authorization.id}`, rel: "self", method: "GET" },
        { href: `${this.base}/v2/checkout/orders/${authorization.order.id}`, rel: "up", method: "GET" },
      ],
    };
  }

  capture(capture) {
    return {
      id: capture.id,
      status: capture.status,
      ...(capture.reason && { status_details: { reason: capture.reason } }),
      amount: money.spell(capture.amount),
      final_capture: capture.isFinal ?? true,
      ...(capture.order.unit.custom_id && { custom_id: capture.order.unit.custom_id }),
      supplementary_data: { related_ids: { order_id: capture.order.id } },
      create_time: capture.createdAt,
      links: [
        { href: `${this.base}/v2/payments/captures/${capture.id}`, rel: "self", method: "GET" },
        { href: `${this.base}${parentOf(capture)}`, rel: "up", method: "GET" },
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

/** What a capture was made from. */
const parentOf = ({ authorization, order }) =>
  authorization ? `/v2/payments/authorizations/${authorization.id}` : `/v2/checkout/orders/${order.id}`;

const refunded = (capture) =>
  capture.refunds
    .filter(({ status }) => status === "COMPLETED" || status === "PENDING")
    .reduce((sum, { amount }) => sum + amount.thousandths, 0);

module.exports = { Account };
