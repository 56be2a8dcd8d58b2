//! What a reply of Stripe's means (<https://docs.stripe.com/error-handling>,
//! <https://docs.stripe.com/error-low-level>).

use std::time::{Duration, UNIX_EPOCH};

use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{DATE, HeaderMap, RETRY_AFTER};
use hyper::http::HeaderName;
use serde::Deserialize;

use super::clock;
use super::intent::Identified;
use crate::call::CallContext;
use crate::error::{ErrorKind, PaymentProcessorError, Result};
use crate::request::Operation;

/// The code of a request whose key another one has that is still being served.
const KEY_IN_USE: &str = "idempotency_key_in_use";

/// A reply, read to its end.
#[derive(Debug)]
pub(super) struct Reply {
    status: StatusCode,
    /// Whether it is what an earlier request with the same key was answered: nothing was done now.
    pub replayed: bool,
    should_retry: Option<bool>,
    retry_after: Option<Duration>,
    request_id: Option<String>,
    /// Stripe's clock, in seconds since 1970, where the reply says it.
    pub date: Option<u64>,
    pub body: String,
}

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

impl ErrorFields {
    /// Whether the request was wrong as such, rather than at odds with the state of things.
    fn is_malformed(&self) -> bool {
        self.code.as_deref().is_none_or(|code| code.starts_with("parameter_"))
    }
}

#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorFields,
}

impl Reply {
    /// `None` where the body is not UTF-8.
    pub(super) fn new(status: StatusCode, headers: &HeaderMap, body: Bytes) -> Option<Self> {
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let named = |name: &'static str| text(&HeaderName::from_static(name));
        let flag = |name| match named(name) {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        };
        Some(Self {
            status,
            replayed: flag("idempotent-replayed").unwrap_or(false),
            should_retry: flag("stripe-should-retry"),
            retry_after: text(&RETRY_AFTER)
                .and_then(|seconds| seconds.trim().parse().ok())
                .map(Duration::from_secs),
            request_id: named("request-id").map(str::to_owned),
            date: text(&DATE).and_then(seconds),
            body: String::from_utf8(body.into()).ok()?,
        })
    }

    /// When it was made, in seconds since 1970: by Stripe's clock, or else this server's.
    pub(super) fn now(&self) -> u64 {
        self.date.unwrap_or_else(clock::local)
    }

    pub(super) fn is_success(&self) -> bool {
        self.status.is_success()
    }

    fn error_fields(&self) -> Option<ErrorFields> {
        serde_json::from_str(&self.body).map(|ErrorBody { error }| error).ok()
    }

    /// Whether an earlier request with the same key is still being served.
    pub(super) fn key_is_in_use(&self) -> bool {
        self.status.as_u16() == 409
            && self.error_fields().is_some_and(|error| error.code.as_deref() == Some(KEY_IN_USE))
    }

    /// Whether it is certain after this reply to a change what became of it. Where it is another request's,
    /// nothing did.
    pub(super) fn says_what_was_done(&self) -> bool {
        if self.replayed {
            return true;
        }
        if self.is_success() {
            return serde_json::from_str::<Identified>(&self.body).is_ok();
        }
        self.key_is_in_use()
            || self.kind(self.error_fields().as_ref(), false) != ErrorKind::OutcomeUnknown
    }

    /// The body of a success.
    ///
    /// # Errors
    /// What the status and the body of anything else mean for `call`; `reads` says whether the
    /// request was one that changes nothing.
    pub(super) fn into_body(self, call: &CallContext, reads: bool) -> Result<String> {
        if self.is_success() { Ok(self.body) } else { Err(self.error(call, reads)) }
    }

    fn error(&self, call: &CallContext, reads: bool) -> PaymentProcessorError {
        // A reply without Stripe's error object came from something on the way: what Stripe did is
        // not known.
        let fields = self.error_fields();
        let kind = self.kind(fields.as_ref(), reads);
        let fields = fields.unwrap_or_default();
        let reason = fields.decline_code.or(fields.code).or(fields.kind).unwrap_or_default();
        let error = PaymentProcessorError::new(
            kind,
            failed(call, kind),
            reason,
            self.detail(fields.message.as_deref(), kind, call.operation()),
        );
        match (self.should_retry, self.retry_after) {
            (Some(false), _) => error.never_retry(),
            (_, Some(delay)) => error.retry_after(delay),
            _ => error,
        }
    }

    fn kind(&self, error: Option<&ErrorFields>, reads: bool) -> ErrorKind {
        let lost = if reads { ErrorKind::Unavailable } else { ErrorKind::OutcomeUnknown };
        let Some(error) = error else { return lost };
        match self.status.as_u16() {
            // The request with this key is still being served.
            409 if error.code.as_deref() == Some(KEY_IN_USE) => lost,
            409 | 429 => ErrorKind::Unavailable,
            402 => ErrorKind::Refused,
            400..=499 if self.should_retry == Some(true) => ErrorKind::Unavailable,
            // Not even looked at: it says nothing about an attempt before it.
            401 | 403 => ErrorKind::Invalid,
            400 if error.is_malformed() => ErrorKind::Invalid,
            400..=499 => ErrorKind::Refused,
            _ => lost,
        }
    }

    fn detail(&self, message: Option<&str>, kind: ErrorKind, operation: Operation) -> String {
        let mut detail = match (self.status.as_u16(), message) {
            // Stripe's own messages repeat parts of the key.
            (401, _) => "Stripe does not accept the api_key. Check the plugin's option `api_key`.".to_owned(),
            (403, Some(_)) => "Stripe does not allow this with the api_key. Check the permissions of the key in the \
                         plugin's option `api_key`, and whose account it is of."
                .to_owned(),
            (_, Some(message)) if !message.trim().is_empty() => without_keys(message),
            (status, _) => format!("Stripe's answer was HTTP {status} without a reason."),
        };
        if let Some(id) = &self.request_id {
            detail.push_str(&format!(" (Stripe's request id: {id})"));
        }
        match kind {
            ErrorKind::OutcomeUnknown => {
                detail.push_str(" It is not known whether it took effect. ");
                detail.push_str(repeat(operation));
            }
            ErrorKind::Unavailable => detail.push_str(" Nothing was moved. Try again."),
            ErrorKind::Refused | ErrorKind::Invalid => {}
        }
        detail
    }
}

/// A message without the words that are a key, or what Stripe leaves of one (`sk_test_****1234`).
fn without_keys(message: &str) -> String {
    let is_key = |word: &str| {
        let word = word.trim_start_matches(|char: char| !char.is_ascii_alphanumeric());
        ["sk_", "rk_", "whsec_"].iter().any(|prefix| word.starts_with(prefix))
    };
    let words = message.split(' ').map(|word| if is_key(word) { "(a key)" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// Which operation failed, and how, in a sentence for a person.
pub(super) fn failed(call: &CallContext, kind: ErrorKind) -> String {
    let operation = call.operation().name();
    let of = if call.payment().is_empty() { "" } else { " of " };
    let how = match kind {
        ErrorKind::Refused => "was refused by Stripe",
        ErrorKind::Invalid => "was not valid for Stripe",
        ErrorKind::Unavailable => "could not be served by Stripe",
        ErrorKind::OutcomeUnknown => "was not answered by Stripe",
    };
    format!("{operation}{of}{} {how}", call.payment())
}

/// What to do after an unknown outcome.
pub(super) fn repeat(operation: Operation) -> &'static str {
    match operation {
        Operation::InitiatePayment => {
            "Repeat the same action: an intent that was made is left unpaid, since nobody knows its \
             client secret."
        }
        _ => "Repeat the same action: it finds out first.",
    }
}

fn seconds(date: &str) -> Option<u64> {
    let date = httpdate::parse_http_date(date).ok()?;
    date.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::Amount;
    use crate::error::Retryability;
    use crate::json::JsonObject;
    use crate::providers::Manual;
    use crate::request::Request;
    use crate::testing;

    fn reply(status: u16, headers: &[(&'static str, &str)], body: &str) -> Reply {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        let status = StatusCode::from_u16(status).unwrap();
        Reply::new(status, &headers, Bytes::copy_from_slice(body.as_bytes())).unwrap()
    }

    fn call() -> CallContext {
        let data = JsonObject::parse(r#"{"id":"pi_1"}"#).unwrap();
        let request = Request::RefundPayment { data, amount: Amount::new(1).unwrap() };
        testing::call_of(&Manual, &request)
    }

    fn error(status: u16, headers: &[(&'static str, &str)], body: &str) -> PaymentProcessorError {
        reply(status, headers, body).into_body(&call(), false).unwrap_err()
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
                let read = reply(status, &[], body).into_body(&call(), true).unwrap_err();
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
    fn stripes_word_on_repetition_counts() {
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
        assert_eq!(without_keys("a task_1 (sk_live_***9) b"), "a task_1 (a key) b");
    }

    #[test]
    fn no_part_of_the_key_is_repeated() {
        let body = r#"{"error":{"type":"invalid_request_error","message":"Invalid API Key provided: sk_test_*********1234"}}"#;
        let error = error(401, &[], body);
        assert!(!error.to_string().contains("1234"), "{error}");
        assert!(error.detail().contains("`api_key`"), "{error}");
    }

    #[test]
    fn the_time_is_stripes_own() {
        let dated = reply(200, &[("date", "Tue, 24 Nov 2026 00:00:00 GMT")], "{}");
        assert_eq!(dated.now(), 1_795_478_400);
        assert!(reply(200, &[("idempotent-replayed", "true")], "{}").replayed);
    }
}
