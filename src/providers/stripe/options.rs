//! The options that both hosts' plugins have, and what they have to be.

use std::time::Duration;

use super::dialect::StripeDialect;
use crate::http::{Client, ClientBuilder, Endpoint, HeaderName, HeaderValue};
use crate::layers::Layers;
use crate::secret::Secret;

/// Where Stripe's API is.
const API: &str = "https://api.stripe.com";

/// How long an attempt at a call may take, and how often a lost one is repeated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub attempt_timeout: Duration,
    pub max_retries: u32,
}

impl Limits {
    pub(super) fn of(timeout_ms: Option<u64>, max_retries: Option<u64>) -> Result<Self, String> {
        let timeout_ms = within("timeout_ms", timeout_ms, 1, 600_000)?;
        let max_retries = within("max_retries", max_retries, 0, 10)?;
        Ok(Self {
            attempt_timeout: Duration::from_millis(timeout_ms.unwrap_or(5_000)),
            max_retries: max_retries.and_then(|retries| u32::try_from(retries).ok()).unwrap_or(2),
        })
    }

    /// Returns the limits of a processor's calls, which take at most `deadline` each.
    pub(super) fn layers(self, deadline: Duration) -> Layers {
        Layers::default()
            .deadline(deadline)
            .attempt_timeout(self.attempt_timeout)
            .max_retries(self.max_retries)
    }

    /// Returns how long a call waits for an answer that it can do without.
    pub(super) fn patience(self) -> Duration {
        Duration::from_secs(2).min(self.attempt_timeout / 2)
    }

    /// Returns the connections to Stripe. `api_version` is that of the objects which the processor reads; the
    /// account's own default does not matter.
    pub(super) fn client(
        self,
        api_version: &'static str,
        api_base: &Endpoint,
        (option, api_key): (&'static str, &Secret),
    ) -> Result<ClientBuilder, String> {
        let version = HeaderName::from_static("stripe-version");
        Client::builder(api_base.clone(), StripeDialect)
            .attempt_timeout(self.attempt_timeout)
            .header(version, HeaderValue::from_static(api_version))
            .bearer(option, api_key)
    }
}

pub(super) fn within(
    option: &str,
    value: Option<u64>,
    least: u64,
    most: u64,
) -> Result<Option<u64>, String> {
    match value {
        Some(value) if !(least..=most).contains(&value) => Err(format!(
            "option `{option}`: expected a whole number from {least} to {most}, got {value}"
        )),
        value => Ok(value),
    }
}

pub(super) fn api_base(value: Option<&str>) -> Result<Endpoint, String> {
    Endpoint::parse("api_base", value.unwrap_or(API))
}

/// Returns the key, unless it is the publishable one. Text that cannot be a key at all is refused by the
/// client.
pub(super) fn secret_key(option: &str, key: Secret) -> Result<Secret, String> {
    if key.expose().starts_with("pk_") {
        return Err(format!(
            "option `{option}`: expected Stripe's secret key (sk_… or rk_…), got the publishable key \
             (pk_…), which belongs in the storefront"
        ));
    }
    Ok(key)
}

pub(super) fn webhook_secret(
    option: &str,
    secret: Option<Secret>,
) -> Result<Option<Secret>, String> {
    if secret.as_ref().is_some_and(|secret| secret.expose().trim().is_empty()) {
        return Err(format!(
            "option `{option}`: expected the webhook endpoint's signing secret (whsec_…), got an empty \
             string; leave it out if there is no webhook"
        ));
    }
    Ok(secret)
}
