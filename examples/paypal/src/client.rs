//! HTTP to PayPal: one request, one reply or the reason why there is none.
//!
//! Time limits and repetitions are the layers'; what a reply means is `reply.rs`'s.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use hyper::{Method, Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};

use crate::config::Settings;
use crate::reply::Reply;
use crate::requests::ApiRequest;

/// No reply that is asked for is nearly as large.
const LARGEST_REPLY: usize = 4 << 20;

const USER_AGENT_VALUE: &str = concat!("medusa-payment-rs-paypal/", env!("CARGO_PKG_VERSION"));

/// A pool of connections to one API.
pub(crate) struct Client {
    http: HttpClient<HttpsConnector<HttpConnector>, Full<Bytes>>,
    base: String,
}

/// Why there is no reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// No connection: PayPal never saw the request.
    NotSent(String),
    /// PayPal may have seen it.
    MaybeServed(String),
}

impl Client {
    /// # Errors
    /// Where TLS cannot be set up.
    pub(crate) fn new(settings: &Settings) -> Result<Self, String> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // A host that does not answer is found out before the attempt is over: only then is it
        // certain that nothing was sent.
        tcp.set_connect_timeout(Some(settings.attempt_timeout / 2));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls_config()?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let http = HttpClient::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(30))
            .build(connector);
        Ok(Self { http, base: settings.api_base.clone() })
    }

    /// Sends a request to the API and reads its reply to the end. `request_id` is PayPal's
    /// idempotency key.
    pub(crate) async fn send(
        &self,
        request: &ApiRequest,
        token: &HeaderValue,
        request_id: Option<&str>,
    ) -> Result<Reply, Lost> {
        let mut builder = self.request(request.method.clone(), &request.path, token);
        if request.method == Method::POST {
            // The whole object rather than its id: what was done is to be seen.
            builder = builder.header("prefer", "return=representation");
        }
        if let Some(id) = request_id {
            builder = builder.header("paypal-request-id", id);
        }
        if request.body.is_some() {
            builder = builder.header(CONTENT_TYPE, "application/json");
        }
        let body = request.body.clone().unwrap_or_default();
        self.exchange(builder.body(Full::new(body.into()))).await
    }

    /// Asks for an access token.
    pub(crate) async fn request_token(&self, credentials: &HeaderValue) -> Result<Reply, Lost> {
        let request = self
            .request(Method::POST, "/v1/oauth2/token", credentials)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from_static(b"grant_type=client_credentials")));
        self.exchange(request).await
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        authorization: &HeaderValue,
    ) -> hyper::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(AUTHORIZATION, authorization.clone())
            .header(USER_AGENT, USER_AGENT_VALUE)
    }

    async fn exchange(
        &self,
        request: Result<Request<Full<Bytes>>, hyper::http::Error>,
    ) -> Result<Reply, Lost> {
        let request = request.map_err(|error| Lost::NotSent(error.to_string()))?;
        let response = self.http.request(request).await.map_err(|error| {
            let reason = reasons(&error);
            if error.is_connect() { Lost::NotSent(reason) } else { Lost::MaybeServed(reason) }
        })?;
        read(response).await
    }
}

async fn read(response: Response<hyper::body::Incoming>) -> Result<Reply, Lost> {
    let (head, body) = response.into_parts();
    let body = Limited::new(body, LARGEST_REPLY)
        .collect()
        .await
        .map_err(|error| Lost::MaybeServed(format!("the reply broke off: {}", reasons(&*error))))?;
    Reply::new(head.status, &head.headers, body.to_bytes())
        .ok_or_else(|| Lost::MaybeServed("the reply is not text".to_owned()))
}

/// Mozilla's list of authorities, and the crypto provider by its name: a process may hold several,
/// and none of them is its default.
fn tls_config() -> Result<ClientConfig, String> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let crypto = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(crypto)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth())
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
