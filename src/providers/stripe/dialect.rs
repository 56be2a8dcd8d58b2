//! How Stripe reports an error (<https://docs.stripe.com/error-handling>,
//! <https://docs.stripe.com/error-low-level>).

use serde::Deserialize;

use crate::http::{Dialect, Problem, Reply, Verdict};

/// The code of a request whose key another one has that is still being served.
const KEY_IN_USE: &str = "idempotency_key_in_use";
/// The type of an error about an idempotency key.
const IDEMPOTENCY_ERROR: &str = "idempotency_error";

/// Stripe's dialect.
pub(super) struct StripeDialect;

/// Stripe's error object (<https://docs.stripe.com/api/errors>).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ErrorFields {
    #[serde(rename = "type")]
    kind: Option<String>,
    code: Option<String>,
    decline_code: Option<String>,
    message: Option<String>,
}

#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorFields,
}

impl ErrorFields {
    fn verdict(&self, status: u16, should_retry: Option<bool>) -> Verdict {
        if status == 409 && self.code.as_deref() == Some(KEY_IN_USE) {
            return Verdict::KeyInUse;
        }
        if self.kind.as_deref() == Some(IDEMPOTENCY_ERROR) {
            return Verdict::KeyOfAnotherRequest;
        }
        match status {
            // A lock that Stripe did not get.
            409 => Verdict::NotServed,
            400..=499 if should_retry == Some(true) => Verdict::NotServed,
            400 if !self.is_malformed() => Verdict::Refused,
            _ => Verdict::ByStatus,
        }
    }

    /// Whether the request was wrong as such, rather than at odds with the state of things.
    fn is_malformed(&self) -> bool {
        self.code.as_deref().is_none_or(|code| code.starts_with("parameter_"))
    }

    /// Stripe's own messages about the key repeat parts of it.
    fn message(&mut self, status: u16) -> String {
        match status {
            401 => "Stripe does not accept the api_key. Check the plugin's option `api_key` (or `apiKey`).".to_owned(),
            403 => "Stripe does not allow this with the api_key. Check the permissions of the key in the \
                    plugin's option `api_key` (or `apiKey`), and which account it belongs to."
                .to_owned(),
            _ => self.message.take().unwrap_or_default(),
        }
    }
}

impl Dialect for StripeDialect {
    fn provider(&self) -> &'static str {
        "Stripe"
    }

    fn problem(&self, reply: &Reply) -> Option<Problem> {
        let ErrorBody { mut error } = serde_json::from_str(reply.body()).ok()?;
        let status = reply.status().as_u16();
        let should_retry = match reply.header("stripe-should-retry") {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        };
        let verdict = error.verdict(status, should_retry);
        let message = error.message(status);
        let code = error.decline_code.or(error.code).or(error.kind).unwrap_or_default();
        let request_id = reply.header("request-id").map(str::to_owned);
        Some(Problem {
            reference: request_id.map(|id| ("request id", id)),
            never_retry: should_retry == Some(false),
            ..Problem::new(code, message).meaning(verdict)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;
    use std::time::Duration;

    use super::*;
    use crate::amount::Amount;
    use crate::call::CallContext;
    use crate::error::{ErrorKind, PaymentProcessorError, Retryability};
    use crate::fuzz;
    use crate::http::{Client, Endpoint, Exchange, HeaderValue, StatusCode, header};
    use crate::json::JsonObject;
    use crate::providers::Manual;
    use crate::request::Request;
    use crate::testing;

    fn reply(status: u16, headers: &[(&'static str, &str)], body: &str) -> Reply {
        let headers = headers
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        let status = StatusCode::from_u16(status).unwrap();
        Reply::new(status, headers, body.as_bytes().to_vec().into()).unwrap()
    }

    fn call() -> CallContext {
        let data = JsonObject::parse(r#"{"id":"pi_1"}"#).unwrap();
        let request = Request::RefundPayment { data, amount: Amount::new(1).unwrap() };
        testing::call_of(&Manual, &request)
    }

    fn failure(reply: &Reply, only_reads: bool) -> PaymentProcessorError {
        // Made once: it reads all trusted certificates.
        static CLIENT: LazyLock<Client> = LazyLock::new(|| {
            let endpoint = Endpoint::parse("api_base", "https://api.stripe.com").unwrap();
            Client::builder(endpoint, StripeDialect).build().unwrap()
        });
        Exchange::new(&CLIENT, &call()).failure(reply, only_reads)
    }

    fn error(status: u16, headers: &[(&'static str, &str)], body: &str) -> PaymentProcessorError {
        failure(&reply(status, headers, body), false)
    }

    const DECLINED: &str = r#"{"error":{"type":"card_error","code":"card_declined","decline_code":"insufficient_funds","message":"Your card has insufficient funds."}}"#;

    #[test]
    fn a_refusal_has_stripes_reason_and_request_id() {
        let error = error(402, &[("request-id", "req_1")], DECLINED);
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert_eq!(error.error(), "refund_payment of pi_1 was refused by Stripe");
        assert_eq!(error.code(), "insufficient_funds");
        assert_eq!(
            error.detail(),
            "Your card has insufficient funds. (Stripe's request id: req_1)"
        );
    }

    #[test]
    fn the_code_is_the_most_exact_reason_that_there_is() {
        let coded = r#"{"error":{"type":"invalid_request_error","code":"charge_already_refunded","message":"m"}}"#;
        assert_eq!(error(400, &[], coded).code(), "charge_already_refunded");
        let typed = r#"{"error":{"type":"invalid_request_error","message":"m"}}"#;
        assert_eq!(error(400, &[], typed).code(), "invalid_request_error");
        assert_eq!(error(400, &[], typed).kind(), ErrorKind::Invalid);
    }

    #[test]
    fn an_error_without_stripes_body_leaves_the_outcome_open() {
        for status in [400, 403, 404, 408, 413, 500, 502, 503, 302] {
            for body in ["", "<html>Bad gateway</html>", "{}", r#"{"message":"no"}"#, "[]"] {
                let error = error(status, &[], body);
                assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{status} {body}");
                assert!(error.detail().contains(&status.to_string()), "{error}");
                let read = failure(&reply(status, &[], body), true);
                assert_eq!(read.kind(), ErrorKind::Unavailable, "{status} {body}");
            }
        }
    }

    #[test]
    fn what_passes_is_told_from_what_stays() {
        let body = r#"{"error":{"type":"api_error","message":"m"}}"#;
        assert_eq!(error(429, &[], body).kind(), ErrorKind::Unavailable);
        assert_eq!(error(409, &[], body).kind(), ErrorKind::Unavailable);
        assert_eq!(error(500, &[], body).kind(), ErrorKind::OutcomeUnknown);
        let in_use = r#"{"error":{"type":"idempotency_error","code":"idempotency_key_in_use","message":"m"}}"#;
        assert_eq!(error(409, &[], in_use).kind(), ErrorKind::OutcomeUnknown);
        let retried = error(400, &[("stripe-should-retry", "true")], body);
        assert_eq!(retried.kind(), ErrorKind::Unavailable);
    }

    #[test]
    fn stripes_word_on_retries_counts() {
        let body = r#"{"error":{"type":"api_error","message":"m"}}"#;
        let final_one = error(500, &[("stripe-should-retry", "false")], body);
        assert_eq!(final_one.retryability(), Retryability::Never);
        let busy = error(429, &[("retry-after", "3")], body);
        assert_eq!(busy.retryability(), Retryability::After(Duration::from_secs(3)));
    }

    #[test]
    fn no_part_of_a_key_is_repeated_whatever_the_status() {
        let body = r#"{"error":{"type":"invalid_request_error","message":"The provided key 'rk_test_*****qs8Kgd' does not have the required permissions for this endpoint on account 'acct_1'."}}"#;
        let forbidden = error(403, &[], body);
        assert_eq!(forbidden.kind(), ErrorKind::Invalid);
        assert!(forbidden.detail().contains("`api_key`"), "{forbidden}");
        for status in [400, 402, 403, 404, 429, 500] {
            let error = error(status, &[], body).to_string();
            assert!(!error.contains("qs8Kgd") && !error.contains("rk_test"), "{status}: {error}");
        }
    }

    #[test]
    fn no_part_of_the_key_is_repeated() {
        let body = r#"{"error":{"type":"invalid_request_error","message":"Invalid API Key provided: sk_test_*********1234"}}"#;
        let error = error(401, &[], body);
        assert!(!error.to_string().contains("1234"), "{error}");
        assert!(error.detail().contains("`api_key`"), "{error}");
    }

    #[test]
    fn a_replay_is_told_by_its_header() {
        assert!(StripeDialect.is_replay(&reply(200, &[("idempotent-replayed", "true")], "{}")));
        assert!(!StripeDialect.is_replay(&reply(200, &[], "{}")));
    }

    proptest::proptest! {
        #[test]
        fn fuzz_no_reply_crashes_shows_a_key_or_turns_a_foreign_error_into_a_refusal(
            status in 100_u16..600,
            body in fuzz::json_text(fuzz::with_members(
                serde_json::json!({"error": {"type": "card_error", "code": "c", "message": "key sk_live_9Zq"}}),
                &["error", "type", "code", "message"],
            )),
            only_reads: bool,
            after in fuzz::text(),
        ) {
            let Ok(after) = HeaderValue::from_str(&after) else { return Ok(()) };
            let headers = [(header::RETRY_AFTER, after)].into_iter().collect();
            let status = StatusCode::from_u16(status).unwrap();
            let reply = Reply::new(status, headers, body.clone().into()).unwrap();
            let is_stripes = StripeDialect.problem(&reply).is_some();
            let error = failure(&reply, only_reads);
            let has_a_key = body.contains("sk_live_9Zq");
            proptest::prop_assert!(!has_a_key || !error.to_string().contains("9Zq"), "{error}");
            let certain = matches!(error.kind(), ErrorKind::Refused | ErrorKind::Invalid);
            proptest::prop_assert!(is_stripes || !certain, "{status} {body}: {error}");
            proptest::prop_assert!(only_reads || is_stripes || error.kind() == ErrorKind::OutcomeUnknown);
        }
    }
}
