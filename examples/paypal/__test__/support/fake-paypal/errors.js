// PayPal's error bodies, as its reference documents them (https://developer.paypal.com/api/rest/responses/).

const NAMES = {
  400: ["INVALID_REQUEST", "Request is not well-formed, syntactically incorrect, or violates schema."],
  403: ["NOT_AUTHORIZED", "Authorization failed due to insufficient permissions."],
  404: ["RESOURCE_NOT_FOUND", "The specified resource does not exist."],
  409: ["RESOURCE_CONFLICT", "The server has detected a conflict while processing this request."],
  422: [
    "UNPROCESSABLE_ENTITY",
    "The requested action could not be performed, semantically incorrect, or failed business validation.",
  ],
  429: ["RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting."],
  500: ["INTERNAL_SERVER_ERROR", "An internal server error has occurred."],
  503: ["SERVICE_UNAVAILABLE", "Service Unavailable."],
};

/** The issues that this fake knows, with the descriptions of PayPal's reference. */
const ISSUES = {
  ACTION_DOES_NOT_MATCH_INTENT: [422, "Order was created with a different intent than the action that was requested."],
  AUTHORIZATION_ALREADY_CAPTURED: [
    422,
    "Authorization has already been captured. If final_capture is set to to true, additional captures are not possible.",
  ],
  AUTHORIZATION_VOIDED: [422, "A voided authorization cannot be captured or reauthorized."],
  CAPTURE_FULLY_REFUNDED: [422, "The capture has already been fully refunded."],
  CURRENCY_NOT_SUPPORTED: [422, "The currency code is not currently supported."],
  DECIMALS_NOT_SUPPORTED: [422, "Currency does not support decimals."],
  DECIMAL_PRECISION: [422, "If the currency supports decimals, only two decimal place precision is supported."],
  INSTRUMENT_DECLINED: [
    422,
    "The instrument presented was either declined by the processor or bank, or it can't be used for this payment.",
  ],
  INVALID_JSON_POINTER_FORMAT: [400, "Path should be a valid JSON Pointer."],
  INVALID_PARAMETER_SYNTAX: [400, "The value of a field does not conform to the expected format."],
  INVALID_RESOURCE_ID: [404, "Specified resource ID does not exist. Please check the resource ID and try again."],
  MAX_CAPTURE_AMOUNT_EXCEEDED: [422, "Capture amount exceeds allowable limit."],
  MISSING_REQUIRED_PARAMETER: [400, "A required field / parameter is missing."],
  ORDER_ALREADY_AUTHORIZED: [
    422,
    "Order already authorized. If 'intent=AUTHORIZE' only one authorization per order is allowed.",
  ],
  ORDER_ALREADY_CAPTURED: [422, "Order already captured. If 'intent=CAPTURE' only one capture per order is allowed."],
  ORDER_COMPLETED_OR_VOIDED: [422, "Order is voided or completed and hence cannot be updated."],
  ORDER_NOT_APPROVED: [422, "Payer has not yet approved the Order for payment."],
  PAYPAL_REQUEST_ID_PREVIOUSLY_USED: [422, "The PayPal-Request-ID has already been used for another request."],
  PENDING_CAPTURE: [422, "Cannot initiate a refund as the capture is pending."],
  PREVIOUSLY_CAPTURED: [422, "Authorization has been previously captured and hence cannot be voided."],
  PREVIOUSLY_VOIDED: [422, "Authorization has been previously voided and hence cannot be voided again."],
  PREVIOUS_REQUEST_IN_PROGRESS: [409, "A previous request on this resource is currently in progress."],
  REFUND_AMOUNT_EXCEEDED: [
    422,
    "The refund amount must be less than or equal to the capture amount that has not yet been refunded.",
  ],
};

/** What the API throws to answer with an error. */
class PayPalError extends Error {
  constructor(issue, field) {
    const [status, description] = ISSUES[issue];
    super(issue);
    this.status = status;
    this.body = errorBody(status, [{ issue, description, ...(field && { field }) }]);
  }
}

function errorBody(status, details) {
  const [name, message] = NAMES[status] ?? [`HTTP_${status}`, "An error."];
  return { name, message, debug_id: "90957fca61718", ...(details && { details }), links: [] };
}

const INVALID_TOKEN = { error: "invalid_token", error_description: "Access Token not found in cache" };
const INVALID_CLIENT = { error: "invalid_client", error_description: "Client Authentication failed" };

module.exports = { PayPalError, errorBody, INVALID_TOKEN, INVALID_CLIENT };
