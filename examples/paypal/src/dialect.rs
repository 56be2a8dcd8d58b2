//! How PayPal reports an error (<https://developer.paypal.com/api/rest/responses/>), and what it does
//! with a `PayPal-Request-Id` that was used before
//! (<https://developer.paypal.com/api/rest/reference/idempotency/>).

use medusa_payment_rs::http::{Dialect, Problem, Reply, StatusCode, Verdict};
use serde::Deserialize;

/// The codes of a request whose id was used for another one. Some of PayPal's APIs document one of
/// these; the guide says of Payments v2 that it repeats what the first request made.
const ID_OF_ANOTHER_REQUEST: [&str; 2] =
    ["DUPLICATE_REQUEST_ID", "PAYPAL_REQUEST_ID_PREVIOUSLY_USED"];

/// PayPal's dialect.
pub(crate) struct PayPalDialect;

/// PayPal's error object, and that of its token endpoint (RFC 6749).
#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorBody {
    name: Option<String>,
    message: Option<String>,
    debug_id: Option<String>,
    details: Vec<ErrorDetail>,
    error: Option<String>,
    error_description: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorDetail {
    issue: Option<String>,
    description: Option<String>,
}

impl Dialect for PayPalDialect {
    fn provider(&self) -> &'static str {
        "PayPal"
    }

    fn key_header(&self) -> &'static str {
        "paypal-request-id"
    }

    /// What was made now is answered with 201, and what was there with 200, as Orders v2 documents it.
    fn is_replay(&self, reply: &Reply) -> bool {
        reply.status() == StatusCode::OK
    }

    fn problem(&self, reply: &Reply) -> Option<Problem> {
        let body: ErrorBody = serde_json::from_str(reply.body()).ok()?;
        let name = body.name.or(body.error)?;
        let detail = body.details.into_iter().next().unwrap_or_default();
        let code = detail.issue.unwrap_or(name);
        let message = match reply.status() {
            StatusCode::UNAUTHORIZED => Some(
                "PayPal does not accept the credentials. Check the plugin's options `clientId`, \
                 `clientSecret` and `sandbox`."
                    .to_owned(),
            ),
            _ => detail.description.or(body.message).or(body.error_description),
        };
        let verdict = match (reply.status(), code.as_str()) {
            (_, code) if ID_OF_ANOTHER_REQUEST.contains(&code) => Verdict::KeyOfAnotherRequest,
            (StatusCode::CONFLICT, _) => Verdict::KeyInUse,
            (_, "ORDER_COMPLETION_IN_PROGRESS") => Verdict::Unknown,
            _ => Verdict::ByStatus,
        };
        let debug_id = body.debug_id.or_else(|| reply.header("paypal-debug-id").map(str::to_owned));
        Some(Problem {
            reference: debug_id.map(|id| ("debug id", id)),
            ..Problem::new(code, message.unwrap_or_default()).meaning(verdict)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(status: u16, body: &str) -> Option<Problem> {
        let status = StatusCode::from_u16(status).unwrap();
        let reply = Reply::new(status, Default::default(), body.to_owned().into()).unwrap();
        PayPalDialect.problem(&reply)
    }

    fn with_issue(issue: &str) -> String {
        format!(
            r#"{{"name":"UNPROCESSABLE_ENTITY","message":"m","debug_id":"d1","details":[{{"issue":"{issue}","description":"Because."}}]}}"#
        )
    }

    #[test]
    fn an_error_has_paypals_most_exact_reason_and_its_debug_id() {
        let refused = problem(422, &with_issue("REFUND_AMOUNT_EXCEEDED")).unwrap();
        assert_eq!(refused.code, "REFUND_AMOUNT_EXCEEDED");
        assert_eq!(refused.message, "Because.");
        assert_eq!(refused.reference, Some(("debug id", "d1".to_owned())));
        assert_eq!(refused.verdict, Verdict::ByStatus);
        let named = problem(503, r#"{"name":"SERVICE_UNAVAILABLE","message":"m"}"#).unwrap();
        assert_eq!((named.code.as_str(), named.message.as_str()), ("SERVICE_UNAVAILABLE", "m"));
    }

    #[test]
    fn a_body_that_is_not_paypals_is_not_taken_for_an_error_of_paypals() {
        for body in ["", "<html>Bad gateway</html>", "{}", r#"{"message":"no"}"#, "[]"] {
            assert_eq!(problem(403, body), None, "{body}");
        }
    }

    #[test]
    fn refused_credentials_name_the_options_and_repeat_nothing() {
        let body = r#"{"error":"invalid_client","error_description":"Client abc123 failed"}"#;
        let refused = problem(401, body).unwrap();
        assert_eq!(refused.code, "invalid_client");
        assert!(refused.message.contains("`clientSecret`"), "{refused:?}");
        assert!(!refused.message.contains("abc123"), "{refused:?}");
    }

    #[test]
    fn a_request_id_that_is_in_use_or_was_used_for_another_request_is_told_apart() {
        for (status, issue, verdict) in [
            (409, "PREVIOUS_REQUEST_IN_PROGRESS", Verdict::KeyInUse),
            (422, "PAYPAL_REQUEST_ID_PREVIOUSLY_USED", Verdict::KeyOfAnotherRequest),
            (400, "DUPLICATE_REQUEST_ID", Verdict::KeyOfAnotherRequest),
            (422, "ORDER_COMPLETION_IN_PROGRESS", Verdict::Unknown),
        ] {
            assert_eq!(problem(status, &with_issue(issue)).unwrap().verdict, verdict, "{issue}");
        }
    }
}
