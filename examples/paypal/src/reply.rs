//! What a reply of PayPal's means (<https://developer.paypal.com/api/rest/responses/>).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use medusa_payment_rs::{ErrorKind, PaymentProcessorError, Result};
use serde::Deserialize;

use crate::client::Lost;

/// A reply, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub status: StatusCode,
    /// PayPal's clock, in seconds since 1970.
    pub now: u64,
    pub body: String,
    retry_after: Option<Duration>,
    debug_id: Option<String>,
}

/// What a request was for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Purpose<'a> {
    /// The operation's name.
    pub operation: &'a str,
    /// The payment, where it has a name.
    pub payment: &'a str,
    /// Whether the request changes nothing.
    pub reads: bool,
}

/// PayPal's error object, and that of its token endpoint (RFC 6749).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ErrorBody {
    name: Option<String>,
    message: Option<String>,
    debug_id: Option<String>,
    details: Vec<ErrorDetail>,
    error: Option<String>,
    error_description: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ErrorDetail {
    issue: Option<String>,
    description: Option<String>,
}

impl ErrorBody {
    fn is_paypals(&self) -> bool {
        self.name.is_some() || self.error.is_some()
    }

    /// The most exact reason that there is.
    fn code(&self) -> Option<&str> {
        let issue = self.details.first().and_then(|detail| detail.issue.as_deref());
        issue.or(self.name.as_deref()).or(self.error.as_deref())
    }

    fn text(&self) -> Option<&str> {
        let described = self.details.first().and_then(|detail| detail.description.as_deref());
        described.or(self.message.as_deref()).or(self.error_description.as_deref())
    }
}

impl Reply {
    /// `None` where the body is not UTF-8.
    pub(crate) fn new(status: StatusCode, headers: &HeaderMap, body: Bytes) -> Option<Self> {
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        Some(Self {
            status,
            now: seconds(text(&DATE).and_then(|date| httpdate::parse_http_date(date).ok())),
            body: String::from_utf8(body.into()).ok()?,
            retry_after: text(&RETRY_AFTER)
                .and_then(|seconds| seconds.trim().parse().ok())
                .map(Duration::from_secs),
            debug_id: text(&HeaderName::from_static("paypal-debug-id")).map(str::to_owned),
        })
    }

    /// Whether it is what an earlier request with the same id was answered: PayPal's reference has
    /// 201 for what was made now, and 200 for what was there.
    pub(crate) fn is_replay(&self) -> bool {
        self.status == StatusCode::OK
    }

    /// The body of a success.
    ///
    /// # Errors
    /// What the status and the body of anything else mean.
    pub(crate) fn into_body(self, purpose: Purpose<'_>) -> Result<String> {
        if self.status.is_success() { Ok(self.body) } else { Err(self.error(purpose)) }
    }

    fn error(&self, purpose: Purpose<'_>) -> PaymentProcessorError {
        // A reply without PayPal's error object came from something on the way: what PayPal did is
        // not known.
        let body = serde_json::from_str(&self.body).ok().filter(ErrorBody::is_paypals);
        let kind = self.kind(body.as_ref(), purpose.reads);
        let body = body.unwrap_or_default();
        let error = PaymentProcessorError::new(
            kind,
            failed(purpose, kind),
            body.code().unwrap_or_default(),
            self.detail(&body, kind),
        );
        match self.retry_after {
            Some(delay) => error.retry_after(delay),
            None => error,
        }
    }

    fn kind(&self, body: Option<&ErrorBody>, reads: bool) -> ErrorKind {
        let lost = if reads { ErrorKind::Unavailable } else { ErrorKind::OutcomeUnknown };
        if body.is_none() {
            return lost;
        }
        match self.status.as_u16() {
            // 409 is PREVIOUS_REQUEST_IN_PROGRESS: a request with this id is still being served.
            408 | 409 => lost,
            429 => ErrorKind::Unavailable,
            400 => ErrorKind::Invalid,
            401..=499 => ErrorKind::Refused,
            _ => lost,
        }
    }

    fn detail(&self, body: &ErrorBody, kind: ErrorKind) -> String {
        let mut detail = match (self.status.as_u16(), body.text()) {
            (401, _) => {
                "PayPal does not accept the credentials. Check the plugin's options `clientId`, \
                         `clientSecret` and `sandbox`."
                    .to_owned()
            }
            (_, Some(text)) if !text.trim().is_empty() => text.to_owned(),
            (status, _) => format!("PayPal's answer was HTTP {status} without a reason."),
        };
        if let Some(id) = body.debug_id.as_ref().or(self.debug_id.as_ref()) {
            detail.push_str(&format!(" (PayPal's debug id: {id})"));
        }
        detail.push_str(advice(kind));
        detail
    }
}

/// The error of a request without a reply.
pub(crate) fn lost(lost: Lost, purpose: Purpose<'_>) -> PaymentProcessorError {
    let (kind, what) = match lost {
        Lost::NotSent(reason) => {
            (ErrorKind::Unavailable, format!("PayPal cannot be reached: {reason}."))
        }
        Lost::MaybeServed(reason) => (
            if purpose.reads { ErrorKind::Unavailable } else { ErrorKind::OutcomeUnknown },
            format!("PayPal's reply was lost: {reason}."),
        ),
    };
    PaymentProcessorError::new(kind, failed(purpose, kind), "", format!("{what}{}", advice(kind)))
}

/// Which operation failed, and how, in a sentence for a person.
pub(crate) fn failed(purpose: Purpose<'_>, kind: ErrorKind) -> String {
    let of = if purpose.payment.is_empty() { "" } else { " of " };
    let how = match kind {
        ErrorKind::Refused => "was refused by PayPal",
        ErrorKind::Invalid => "was not valid for PayPal",
        ErrorKind::Unavailable => "could not be served by PayPal",
        ErrorKind::OutcomeUnknown => "was not answered by PayPal",
    };
    format!("{}{of}{} {how}", purpose.operation, purpose.payment)
}

fn advice(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::OutcomeUnknown => {
            " It is not known whether it took effect. Repeat the same action: it finds out first."
        }
        ErrorKind::Unavailable => " Nothing was moved. Try again.",
        ErrorKind::Refused | ErrorKind::Invalid => "",
    }
}

fn seconds(date: Option<SystemTime>) -> u64 {
    let date = date.unwrap_or_else(SystemTime::now);
    date.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PURPOSE: Purpose<'_> =
        Purpose { operation: "refund_payment", payment: "O1", reads: false };

    fn error(status: u16, body: &str) -> PaymentProcessorError {
        error_of(status, body, PURPOSE)
    }

    fn error_of(status: u16, body: &str, purpose: Purpose<'_>) -> PaymentProcessorError {
        let status = StatusCode::from_u16(status).unwrap();
        let body = Bytes::copy_from_slice(body.as_bytes());
        Reply::new(status, &HeaderMap::new(), body).unwrap().into_body(purpose).unwrap_err()
    }

    const REFUSED: &str = r#"{"name":"UNPROCESSABLE_ENTITY","message":"The requested action could not be performed.","debug_id":"d1","details":[{"issue":"REFUND_AMOUNT_EXCEEDED","description":"The refund amount must be less than or equal to the capture amount."}]}"#;

    #[test]
    fn a_refusal_has_paypals_reason_and_debug_id() {
        let error = error(422, REFUSED);
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert_eq!(error.error(), "refund_payment of O1 was refused by PayPal");
        assert_eq!(error.code(), "REFUND_AMOUNT_EXCEEDED");
        assert_eq!(
            error.detail(),
            "The refund amount must be less than or equal to the capture amount. (PayPal's debug id: d1)"
        );
    }

    #[test]
    fn the_four_kinds_are_told_apart() {
        let named = r#"{"name":"SOMETHING","message":"m"}"#;
        for (status, kind) in [
            (400, ErrorKind::Invalid),
            (401, ErrorKind::Refused),
            (403, ErrorKind::Refused),
            (404, ErrorKind::Refused),
            (409, ErrorKind::OutcomeUnknown),
            (422, ErrorKind::Refused),
            (429, ErrorKind::Unavailable),
            (500, ErrorKind::OutcomeUnknown),
            (503, ErrorKind::OutcomeUnknown),
        ] {
            assert_eq!(error(status, named).kind(), kind, "{status}");
        }
        let read = error_of(503, named, Purpose { reads: true, ..PURPOSE });
        assert_eq!(read.kind(), ErrorKind::Unavailable);
    }

    #[test]
    fn an_error_without_paypals_body_leaves_the_outcome_open() {
        for status in [400, 403, 404, 408, 413, 500, 502, 503, 302] {
            for body in ["", "<html>Bad gateway</html>", "{}", r#"{"message":"no"}"#, "[]"] {
                let error = error(status, body);
                assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{status} {body}");
                assert!(error.detail().contains(&status.to_string()), "{error}");
            }
        }
    }

    #[test]
    fn refused_credentials_name_the_options_and_repeat_nothing() {
        let body = r#"{"error":"invalid_client","error_description":"Client abc123 failed"}"#;
        let error = error(401, body);
        assert_eq!(error.code(), "invalid_client");
        assert!(error.detail().contains("`clientSecret`") && !error.detail().contains("abc123"));
    }

    #[test]
    fn a_request_that_was_never_sent_moved_nothing() {
        let error = lost(Lost::NotSent("refused".to_owned()), PURPOSE);
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        let error = lost(Lost::MaybeServed("reset".to_owned()), PURPOSE);
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    }

    #[test]
    fn the_time_is_paypals_own() {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, "Tue, 24 Nov 2026 00:00:00 GMT".parse().unwrap());
        let reply = Reply::new(StatusCode::OK, &headers, Bytes::new()).unwrap();
        assert_eq!(reply.now, 1_795_478_400);
    }
}
