// Answers before they are sent: `{ status, body, headers }`. A `bare` one comes from a machine in front of Stripe and
// has none of Stripe's headers.

const { StripeError, errorForStatus } = require("./errors");
const { toJson } = require("./json");

const JSON_TYPE = { "Content-Type": "application/json" };
const HTML_TYPE = { "Content-Type": "text/html" };
const HTML = "<html>\r\n<head><title>Bad Gateway</title></head>\r\n<body><h1>Bad Gateway</h1></body>\r\n</html>\r\n";

const success = (object) => ({ status: 200, body: toJson(object), headers: JSON_TYPE });

function failure(error, { id: requestId }, at) {
  if (!(error instanceof StripeError)) throw error;
  const body = toJson(error.body({ requestId, at }));
  return { status: error.status, body, headers: { ...JSON_TYPE, ...error.headers } };
}

/** What a fault of the kind `status`, `html` or `empty` puts in the answer's place. */
function faulty({ kind, status, body = "stripe", headers }, request, at) {
  if (kind === "html") return { status: 200, body: HTML, headers: HTML_TYPE, bare: true };
  if (kind === "empty") return { status: 200, body: "", headers: {}, bare: true };
  const answer = withStatus(status, body, request, at);
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function withStatus(status, body, request, at) {
  if (body === "stripe") return failure(errorForStatus(status), request, at);
  if (body === "none") return { status, body: "", headers: {}, bare: true };
  if (body === "html") return { status, body: HTML, headers: HTML_TYPE, bare: true };
  if (body === "json") return { status, body: toJson({ message: "upstream request failed" }), headers: JSON_TYPE };
  return { status, body: typeof body === "string" ? body : toJson(body), headers: JSON_TYPE };
}

/** Something to cut off where nothing has been done that could be told. */
const filler = ({ path }) => success({ object: "list", data: [], has_more: false, url: path });

module.exports = { success, failure, faulty, filler };
