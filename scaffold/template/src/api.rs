//! Acme's API: one request, and either the payment or an error that says what is known.
//!
//! | | |
//! | --- | --- |
//! | `POST /payments` | `{amount, currency, reference}` |
//! | `GET /payments/{id}` | |
//! | `POST /payments/{id}` | `{amount, currency}`, before the payment is authorized |
//! | `POST /payments/{id}/authorize`, `/capture`, `/cancel` | `{}` |
//! | `POST /payments/{id}/refund` | `{amount}` |
//!
//! Each answers with the payment, or with a status from 400 on and `{"error": {"code", "message"}}`; 429 and 503 say that
//! nothing was done. A `POST` carries the header `idempotency-key`: the same key is served once, and then answered with
//! the same payment and the header `idempotent-replayed`. Time limits and repetitions are the layers' work.

use std::error::Error;
use std::net::IpAddr;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use medusa_payment_rs::ErrorKind;
use medusa_payment_rs::prelude::*;
use serde::Deserialize;
use serde_json::Value;

/// The code of a payment that Acme does not know.
pub const NOT_FOUND: &str = "payment_not_found";

/// No reply is nearly as large.
const LARGEST_REPLY: usize = 1 << 20;

/// A payment, as Acme shows it. Amounts are in minor units.
#[derive(Deserialize)]
pub struct Payment {
    pub id: String,
    pub status: Status,
    pub amount: Amount,
    pub currency: String,
    pub captured: Amount,
    pub refunded: Amount,
    pub refunds: Vec<Refund>,
    /// The reply is the one to an earlier request with the same key.
    #[serde(skip)]
    pub replayed: bool,
}

#[derive(Deserialize)]
pub struct Refund {
    pub id: String,
    pub amount: Amount,
    pub status: RefundStatus,
    /// Seconds since it was made. Where a service says the time instead, compare it with the reply's `date`: this
    /// machine's clock is another one.
    pub age: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RefundStatus {
    Succeeded,
    Failed,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Pending,
    Authorized,
    Captured,
    Canceled,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        PaymentSessionStatus::from(self).as_str()
    }
}

impl From<Status> for PaymentSessionStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Pending => Self::Pending,
            Status::Authorized => Self::Authorized,
            Status::Captured => Self::Captured,
            Status::Canceled => Self::Canceled,
        }
    }
}

#[derive(Deserialize)]
struct Refusal {
    error: Reason,
}

#[derive(Deserialize)]
struct Reason {
    code: String,
    message: String,
}

/// The API behind one endpoint with one key. It keeps its connections.
pub struct Api {
    http: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    endpoint: String,
    authorization: HeaderValue,
}

impl Api {
    pub fn new(endpoint: &str, api_key: &Secret, timeout: Duration) -> Result<Self, String> {
        let endpoint = endpoint.trim_end_matches('/');
        if !is_safe(endpoint) {
            return Err(
                "option `endpoint`: expected https://… (or http://… on this machine)".into(),
            );
        }
        let api_key = api_key.expose();
        let mut authorization = match HeaderValue::try_from(format!("Bearer {api_key}")) {
            Ok(value) if !api_key.trim().is_empty() => value,
            _ => return Err("option `api_key`: expected the secret key that Acme shows".into()),
        };
        authorization.set_sensitive(true);
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // A host that does not answer shows before the attempt is over: then it is certain that nothing was sent.
        tcp.set_connect_timeout(Some(timeout / 2));
        let connector = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let http = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(30))
            .build(connector);
        Ok(Self {
            http,
            endpoint: endpoint.to_owned(),
            authorization,
        })
    }

    /// Reads.
    pub async fn get(&self, call: &CallContext, path: &str) -> Result<Payment> {
        self.send(call, Method::GET, path, Bytes::new()).await
    }

    /// Changes, once for each idempotency key.
    pub async fn post(&self, call: &CallContext, path: &str, body: Value) -> Result<Payment> {
        self.send(call, Method::POST, path, body.to_string().into())
            .await
    }

    async fn send(
        &self,
        call: &CallContext,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Payment> {
        // Where no answer comes, a read has certainly moved nothing, and a change may have.
        let lost = if method == Method::GET {
            ErrorKind::Unavailable
        } else {
            ErrorKind::OutcomeUnknown
        };
        let mut request = Request::builder()
            .method(&method)
            .uri(format!("{}{path}", self.endpoint))
            .header(AUTHORIZATION, self.authorization.clone());
        if method == Method::POST {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .header("idempotency-key", call.idempotency_key());
        }
        let request = request
            .body(Full::new(body))
            .map_err(|error| failure(call, ErrorKind::Invalid, "", &error.to_string()))?;

        let response = self.http.request(request).await.map_err(|error| {
            let kind = if error.is_connect() {
                ErrorKind::Unavailable
            } else {
                lost
            };
            failure(call, kind, "", &reasons(&error))
        })?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, LARGEST_REPLY)
            .collect()
            .await
            .map_err(|error| failure(call, lost, "", &format!("The reply broke off: {error}.")))?
            .to_bytes();

        if head.status.is_success() {
            let mut payment: Payment = serde_json::from_slice(&body)
                .map_err(|_| failure(call, lost, "", "The reply is not a payment."))?;
            payment.replayed = head.headers.contains_key("idempotent-replayed");
            return Ok(payment);
        }
        // An answer without Acme's error object came from something on the way, which knows nothing.
        let Ok(Refusal { error }) = serde_json::from_slice(&body) else {
            return Err(failure(
                call,
                lost,
                "",
                &format!("The answer was HTTP {}.", head.status),
            ));
        };
        let kind = match head.status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                ErrorKind::Unavailable
            }
            StatusCode::BAD_REQUEST => ErrorKind::Invalid,
            status if status.is_client_error() => ErrorKind::Refused,
            _ => lost,
        };
        Err(failure(call, kind, &error.code, &error.message))
    }
}

/// A key is sent over TLS, or does not leave this machine.
fn is_safe(endpoint: &str) -> bool {
    let Ok(uri) = endpoint.parse::<Uri>() else {
        return false;
    };
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    match uri.scheme_str() {
        Some("https") => !host.is_empty(),
        Some("http") => {
            host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        _ => false,
    }
}

/// Says which operation failed and what is known, in sentences for a person.
fn failure(call: &CallContext, kind: ErrorKind, code: &str, said: &str) -> PaymentProcessorError {
    let how = match kind {
        ErrorKind::Refused => "was refused by Acme",
        ErrorKind::Invalid => "was not valid for Acme",
        ErrorKind::Unavailable => "could not be served by Acme",
        ErrorKind::OutcomeUnknown => "was not answered by Acme",
    };
    let advice = match kind {
        ErrorKind::Refused | ErrorKind::Invalid => "",
        ErrorKind::Unavailable => " Nothing was moved. Try again.",
        ErrorKind::OutcomeUnknown => " Repeat the same action: it finds out first.",
    };
    let error = format!("{} {how}", call.operation().name());
    PaymentProcessorError::new(kind, error, code, format!("{said}{advice}"))
}

/// An error with what it was caused by: hyper's own text leaves that out.
fn reasons(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text.push('.');
    text
}
