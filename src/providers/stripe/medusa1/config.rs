//! The plugin's options, and what they have to be.

use serde::Deserialize;

use super::super::options::{self, api_base, secret_key, webhook_secret};
use crate::http::ClientBuilder;
use crate::options::{DeadlineMs, Flag, MaxRetries, TimeoutMs, Whole, not_empty};
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
    pub capture: Flag,
    /// Whether Stripe offers what the account's dashboard allows. False if not set.
    #[serde(default)]
    pub automatic_payment_methods: Flag,
    /// What the payment's description says, unless the cart's context has a `payment_description`.
    #[serde(default)]
    pub payment_description: Option<String>,
    /// Milliseconds before a webhook event is looked at, at most 60,000; none if not set. The JavaScript side reads it.
    #[serde(default)]
    pub webhook_delay: Whole<0, 60_000, 0>,
    /// How often the handling of an event is tried before Stripe is asked to send it again, 1 to 20;
    /// 3 if not set. The JavaScript side reads it.
    #[serde(default)]
    pub webhook_retries: Whole<1, 20, 3>,
    /// Whether an order's page in Medusa's admin shows its Stripe payments. Medusa's admin reads it, and finds
    /// the widget in the plugin's folder (`stripe/dist/admin`).
    #[serde(default, rename = "enableUI")]
    pub enable_ui: Flag,
    /// Where Stripe's API is: `https://api.stripe.com` if not set.
    #[serde(default)]
    pub api_base: Option<String>,
    /// Milliseconds for one attempt at a call, answers included; 5,000 if not set.
    #[serde(default)]
    pub timeout_ms: TimeoutMs,
    /// Milliseconds for a whole call, waiting and repeated attempts included; 12,000 if not set.
    #[serde(default)]
    pub deadline_ms: DeadlineMs,
    /// How often a lost attempt is repeated, 0 to 10; 2 if not set.
    #[serde(default)]
    pub max_retries: MaxRetries,
}

/// The options, checked and filled up.
pub(super) type Settings = options::Settings<()>;

/// The version of the API that the processor speaks.
const API_VERSION: &str = "2022-11-15";

impl Settings {
    /// Returns the connections to Stripe.
    pub(super) fn client(&self) -> Result<ClientBuilder, String> {
        self.client_for(API_VERSION, "api_key")
    }
}

impl TryFrom<StripeOptions> for Settings {
    type Error = String;

    fn try_from(options: StripeOptions) -> Result<Self, String> {
        Ok(Self {
            api_key: secret_key("api_key", options.api_key)?,
            webhook_secret: webhook_secret(options.webhook_secret),
            api_base: api_base(options.api_base)?,
            capture_at_once: options.capture.is_set(),
            automatic_payment_methods: options.automatic_payment_methods.is_set(),
            description: not_empty(options.payment_description),
            attempt_timeout: options.timeout_ms.millis(),
            deadline: options.deadline_ms.millis(),
            max_retries: options.max_retries.get(),
            own: (),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::registry::{self, RegistryError};

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
        assert_eq!(settings.attempt_timeout, Duration::from_secs(5));
        assert_eq!(settings.deadline, Duration::from_secs(12));
        assert_eq!(settings.max_retries, 2);
    }

    #[test]
    fn the_environment_gives_all_options_as_text() {
        let settings = settings(
            r#"{"api_key":"sk_1","webhook_secret":"whsec_1","capture":"true","automatic_payment_methods":"1",
                "payment_description":"2026","webhook_delay":"5000","webhook_retries":"4","enableUI":"true",
                "api_base":"https://x","timeout_ms":"6000","deadline_ms":" 9000 ","max_retries":"0"}"#,
        )
        .unwrap();
        assert!(settings.capture_at_once && settings.automatic_payment_methods);
        assert_eq!(settings.description.as_deref(), Some("2026"));
        assert_eq!(settings.attempt_timeout, Duration::from_secs(6));
        assert_eq!(settings.deadline, Duration::from_secs(9));
        assert_eq!(settings.max_retries, 0);
    }

    #[test]
    fn the_text_false_is_no() {
        for no in [r#""false""#, r#""0""#, "false", "null"] {
            let settings = settings(&format!(r#"{{"api_key":"sk_1","capture":{no}}}"#)).unwrap();
            assert!(!settings.capture_at_once, "{no}");
        }
    }

    #[test]
    fn an_empty_text_is_as_if_the_option_were_not_set() {
        let empty = settings(
            r#"{"api_key":"sk_1","webhook_secret":"","capture":"","automatic_payment_methods":"",
                "payment_description":"","webhook_delay":"","webhook_retries":"","enableUI":"","api_base":"",
                "timeout_ms":"","deadline_ms":"","max_retries":""}"#,
        );
        let bare = settings(r#"{"api_key":"sk_1"}"#);
        assert_eq!(format!("{:?}", empty.unwrap()), format!("{:?}", bare.unwrap()));
    }

    fn mistake(json: &str) -> String {
        match registry::build_processor("stripe", json).err().unwrap() {
            RegistryError::Config { reason, .. } => reason,
            unknown => panic!("{unknown}"),
        }
    }

    #[test]
    fn every_mistake_names_its_option() {
        for (option, json) in [
            ("api_key", r#"{}"#),
            ("api_key", r#"{"api_key":""}"#),
            ("api_key", r#"{"api_key":"sk test"}"#),
            ("api_key", r#"{"api_key":"pk_live_1"}"#),
            ("webhook_secret", r#"{"api_key":"sk_1","webhook_secret":5}"#),
            ("capture", r#"{"api_key":"sk_1","capture":"sk_1"}"#),
            ("webhook_delay", r#"{"api_key":"sk_1","webhook_delay":60001}"#),
            ("webhook_retries", r#"{"api_key":"sk_1","webhook_retries":0}"#),
            ("timeout_ms", r#"{"api_key":"sk_1","timeout_ms":0}"#),
            ("timeout_ms", r#"{"api_key":"sk_1","timeout_ms":"sk_1"}"#),
            ("deadline_ms", r#"{"api_key":"sk_1","deadline_ms":"0"}"#),
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
