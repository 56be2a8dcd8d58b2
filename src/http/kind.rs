//! The one place that decides what a reply says about the money.

use hyper::StatusCode;

use super::dialect::{Problem, Verdict};
use crate::error::ErrorKind;

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
}
