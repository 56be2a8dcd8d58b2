//! The plugin's options, and what they have to be.

use std::time::Duration;

use serde::Deserialize;

use super::super::options::{Limits, api_base, secret_key, webhook_secret, within};
use crate::http::{ClientBuilder, Endpoint};
use crate::secret::Secret;

/// The options in `medusa-config.js`: those of `medusa-payment-stripe` 6, and from `api_base` on ours.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StripeOptions {
    /// The secret key (`sk_…`), or a restricted one (`rk_…`).
    pub api_key: Secret,
    /// The webhook endpoint's signing secret (`whsec_…`).
    #[serde(default)]
    pub webhook_secret: Option<Secret>,
    /// Whether money is taken at once, rather than held until the order is captured. False if not set.
    #[serde(default)]
    pub capture: Option<bool>,
    /// Whether Stripe offers what the account's dashboard allows. False if not set.
    #[serde(default)]
    pub automatic_payment_methods: Option<bool>,
    /// What the payment's description says, unless the cart's context has a `payment_description`.
    #[serde(default)]
    pub payment_description: Option<String>,
    /// Milliseconds before a webhook event is looked at, at most 60,000; none if not set.
    #[serde(default)]
    pub webhook_delay: Option<u64>,
    /// How often the handling of an event is tried before Stripe is asked to send it again, 1 to 20;
    /// 3 if not set.
    #[serde(default)]
    pub webhook_retries: Option<u64>,
    /// Whether an order's page in Medusa's admin shows its Stripe payments. Medusa's admin reads it, and finds
    /// the widget in the plugin's folder (`stripe/dist/admin`).
    #[serde(default, rename = "enableUI")]
    pub enable_ui: Option<bool>,
    /// Where Stripe's API is: `https://api.stripe.com` if not set.
    #[serde(default)]
    pub api_base: Option<String>,
    /// Milliseconds for one attempt at a call, answers included; 5,000 if not set.
    #[serde(default)]
    pub timeout_ms: Option<u64>,
    /// Milliseconds for a whole call, waiting and repeated attempts included; 12,000 if not set.
    #[serde(default)]
    pub deadline_ms: Option<u64>,
    /// How often a lost attempt is repeated, 0 to 10; 2 if not set.
    #[serde(default)]
    pub max_retries: Option<u64>,
}

/// The options, checked and filled up.
#[derive(Debug)]
pub(super) struct Settings {
    pub api_key: Secret,
    pub webhook_secret: Option<Secret>,
    pub api_base: Endpoint,
    pub capture_at_once: bool,
    pub automatic_payment_methods: bool,
    pub description: Option<String>,
    pub deadline: Duration,
    pub limits: Limits,
}

/// The version of the API that the processor speaks.
const API_VERSION: &str = "2022-11-15";

impl Settings {
    /// Returns the connections to Stripe.
    pub(super) fn client(&self) -> Result<ClientBuilder, String> {
        self.limits.client(API_VERSION, &self.api_base, ("api_key", &self.api_key))
    }
}

impl TryFrom<StripeOptions> for Settings {
    type Error = String;

    fn try_from(options: StripeOptions) -> Result<Self, String> {
        // The JavaScript side reads these two.
        within("webhook_delay", options.webhook_delay, 0, 60_000)?;
        within("webhook_retries", options.webhook_retries, 1, 20)?;
        let deadline_ms = within("deadline_ms", options.deadline_ms, 1, 600_000)?;
        Ok(Self {
            api_base: api_base(options.api_base.as_deref())?,
            api_key: secret_key("api_key", options.api_key)?,
            webhook_secret: webhook_secret("webhook_secret", options.webhook_secret)?,
            capture_at_once: options.capture.unwrap_or(false),
            automatic_payment_methods: options.automatic_payment_methods.unwrap_or(false),
            description: options.payment_description.filter(|text| !text.is_empty()),
            deadline: Duration::from_millis(deadline_ms.unwrap_or(12_000)),
            limits: Limits::of(options.timeout_ms, options.max_retries)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::stripe::Any;
    use crate::providers::stripe::medusa1::Stripe;
    use crate::registry::Provider;

    fn settings(json: &str) -> Result<Settings, String> {
        let options: StripeOptions =
            serde_json::from_str(json).map_err(|error| error.to_string())?;
        options.try_into()
    }

    #[test]
    fn what_is_not_set_has_its_documented_value() {
        let settings = settings(r#"{"api_key":"sk_test_1","webhook_secret":null}"#).unwrap();
        assert_eq!(settings.api_base.as_str(), "https://api.stripe.com");
        assert!(!settings.capture_at_once && !settings.automatic_payment_methods);
        assert_eq!(settings.limits.attempt_timeout, Duration::from_secs(5));
        assert_eq!(settings.deadline, Duration::from_secs(12));
        assert_eq!(settings.limits.max_retries, 2);
    }

    fn mistake(json: &str) -> String {
        let options =
            serde_json::from_str(json).map_err(|error: serde_json::Error| error.to_string());
        options.and_then(Stripe::<Any>::from_config).err().unwrap()
    }

    #[test]
    fn every_mistake_names_its_option() {
        for (option, json) in [
            ("api_key", r#"{}"#),
            ("api_key", r#"{"api_key":""}"#),
            ("api_key", r#"{"api_key":"sk test"}"#),
            ("api_key", r#"{"api_key":"pk_live_1"}"#),
            ("webhook_secret", r#"{"api_key":"sk_1","webhook_secret":" "}"#),
            ("webhook_delay", r#"{"api_key":"sk_1","webhook_delay":60001}"#),
            ("webhook_retries", r#"{"api_key":"sk_1","webhook_retries":0}"#),
            ("timeout_ms", r#"{"api_key":"sk_1","timeout_ms":0}"#),
            ("deadline_ms", r#"{"api_key":"sk_1","deadline_ms":0}"#),
            ("max_retries", r#"{"api_key":"sk_1","max_retries":11}"#),
            ("api_base", r#"{"api_key":"sk_1","api_base":"nonsense"}"#),
            ("api_base", r#"{"api_key":"sk_1","api_base":"ftp://localhost"}"#),
            ("api_base", r#"{"api_key":"sk_1","api_base":"https://me:word@proxy"}"#),
            ("api_base", r#"{"api_key":"sk_1","api_base":"https://proxy/?a=1"}"#),
            ("apikey", r#"{"apikey":"sk_1"}"#),
        ] {
            let error = mistake(json);
            assert!(error.contains(&format!("`{option}`")), "{json}: {error}");
            assert!(!error.contains("sk_1") && !error.contains("word@"), "{error}");
        }
    }

    #[test]
    fn secrets_do_not_show() {
        let json = r#"{"api_key":"sk_live_abc","webhook_secret":"whsec_abc"}"#;
        let options: StripeOptions = serde_json::from_str(json).unwrap();
        assert!(!format!("{options:?}").contains("abc"));
        assert!(!format!("{:?}", settings(json).unwrap()).contains("abc"));
    }
}
