// Which request does what. A route returns `{ status, resource }`; `resource` makes the body, again for a repetition.

const { PayPalError } = require("./errors");

/** `[method, path pattern, (context, id, body) => answer]` */
const ROUTES = [
  [
    "POST",
    /^\/v2\/checkout\/orders$/,
    ({ account }, _, body) => made(account.createOrder(body), (o) => account.order(o)),
  ],
  ["GET", /^\/v2\/checkout\/orders\/([^/]+)$/, ({ account }, id) => found(account.order(account.find("orders", id)))],
  ["PATCH", /^\/v2\/checkout\/orders\/([^/]+)$/, ({ account }, id, body) => empty(account.patchOrder(id, body))],
  [
    "POST",
    /^\/v2\/checkout\/orders\/([^/]+)\/authorize$/,
    ({ account }, id) => made(account.completeOrder(id, "AUTHORIZE"), (o) => account.order(o)),
  ],
  [
    "POST",
    /^\/v2\/checkout\/orders\/([^/]+)\/capture$/,
    ({ account }, id) => made(account.completeOrder(id, "CAPTURE"), (o) => account.order(o)),
  ],
  [
    "GET",
    /^\/v2\/payments\/authorizations\/([^/]+)$/,
    ({ account }, id) => found(account.authorization(account.find("authorizations", id))),
  ],
  [
    "POST",
    /^\/v2\/payments\/authorizations\/([^/]+)\/capture$/,
    ({ account }, id, body) => made(account.captureAuthorization(id, body), (c) => account.capture(c)),
  ],
  [
    "POST",
    /^\/v2\/payments\/authorizations\/([^/]+)\/void$/,
    ({ account }, id) => voided(account.voidAuthorization(id), (a) => account.authorization(a)),
  ],
  [
    "GET",
    /^\/v2\/payments\/captures\/([^/]+)$/,
    ({ account }, id) => found(account.capture(account.find("captures", id))),
  ],
  [
    "POST",
    /^\/v2\/payments\/captures\/([^/]+)\/refund$/,
    ({ account }, id, body) => made(account.refundCapture(id, body), (r) => account.refund(r)),
  ],
  [
    "GET",
    /^\/v2\/payments\/refunds\/([^/]+)$/,
    ({ account }, id) => found(account.refund(account.find("refunds", id))),
  ],
  [
    "POST",
    /^\/v1\/notifications\/verify-webhook-signature$/,
    ({ webhooks }, _, body, text) => found({ verification_status: webhooks.verify(body, text) }),
  ],
];

const made = (resource, shown) => ({ status: 201, resource: () => shown(resource) });
const found = (body) => ({ status: 200, resource: () => body });
/** Without a body, unless the request prefers one. */
const voided = (resource, shown) => ({ status: 204, resource: () => shown(resource) });
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
