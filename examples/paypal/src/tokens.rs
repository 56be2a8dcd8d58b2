//! The access token that every request carries
//! (<https://developer.paypal.com/api/rest/authentication/>).
//!
//! It is kept until shortly before it expires, and asked for anew where PayPal does not accept it
//! any more. However many calls need a new one at the same time, one of them asks and the others
//! wait for it; where PayPal refuses it, they all get that answer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hyper::header::HeaderValue;
use medusa_payment_rs::{ErrorKind, PaymentProcessorError, Result};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::client::Client;
use crate::reply::{Purpose, failed, lost};

/// A token that is about to expire is not begun with.
const MARGIN: Duration = Duration::from_secs(60);

/// An access token as a header.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub header: HeaderValue,
    /// Tells it from the one before.
    number: u64,
    until: Instant,
}

/// The one token of a configuration.
pub(crate) struct Tokens {
    credentials: HeaderValue,
    state: Mutex<State>,
    /// Counts the answers that were no token, so that whoever waited for one does not ask again.
    failures: AtomicU64,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    issued: u64,
    failure: Option<PaymentProcessorError>,
}

#[derive(Deserialize)]
struct TokenBody {
    access_token: String,
    #[serde(default)]
    expires_in: u64,
}

impl Tokens {
    pub(crate) fn new(credentials: HeaderValue) -> Self {
        Self { credentials, state: Mutex::default(), failures: AtomicU64::new(0) }
    }

    /// A token that is good as far as is known. `refused` is one that PayPal has just not accepted.
    ///
    /// # Errors
    /// Where PayPal gives none: nothing was moved.
    pub(crate) async fn get(
        &self,
        client: &Client,
        refused: Option<&Token>,
        purpose: Purpose<'_>,
    ) -> Result<Token> {
        let failures = self.failures.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        let known = state.token.as_ref().filter(|token| {
            token.until > Instant::now()
                && refused.is_none_or(|refused| refused.number != token.number)
        });
        if let Some(token) = known {
            return Ok(token.clone());
        }
        if self.failures.load(Ordering::Acquire) != failures
            && let Some(failure) = &state.failure
        {
            return Err(PaymentProcessorError::new(
                failure.kind(),
                failed(purpose, failure.kind()),
                failure.code(),
                failure.detail(),
            ));
        }
        match self.request(client, state.issued + 1, purpose).await {
            Ok(token) => {
                state.issued = token.number;
                state.token = Some(token.clone());
                Ok(token)
            }
            Err(error) => {
                state.failure = Some(error.clone());
                self.failures.fetch_add(1, Ordering::AcqRel);
                Err(error)
            }
        }
    }

    async fn request(&self, client: &Client, number: u64, purpose: Purpose<'_>) -> Result<Token> {
        // Asking for a token moves nothing, whatever becomes of the answer.
        let purpose = Purpose { reads: true, ..purpose };
        let asked = Instant::now();
        let reply = client
            .request_token(&self.credentials)
            .await
            .map_err(|reason| lost(reason, purpose))?;
        let body = reply.into_body(purpose)?;
        token(&body, number, asked).ok_or_else(|| {
            // Not what came: it may be half a token.
            PaymentProcessorError::new(
                ErrorKind::Unavailable,
                failed(purpose, ErrorKind::Unavailable),
                "invalid_response",
                "PayPal's answer to the request for an access token cannot be read. Nothing was \
                 moved. Try again.",
            )
        })
    }
}

fn token(body: &str, number: u64, asked: Instant) -> Option<Token> {
    let body: TokenBody = serde_json::from_str(body).ok()?;
    if body.access_token.is_empty() {
        return None;
    }
    let mut header = HeaderValue::from_str(&format!("Bearer {}", body.access_token)).ok()?;
    header.set_sensitive(true);
    let lifetime = Duration::from_secs(body.expires_in);
    let until = asked.checked_add(lifetime - MARGIN.min(lifetime / 10))?;
    Some(Token { header, number, until })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_token_is_given_up_before_it_expires() {
        let asked = Instant::now();
        let until = |seconds: u64| {
            let body = format!(r#"{{"access_token":"A21","expires_in":{seconds}}}"#);
            (token(&body, 1, asked).unwrap().until - asked).as_secs()
        };
        assert_eq!(until(32_400), 32_340);
        assert_eq!(until(100), 90);
        assert_eq!(until(0), 0);
    }

    #[test]
    fn what_is_no_token_is_none() {
        let asked = Instant::now();
        for body in ["", "{}", "<html>", r#"{"access_token":""}"#, r#"{"access_token":"a\nb"}"#] {
            assert!(token(body, 1, asked).is_none(), "{body}");
        }
    }

    #[test]
    fn a_token_does_not_show() {
        let token = token(r#"{"access_token":"A21AA"}"#, 1, Instant::now()).unwrap();
        assert!(!format!("{token:?}").contains("A21AA"));
    }
}
