//! The options that both hosts' plugins have, and what they have to be.

use std::time::Duration;

use super::dialect::StripeDialect;
use crate::http::{Client, ClientBuilder, Endpoint, HeaderName, HeaderValue};
use crate::layers::Layers;
use crate::options::not_empty;
use crate::secret::Secret;

/// Where Stripe's API is.
const API: &str = "https://api.stripe.com";

/// A plugin's options, checked and filled up; `own` are those that only one host's plugin has.
#[derive(Debug)]
pub(super) struct Settings<Own> {
    pub api_key: Secret,
    pub webhook_secret: Option<Secret>,
    pub api_base: Endpoint,
    pub capture_at_once: bool,
    pub automatic_payment_methods: bool,
    pub description: Option<String>,
    pub attempt_timeout: Duration,
    pub deadline: Duration,
    pub max_retries: u32,
    pub own: Own,
}

impl<Own> Settings<Own> {
    /// Returns the limits of the processor's calls.
    pub(super) fn layers(&self) -> Layers {
        Layers::default()
            .deadline(self.deadline)
            .attempt_timeout(self.attempt_timeout)
            .max_retries(self.max_retries)
    }

    /// Returns how long a call waits for an answer that it can do without.
    pub(super) fn patience(&self) -> Duration {
        Duration::from_secs(2).min(self.attempt_timeout / 2)
    }

    /// Returns the connections to Stripe. `api_version` is that of the objects which the processor reads; `key_option` is
    /// the option that has the key.
    pub(super) fn client_for(
        &self,
        api_version: &'static str,
        key_option: &str,
    ) -> Result<ClientBuilder, String> {
        let key = (key_option, &self.api_key);
        client(self.api_base.clone(), key, api_version, self.attempt_timeout)
    }
}

/// Returns connections to Stripe, which speaks one version of its API whatever the account's own default is. `key` has the
/// name of its option.
pub(super) fn client(
    api_base: Endpoint,
    (option, key): (&str, &Secret),
    api_version: &'static str,
    attempt_timeout: Duration,
) -> Result<ClientBuilder, String> {
    let version = HeaderName::from_static("stripe-version");
    Client::builder(api_base, StripeDialect)
        .attempt_timeout(attempt_timeout)
        .header(version, HeaderValue::from_static(api_version))
        .bearer(option, key)
}

pub(super) fn api_base(text: Option<String>) -> Result<Endpoint, String> {
    Endpoint::parse("api_base", not_empty(text).as_deref().unwrap_or(API))
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

/// Returns the secret, unless it is empty: then there is no webhook.
pub(super) fn webhook_secret(secret: Option<Secret>) -> Option<Secret> {
    secret.filter(|secret| !secret.expose().trim().is_empty())
}
