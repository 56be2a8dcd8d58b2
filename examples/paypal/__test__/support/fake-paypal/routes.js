// Which request does what. A route resolves with `{ status, body }`; `resource` makes the body again for a repetition.

const { PayPalError } = require("./errors");

/** `[method, path pattern, (context, id, body) => answer]` */
const ROUTES = [
  ["POST", /^\/v2\/checkout\/orders$/, ({ books }, _, body) => made(books.createOrder(body), (o) => books.order(o))],
  ["GET", /^\/v2\/checkout\/orders\/([^/]+)$/, ({ books }, id) => found(books.order(books.find("orders", id)))],
  ["PATCH", /^\/v2\/checkout\/orders\/([^/]+)$/, ({ books }, id, body) => empty(books.patchOrder(id, body))],
  [
    "POST",
    /^\/v2\/checkout\/orders\/([^/]+)\/authorize$/,
    ({ books }, id) => made(books.completeOrder(id, "AUTHORIZE"), (o) => books.order(o)),
  ],
  [
    "POST",
    /^\/v2\/checkout\/orders\/([^/]+)\/capture$/,
    ({ books }, id) => made(books.completeOrder(id, "CAPTURE"), (o) => books.order(o)),
  ],
  ["GET", /^\/v2\/payments\/authorizations\/([^/]+)$/, ({ books }, id) => found(books.hold(books.find("holds", id)))],
  [
    "POST",
    /^\/v2\/payments\/authorizations\/([^/]+)\/capture$/,
    ({ books }, id, body) => made(books.captureHold(id, body), (c) => books.capture(c)),
  ],
  ["POST", /^\/v2\/payments\/authorizations\/([^/]+)\/void$/, ({ books }, id) => empty(books.voidHold(id))],
  ["GET", /^\/v2\/payments\/captures\/([^/]+)$/, ({ books }, id) => found(books.capture(books.find("captures", id)))],
  [
    "POST",
    /^\/v2\/payments\/captures\/([^/]+)\/refund$/,
    ({ books }, id, body) => made(books.refundCapture(id, body), (r) => books.refund(r)),
  ],
  ["GET", /^\/v2\/payments\/refunds\/([^/]+)$/, ({ books }, id) => found(books.refund(books.find("refunds", id)))],
  [
    "POST",
    /^\/v1\/notifications\/verify-webhook-signature$/,
    ({ webhooks }, _, body, text) => found({ verification_status: webhooks.verify(body, text) }),
  ],
];

const made = (resource, shown) => ({ status: 201, resource: () => shown(resource) });
const found = (body) => ({ status: 200, resource: () => body });
const empty = () => ({ status: 204, resource: () => undefined });

function route(context, method, path, text) {
  for (const [wanted, pattern, handle] of ROUTES) {
    const match = wanted === method && pattern.exec(path);
    if (match) return handle(context, match[1] && decodeURIComponent(match[1]), parse(text), text);
  }
  throw new PayPalError("INVALID_RESOURCE_ID");
}

function parse(text) {
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new PayPalError("INVALID_PARAMETER_SYNTAX");
  }
}

module.exports = { route };
