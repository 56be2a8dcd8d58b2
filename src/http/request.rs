//! A request, as a value.

use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{HeaderMap, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

/// What stands in a path as it is (RFC 3986, unreserved characters, without the dot, so that an id
/// cannot become `..`).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-').remove(b'~');

/// Returns `id` escaped as one segment of a path, which it cannot leave.
///
/// ```
/// use medusa_payment_rs::http::path_segment;
///
/// assert_eq!(path_segment("pi_1"), "pi_1");
/// assert_eq!(path_segment("../refunds?a"), "%2E%2E%2Frefunds%3Fa");
/// ```
#[must_use]
pub fn path_segment(id: &str) -> String {
    utf8_percent_encode(id, SEGMENT).to_string()
}

/// A request, without what is the same for every request of a [`Client`](super::Client).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    reads: bool,
}

impl HttpRequest {
    /// Returns a request for `path`, which begins with a slash and may have a query. What comes from
    /// outside has to be escaped: [`path_segment`].
    #[must_use]
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        let reads = method == Method::GET || method == Method::HEAD;
        let (path, headers, body) = (path.into(), HeaderMap::new(), Bytes::new());
        Self { method, path, headers, body, reads }
    }

    /// Returns a `GET` of `path`.
    #[must_use]
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    /// Returns a `POST` to `path` without a body.
    #[must_use]
    pub fn post(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path)
    }

    /// Returns the request with a JSON body.
    #[must_use]
    pub fn json(self, body: &impl Serialize) -> Self {
        // Requests are values that serialize; one that did not would be refused by the provider.
        let body = serde_json::to_vec(body).unwrap_or_default();
        self.body(HeaderValue::from_static("application/json"), body)
    }

    /// Returns the request with an encoded form as its body.
    #[must_use]
    pub fn form(self, encoded: String) -> Self {
        self.body(HeaderValue::from_static("application/x-www-form-urlencoded"), encoded)
    }

    fn body(mut self, kind: HeaderValue, body: impl Into<Bytes>) -> Self {
        self.headers.insert(CONTENT_TYPE, kind);
        Self { body: body.into(), ..self }
    }

    /// Returns the request with this header. Mark a value that is a secret as
    /// [sensitive](HeaderValue::set_sensitive).
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Returns the request marked as one that moves nothing although it is not a `GET`: it asks for a
    /// token, or for a signature to be checked.
    #[must_use]
    pub fn that_only_reads(self) -> Self {
        Self { reads: true, ..self }
    }

    /// Returns whether the request only reads: nothing can have been moved by it.
    #[must_use]
    pub fn only_reads(&self) -> bool {
        self.reads
    }

    /// Returns the method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Returns the path, with its query.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the body, which may be empty.
    #[must_use]
    pub fn body_text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap_or_default()
    }
}
