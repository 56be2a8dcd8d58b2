//! The access token that every request carries
//! (<https://developer.paypal.com/api/rest/authentication/>).
//!
//! It is kept until shortly before it expires, and renewed if PayPal does not accept it any more.
//! However many calls need one at the same time, one of them asks and the others get what it got.

use std::time::Duration;

use medusa_payment_rs::http::{Exchange, HeaderValue, HttpRequest, header};
use medusa_payment_rs::{ErrorKind, JsonObject, PaymentProcessorError, Result, Secret};
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long before it expires a token is renewed.
const MARGIN: Duration = Duration::from_secs(60);

/// The one token of a configuration.
pub(crate) struct Tokens {
    credentials: HeaderValue,
    latest: Mutex<Latest>,
}

#[derive(Default)]
struct Latest {
    token: Option<Token>,
    failure: Option<(Instant, PaymentProcessorError)>,
}

/// An access token, as the value of `Authorization`.
struct Token {
    header: HeaderValue,
    until: Instant,
}

impl Tokens {
    pub(crate) fn new(credentials: HeaderValue) -> Self {
        Self { credentials, latest: Mutex::default() }
    }

    /// Returns the value of `Authorization` for a request. `refused` is one that PayPal has just not
    /// accepted.
    ///
    /// # Errors
    /// If PayPal does not issue one: nothing was moved.
    pub(crate) async fn header(
        &self,
        exchange: &Exchange<'_>,
        refused: Option<&HeaderValue>,
    ) -> Result<HeaderValue> {
        let wanted_since = Instant::now();
        let mut latest = self.latest.lock().await;
        let known = latest.token.as_ref().filter(|token| {
            token.until > Instant::now() && refused.is_none_or(|refused| *refused != token.header)
        });
        if let Some(token) = known {
            return Ok(token.header.clone());
        }
        if let Some((at, failure)) = &latest.failure
            && *at >= wanted_since
        {
            return Err(exchange.error(failure.kind(), failure.code(), failure.detail()));
        }
        match self.request(exchange).await {
            Ok(token) => Ok(latest.token.insert(token).header.clone()),
            Err(error) => {
                latest.failure = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    async fn request(&self, exchange: &Exchange<'_>) -> Result<Token> {
        let request = HttpRequest::post("/v1/oauth2/token")
            .form("grant_type=client_credentials".to_owned())
            .header(header::AUTHORIZATION, self.credentials.clone())
            .that_only_reads();
        let asked = Instant::now();
        let body: JsonObject = exchange.read(&request).await?;
        token(&body, asked).ok_or_else(|| {
            let detail =
                format!("PayPal's reply has no access token. {}", ErrorKind::Unavailable.advice());
            exchange.error(ErrorKind::Unavailable, "invalid_response", detail)
        })
    }
}

fn token(body: &JsonObject, asked: Instant) -> Option<Token> {
    let token = body.get::<Secret>("access_token")?;
    let token = Some(token.expose()).filter(|token| !token.is_empty())?;
    let mut header = HeaderValue::try_from(format!("Bearer {token}")).ok()?;
    header.set_sensitive(true);
    let lifetime = Duration::from_secs(body.get("expires_in").unwrap_or_default());
    let until = asked.checked_add(lifetime - MARGIN.min(lifetime / 10))?;
    Some(Token { header, until })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(body: &str, asked: Instant) -> Option<Token> {
        token(&JsonObject::parse(body).unwrap(), asked)
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_renewed_before_it_expires() {
        let asked = Instant::now();
        for (lifetime, used) in [(32_400, 32_340), (100, 90), (0, 0)] {
            let body = format!(r#"{{"access_token":"A21","expires_in":{lifetime}}}"#);
            assert_eq!((parsed(&body, asked).unwrap().until - asked).as_secs(), used);
        }
    }

    #[test]
    fn a_body_without_a_token_is_not_taken_for_one() {
        for body in ["{}", r#"{"access_token":""}"#, r#"{"access_token":"a\nb"}"#] {
            assert!(parsed(body, Instant::now()).is_none(), "{body}");
        }
    }

    #[test]
    fn a_token_does_not_show() {
        let token = parsed(r#"{"access_token":"A21AA"}"#, Instant::now()).unwrap();
        assert!(!format!("{:?}", token.header).contains("A21AA"));
    }
}
