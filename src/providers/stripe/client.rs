//! HTTP to Stripe: one request, one reply or the reason why there is none.
//!
//! Time limits and repetitions are the layers'; what a reply means is `reply.rs`'s.

use std::error::Error;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use hyper::{Method, Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;

use super::clock::Clock;
use super::config::{ApiBase, Settings};
use super::reply::Reply;
use super::requests::ApiRequest;

/// The version whose objects this processor reads; the account's own default does not matter.
const API_VERSION: &str = "2022-11-15";

/// No reply that is asked for is nearly as large.
const LARGEST_REPLY: usize = 4 << 20;

const USER_AGENT_VALUE: &str = concat!("medusa-payment-rs/", env!("CARGO_PKG_VERSION"));

/// A pool of connections to one API with one key.
pub(super) struct Client {
    http: HttpClient<HttpsConnector<HttpConnector>, Full<Bytes>>,
    base: ApiBase,
    authorization: HeaderValue,
    pub(super) clock: Clock,
}

/// Why there is no reply.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// No connection: Stripe never saw the request.
    NotSent(String),
    /// Stripe may have seen it.
    MaybeServed(String),
}

impl Client {
    pub(super) fn new(settings: &Settings, tls: ClientConfig) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // A host that does not answer is found out before the attempt is over: only then is it
        // certain that nothing was sent.
        tcp.set_connect_timeout(Some(settings.attempt_timeout / 2));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let http = HttpClient::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(30))
            .build(connector);
        Self {
            http,
            base: settings.api_base.clone(),
            authorization: settings.authorization.clone(),
            clock: Clock::default(),
        }
    }

    /// Sends a request and reads its reply to the end.
    pub(super) async fn send(
        &self,
        request: &ApiRequest,
        idempotency_key: Option<&str>,
    ) -> Result<Reply, Lost> {
        let request = self
            .http_request(request, idempotency_key)
            .map_err(|error| Lost::NotSent(error.to_string()))?;
        let response = self.http.request(request).await.map_err(|error| {
            let reason = reasons(&error);
            if error.is_connect() { Lost::NotSent(reason) } else { Lost::MaybeServed(reason) }
        })?;
        let reply = read(response).await?;
        if let Some(date) = reply.date {
            self.clock.saw(date);
        }
        Ok(reply)
    }

    fn http_request(
        &self,
        request: &ApiRequest,
        idempotency_key: Option<&str>,
    ) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        let fields = request.form.encoded();
        let mut url = format!("{}{}", self.base.as_str(), request.path);
        let mut builder = Request::builder()
            .method(&request.method)
            .header(AUTHORIZATION, self.authorization.clone())
            .header(USER_AGENT, USER_AGENT_VALUE)
            .header("stripe-version", API_VERSION);
        if let Some(key) = idempotency_key {
            builder = builder.header("idempotency-key", key);
        }
        let body = if request.method == Method::GET {
            if !fields.is_empty() {
                url.push('?');
                url.push_str(&fields);
            }
            Bytes::new()
        } else {
            builder = builder.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            fields.into()
        };
        builder.uri(url).body(Full::new(body))
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
