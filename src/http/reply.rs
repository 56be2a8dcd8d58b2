//! A reply, and the one place that decides what it says about the money.

use std::time::{SystemTime, UNIX_EPOCH};

use hyper::body::Bytes;
use hyper::header::DATE;
use hyper::{HeaderMap, StatusCode};

use super::dialect::{Problem, Verdict};
use crate::error::ErrorKind;

/// A reply, read to its end.
#[derive(Clone, Debug)]
pub struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Reply {
    /// Returns a reply, or `None` if the body is not UTF-8. Providers need it for their tests only.
    #[must_use]
    pub fn new(status: StatusCode, headers: HeaderMap, body: Bytes) -> Option<Self> {
        Some(Self { status, headers, body: String::from_utf8(body.into()).ok()? })
    }

    /// Returns the status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns a header, if it is there and is text. `name` is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the body.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    pub(super) fn into_body(self) -> String {
        self.body
    }

    /// Returns the time at which the provider made the reply, by its own clock, in seconds since 1970.
    #[must_use]
    pub fn date(&self) -> Option<u64> {
        let date = httpdate::parse_http_date(self.header(DATE.as_str())?).ok()?;
        seconds(date)
    }
}

/// This server's clock, in seconds since 1970.
pub(super) fn local_time() -> u64 {
    seconds(SystemTime::now()).unwrap_or_default()
}

fn seconds(time: SystemTime) -> Option<u64> {
    time.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs())
}

/// Returns what a reply without success means for the money. `problem` is the provider's own error,
/// `only_reads` whether the request changes nothing.
pub(super) fn kind_of(
    status: StatusCode,
    problem: Option<&Problem>,
    only_reads: bool,
) -> ErrorKind {
    let lost = if only_reads { ErrorKind::Unavailable } else { ErrorKind::OutcomeUnknown };
    let Some(problem) = problem else { return lost };
    match (problem.verdict, status.as_u16()) {
        (Verdict::Refused, _) => ErrorKind::Refused,
        (Verdict::Invalid, _) => ErrorKind::Invalid,
        (Verdict::NotServed, _) => ErrorKind::Unavailable,
        (Verdict::Unknown | Verdict::KeyInUse, _) => lost,
        (Verdict::KeyOfAnotherRequest, _) => ErrorKind::Invalid,
        (Verdict::ByStatus, 400 | 401 | 403) => ErrorKind::Invalid,
        (Verdict::ByStatus, 425 | 429) => ErrorKind::Unavailable,
        (Verdict::ByStatus, 408 | 409) => lost,
        (Verdict::ByStatus, 402..=499) => ErrorKind::Refused,
        (Verdict::ByStatus, _) => lost,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(status: u16, verdict: Verdict, only_reads: bool) -> ErrorKind {
        let problem = Problem::new("code", "message").meaning(verdict);
        kind_of(StatusCode::from_u16(status).unwrap(), Some(&problem), only_reads)
    }

    #[test]
    fn a_status_without_the_providers_body_leaves_the_outcome_open() {
        for status in [302, 400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(kind_of(status, None, false), ErrorKind::OutcomeUnknown, "{status}");
            assert_eq!(kind_of(status, None, true), ErrorKind::Unavailable, "{status}");
        }
    }

    #[test]
    fn the_four_kinds_are_told_apart_by_the_status() {
        for (status, change, read) in [
            (302, ErrorKind::OutcomeUnknown, ErrorKind::Unavailable),
            (400, ErrorKind::Invalid, ErrorKind::Invalid),
            (401, ErrorKind::Invalid, ErrorKind::Invalid),
            (402, ErrorKind::Refused, ErrorKind::Refused),
            (403, ErrorKind::Invalid, ErrorKind::Invalid),
            (404, ErrorKind::Refused, ErrorKind::Refused),
            (408, ErrorKind::OutcomeUnknown, ErrorKind::Unavailable),
            (409, ErrorKind::OutcomeUnknown, ErrorKind::Unavailable),
            (422, ErrorKind::Refused, ErrorKind::Refused),
            (425, ErrorKind::Unavailable, ErrorKind::Unavailable),
            (429, ErrorKind::Unavailable, ErrorKind::Unavailable),
            (500, ErrorKind::OutcomeUnknown, ErrorKind::Unavailable),
            (503, ErrorKind::OutcomeUnknown, ErrorKind::Unavailable),
        ] {
            assert_eq!(kind(status, Verdict::ByStatus, false), change, "{status}");
            assert_eq!(kind(status, Verdict::ByStatus, true), read, "{status}");
        }
    }

    #[test]
    fn a_provider_may_know_better_than_the_status() {
        for (verdict, change) in [
            (Verdict::Refused, ErrorKind::Refused),
            (Verdict::Invalid, ErrorKind::Invalid),
            (Verdict::NotServed, ErrorKind::Unavailable),
            (Verdict::KeyInUse, ErrorKind::OutcomeUnknown),
            (Verdict::KeyOfAnotherRequest, ErrorKind::Invalid),
            (Verdict::Unknown, ErrorKind::OutcomeUnknown),
        ] {
            for status in [400, 409, 422, 500] {
                assert_eq!(kind(status, verdict, false), change, "{verdict:?} {status}");
            }
        }
    }

    #[test]
    fn the_time_is_the_providers_own() {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, "Tue, 24 Nov 2026 00:00:00 GMT".parse().unwrap());
        let reply = Reply::new(StatusCode::OK, headers, Bytes::new()).unwrap();
        assert_eq!(reply.date(), Some(1_795_478_400));
    }
}
