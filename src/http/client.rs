//! Connections to one API: one request, one reply, or the reason for its loss.

use std::error::Error;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Request, Response};
use hyper_util::client::legacy::{Client as Pool, ResponseFuture};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::clock::Clock;
use super::connector::Connector;
use super::dialect::Dialect;
use super::endpoint::Endpoint;
use super::environment::Variables;
use super::proxy::Proxy;
use super::reply::Reply;
use super::request::HttpRequest;
use super::tls;
use crate::secret::{Secret, redact};

/// How large a reply may be, in bytes, if the builder does not say otherwise.
const LARGEST_REPLY: usize = 4 << 20;

/// How long a connection that is not used is kept: less than most servers and proxies keep it.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

const USER_AGENT_VALUE: &str = concat!("medusa-payment-rs/", env!("CARGO_PKG_VERSION"));

/// The connections to one API. Made once for a configuration and shared by all calls.
///
/// Connections are encrypted with TLS 1.2 or 1.3 unless the endpoint is this machine. The environment says the rest, as
/// it is when the client is made:
///
/// - `NODE_EXTRA_CA_CERTS` names a file of certificates that are trusted beside Mozilla's list, as in Node.js, and
///   `SSL_CERT_FILE` one that is trusted in place of that list, as in OpenSSL and curl.
/// - `HTTPS_PROXY`, or else `ALL_PROXY`, names an HTTP proxy, and `NO_PROXY` the hosts that are reached without it, also in
///   lower case, which counts first. This machine is always reached without it.
pub struct Client {
    transport: Transport,
    endpoint: Endpoint,
    headers: HeaderMap,
    largest_reply: usize,
    secrets: Vec<Secret>,
    pub(super) dialect: Box<dyn Dialect>,
    pub(super) clock: Clock,
}

/// What brings a request to the API.
enum Transport {
    Pool(Pool<Connector, Full<Bytes>>),
    /// An API in the test's own memory, where time can stand still.
    #[cfg(test)]
    Memory(Box<dyn super::testing::Api>),
}

/// Why a reply is missing. The text is the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lost {
    /// No connection: the provider never saw the request.
    NotSent(String),
    /// The provider may have seen it.
    MaybeServed(String),
}

/// What a [`Client`] is made of.
pub struct ClientBuilder {
    endpoint: Endpoint,
    dialect: Box<dyn Dialect>,
    timeout: Duration,
    headers: HeaderMap,
    largest_reply: usize,
    secrets: Vec<Secret>,
}

impl ClientBuilder {
    /// Sets how long one attempt at a call may take, the same as
    /// [`Layers::attempt_timeout`](crate::layers::Layers::attempt_timeout). A connection is given up
    /// after half of it, so that an unreachable host is found out before the attempt is over: only
    /// then is it certain that nothing was sent. 5 s if not set.
    #[must_use]
    pub fn attempt_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Sends this header with every request. Mark a secret value as
    /// [sensitive](HeaderValue::set_sensitive).
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sends `Authorization: Bearer …` with every request, and removes the key from whatever the provider
    /// says. `option` is the option that the key is in.
    ///
    /// # Errors
    /// If the key is empty or has characters that no key has. The error names the option and never
    /// repeats the key.
    pub fn bearer(self, option: &str, key: &Secret) -> Result<Self, String> {
        let text = key.expose();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(format!(
                "option `{option}`: expected a secret key, got text that is empty or has characters \
                 that no key has"
            ));
        }
        let mut value = HeaderValue::try_from(format!("Bearer {text}"))
            .map_err(|_| format!("option `{option}`: it cannot be sent"))?;
        value.set_sensitive(true);
        Ok(self.header(AUTHORIZATION, value).redact(key))
    }

    /// Removes this secret from whatever the provider says, wherever it stands.
    #[must_use]
    pub fn redact(mut self, secret: &Secret) -> Self {
        self.secrets.push(secret.clone());
        self
    }

    /// Sets how large a reply may be, in bytes; 4 MiB if not set. A larger one counts as lost.
    #[must_use]
    pub fn largest_reply(self, bytes: usize) -> Self {
        Self { largest_reply: bytes, ..self }
    }

    /// Makes the client.
    ///
    /// # Errors
    /// If a file of certificates that the environment names cannot be read, or what it names as the proxy is not an address of one.
    pub fn build(self) -> Result<Client, String> {
        self.build_in(&|name| std::env::var_os(name))
    }

    pub(super) fn build_in(self, variables: Variables<'_>) -> Result<Client, String> {
        let tls = tls::config(variables)?;
        let proxy = Proxy::of(&self.endpoint, variables)?;
        let connector = Connector::new(tls, proxy.as_ref(), self.timeout / 2);
        let pool = Pool::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .build(connector);
        Ok(self.build_over(Transport::Pool(pool)))
    }

    /// Makes a client whose requests an API in the test's own memory answers.
    #[cfg(test)]
    pub(crate) fn build_for(self, api: impl super::testing::Api) -> Client {
        self.build_over(Transport::Memory(Box::new(api)))
    }

    fn build_over(self, transport: Transport) -> Client {
        Client {
            transport,
            endpoint: self.endpoint,
            headers: self.headers,
            largest_reply: self.largest_reply,
            secrets: self.secrets,
            dialect: self.dialect,
            clock: Clock::default(),
        }
    }
}

impl Client {
    /// Begins a client for the API at `endpoint`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use medusa_payment_rs::Secret;
    /// use medusa_payment_rs::http::{Client, Dialect, Endpoint};
    ///
    /// fn connect(endpoint: Endpoint, dialect: impl Dialect, key: &Secret) -> Result<Client, String> {
    ///     Client::builder(endpoint, dialect)
    ///         .attempt_timeout(Duration::from_secs(5))
    ///         .bearer("api_key", key)?
    ///         .build()
    /// }
    /// ```
    #[must_use]
    pub fn builder(endpoint: Endpoint, dialect: impl Dialect) -> ClientBuilder {
        let agent = (USER_AGENT, HeaderValue::from_static(USER_AGENT_VALUE));
        ClientBuilder {
            endpoint,
            dialect: Box::new(dialect),
            timeout: Duration::from_secs(5),
            headers: HeaderMap::from_iter([agent]),
            largest_reply: LARGEST_REPLY,
            secrets: Vec::new(),
        }
    }

    /// Sends a request and reads its reply to the end. Most callers want an
    /// [`Exchange`](super::Exchange), which also says what the reply means.
    ///
    /// # Errors
    /// Why the reply is missing; a reply of any status is a success here.
    pub async fn send(
        &self,
        request: &HttpRequest,
        idempotency_key: Option<&str>,
    ) -> Result<Reply, Lost> {
        let request = self
            .http_request(request, idempotency_key)
            .map_err(|error| Lost::NotSent(error.to_string()))?;
        let reply = match &self.transport {
            Transport::Pool(pool) => self.exchanged(pool.request(request)).await?,
            #[cfg(test)]
            Transport::Memory(api) => api.answer(request).await?,
        };
        if let Some(date) = reply.date() {
            self.clock.saw(date);
        }
        Ok(reply)
    }

    async fn exchanged(&self, response: ResponseFuture) -> Result<Reply, Lost> {
        let response = response.await.map_err(|error| {
            let reason = reasons(&error);
            if error.is_connect() { Lost::NotSent(reason) } else { Lost::MaybeServed(reason) }
        })?;
        self.read(response).await
    }

    /// Returns the provider's time as its latest reply said it, in seconds since 1970.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.clock.now()
    }

    /// Returns whether less than `age` has certainly passed since `since`, in seconds since 1970, by
    /// the provider's clock and by this server's. False until the provider's first reply.
    #[must_use]
    pub fn is_younger_than(&self, since: u64, age: Duration) -> bool {
        self.clock.is_younger_than(since, age)
    }

    /// Removes secrets from a text of the provider's.
    pub(super) fn redacted(&self, text: &str) -> String {
        redact(text, &self.secrets)
    }

    fn http_request(
        &self,
        request: &HttpRequest,
        idempotency_key: Option<&str>,
    ) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        let mut built = Request::builder()
            .method(&request.method)
            .uri(format!("{}{}", self.endpoint.as_str(), request.path))
            .body(Full::new(request.body.clone()))?;
        let headers = built.headers_mut();
        headers.clone_from(&self.headers);
        headers.extend(request.headers.clone());
        if let Some(key) = idempotency_key {
            let name = HeaderName::from_static(self.dialect.key_header());
            headers.insert(name, HeaderValue::from_str(key)?);
        }
        Ok(built)
    }

    async fn read(&self, response: Response<hyper::body::Incoming>) -> Result<Reply, Lost> {
        let (head, body) = response.into_parts();
        let body = Limited::new(body, self.largest_reply).collect().await.map_err(|error| {
            Lost::MaybeServed(format!("the reply broke off: {}", reasons(&*error)))
        })?;
        Reply::new(head.status, head.headers, body.to_bytes())
            .ok_or_else(|| Lost::MaybeServed("the reply is not text".to_owned()))
    }
}

/// An error with what it was caused by: hyper's own text leaves that out.
fn reasons(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let reason = error.to_string();
        if !text.contains(&reason) {
            text.push_str(": ");
            text.push_str(&reason);
        }
        cause = error.source();
    }
    text
}
