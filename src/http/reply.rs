//! A reply, read to its end.

use std::time::{SystemTime, UNIX_EPOCH};

use hyper::body::Bytes;
use hyper::header::DATE;
use hyper::{HeaderMap, StatusCode};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_the_providers_own() {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, "Tue, 24 Nov 2026 00:00:00 GMT".parse().unwrap());
        let reply = Reply::new(StatusCode::OK, headers, Bytes::new()).unwrap();
        assert_eq!(reply.date(), Some(1_795_478_400));
    }
}
