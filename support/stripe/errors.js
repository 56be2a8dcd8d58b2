// Stripe's errors, each kind made in one place. https://stripe.com/docs/api/errors

/**
 * `saved` tells whether an idempotency key remembers the answer: it does once execution has begun, so parameters that
 * do not pass validation leave the key free.
 */
class StripeError extends Error {
  constructor(status, fields, { saved = true, headers = {} } = {}) {
    super(fields.message);
    Object.assign(this, { name: "StripeError", status, saved, headers, fields });
    const { type, code, decline_code: declineCode, param } = fields;
    Object.assign(this, { type, code, declineCode, param });
  }

  /** The body of the answer to the request `requestId`. */
  body({ requestId, at }) {
    const { code } = this.fields;
    const links = {
      ...(code && { doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll("_", "-")}` }),
      request_log_url: `https://dashboard.stripe.com/test/logs/${requestId}?t=${at}`,
    };
    return { error: Object.fromEntries(Object.entries({ ...this.fields, ...links }).sort(byName)) };
  }
}

const byName = ([a], [b]) => (a < b ? -1 : 1);

/** The parameters themselves are wrong. */
const invalid = (fields) => new StripeError(400, { type: "invalid_request_error", ...fields }, { saved: false });

/** The parameters are right, but not for what they are about. */
const refused = (fields, status = 400) => new StripeError(status, { type: "invalid_request_error", ...fields });

const missing = (param) => invalid({ code: "parameter_missing", message: `Missing required param: ${param}.`, param });

const notInteger = (param, message) => invalid({ code: "parameter_invalid_integer", message, param });

const notFound = (what, id, { param, status = 404 }) =>
  refused({ code: "resource_missing", message: `No such ${what}: '${id}'`, param }, status);

/** What a PaymentIntent's status does not allow. Stripe sends the intent along. */
const unexpectedState = (intent, message, param) =>
  refused({ code: "payment_intent_unexpected_state", message, payment_intent: intent, ...(param && { param }) });

/** A payment method of a type that the PaymentIntent does not take. */
function incompatibleMethod(type, types) {
  const hint = `Please attach a PaymentMethod of one of the following types: ${types.join(", ")}. Alternatively, update the allowed payment_method_types for this PaymentIntent to include "${type}"`;
  return refused({
    code: "payment_intent_incompatible_payment_method",
    message: `The PaymentMethod provided (${type}) is not allowed for this PaymentIntent. ${hint}`,
    param: "payment_method",
  });
}

/** A payment that the bank has declined: the intent carries the reason. */
const cardError = (intent) =>
  new StripeError(402, { ...intent.last_payment_error, payment_intent: intent, type: "card_error" });

const unrecognizedUrl = (method, path) => {
  const hint = path.endsWith("/") ? " If you are trying to list objects, remove the trailing slash." : "";
  const help = "Please see https://stripe.com/docs or we can help at https://support.stripe.com/.";
  return refused({ message: `Unrecognized request URL (${method}: ${path}).${hint} ${help}` }, 404);
};

const unauthorized = (message) =>
  new StripeError(
    401,
    { type: "invalid_request_error", message },
    { saved: false, headers: { "WWW-Authenticate": 'Basic realm="Stripe"' } },
  );

const forbidden = (fields) => new StripeError(403, { type: "invalid_request_error", ...fields }, { saved: false });

const keyMisused = (message) => new StripeError(400, { type: "idempotency_error", message }, { saved: false });

const keyInUse = (key) =>
  new StripeError(
    409,
    {
      code: "idempotency_key_in_use",
      message: `There is currently another in-progress request using this Idempotent Key: ${key}. Please try again later.`,
      type: "invalid_request_error",
    },
    { saved: false, headers: { "Stripe-Should-Retry": "true" } },
  );

/** The documented error for a bare status, as a fault sends it. */
function errorForStatus(status) {
  if (status === 401) return unauthorized("Invalid API Key provided.");
  if (status === 402) return new StripeError(402, { ...DECLINED, type: "card_error" });
  if (status === 403) return forbidden({ message: "The API key doesn't have permissions to perform the request." });
  if (status === 404) return notFound("resource", "unknown", { param: "id" });
  if (status === 409) return keyInUse("unknown");
  if (status === 429) return new StripeError(429, RATE_LIMITED, { saved: false });
  if (status < 500) return refused({ message: "The request was unacceptable." }, status);
  return new StripeError(status, { message: "An unknown error occurred.", type: "api_error" });
}

const DECLINED = { code: "card_declined", decline_code: "generic_decline", message: "Your card was declined." };
const RATE_LIMITED = {
  code: "rate_limit",
  message: "Request rate limit exceeded. See https://stripe.com/docs/rate-limits.",
  type: "invalid_request_error",
};

module.exports = {
  StripeError,
  cardError,
  errorForStatus,
  forbidden,
  incompatibleMethod,
  invalid,
  keyInUse,
  keyMisused,
  missing,
  notFound,
  notInteger,
  refused,
  unauthorized,
  unexpectedState,
  unrecognizedUrl,
};
