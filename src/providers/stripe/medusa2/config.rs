//! The plugin's options, and what they have to be.

use serde::{Deserialize, Deserializer, de};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::super::options::{self, api_base, secret_key, webhook_secret};
use crate::http::ClientBuilder;
use crate::options::{Flag, MaxRetries, TimeoutMs, Whole, not_empty};
use crate::secret::Secret;
use crate::wrong_shape::without_values;

/// The options in `medusa-config.ts`: those of `@medusajs/payment-stripe` 2, each also in snake case, as Medusa's
/// documentation spells some of them, and from `multicapture` on ours.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct StripeOptions {
    /// The secret key (`sk_…`), or a restricted one (`rk_…`).
    #[serde(alias = "api_key")]
    pub api_key: Secret,
    /// The webhook endpoint's signing secret (`whsec_…`).
    #[serde(default, alias = "webhook_secret")]
    pub webhook_secret: Option<Secret>,
    /// Whether money is taken at once, rather than held until the payment is captured. False if not set.
    #[serde(default)]
    pub capture: Flag,
    /// Whether Stripe offers what the account's dashboard allows. False if not set.
    #[serde(default, alias = "automatic_payment_methods")]
    pub automatic_payment_methods: Flag,
    /// The payment method configuration (`pmc_…`) of the dashboard whose methods are offered.
    #[serde(default, alias = "payment_method_configuration")]
    pub payment_method_configuration: Option<String>,
    /// What the payment's description says, unless the storefront sends a `payment_description`.
    #[serde(default, alias = "payment_description")]
    pub payment_description: Option<String>,
    /// After how many days an OXXO voucher expires, 1 to 7; 3 if not set.
    #[serde(default, alias = "oxxo_expires_days")]
    pub oxxo_expires_days: Whole<1, 7, 3>,
    /// The types of payment method (`sepa_debit`, …) that take days: an order is placed while Stripe is processing one.
    /// An array, or a text with commas between them.
    #[serde(default, alias = "async_payment_method_types", deserialize_with = "several")]
    pub async_payment_method_types: Vec<String>,
    /// Whether Stripe is asked to hold what a first capture leaves, so that a payment can be captured in several parts
    /// if the card allows it (<https://docs.stripe.com/payments/multicapture>). False if not set: a first part releases
    /// the rest.
    #[serde(default)]
    pub multicapture: Flag,
    /// Where Stripe's API is: `https://api.stripe.com` if not set.
    #[serde(default, rename = "api_base")]
    pub api_base: Option<String>,
    /// Milliseconds for one attempt at a call, answers included; 5,000 if not set.
    #[serde(default, rename = "timeout_ms")]
    pub timeout_ms: TimeoutMs,
    /// Milliseconds for a whole call, waiting and repeated attempts included, at most 45,000: after a minute a row of
    /// Medusa's counts as one that stays. 8,000 if not set.
    #[serde(default, rename = "deadline_ms")]
    pub deadline_ms: Whole<1, 45_000, 8_000>,
    /// How often a lost attempt is repeated, 0 to 10; 2 if not set.
    #[serde(default, rename = "max_retries")]
    pub max_retries: MaxRetries,
}

/// Reads several texts, which the environment gives as one.
fn several<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(Vec::new()),
        Value::String(text) => {
            let texts = text.split(',').map(str::trim).filter(|text| !text.is_empty());
            Ok(texts.map(str::to_owned).collect())
        }
        other => serde_json::from_value(other)
            .map_err(|error| de::Error::custom(without_values(&error.to_string()))),
    }
}

/// The options, checked and filled up.
pub(super) type Settings = options::Settings<Own>;

/// What the plugin of Medusa 1 does not have.
#[derive(Debug)]
pub(super) struct Own {
    pub payment_method_configuration: Option<String>,
    pub oxxo_expires_days: u32,
    pub async_types: Vec<String>,
    pub multicapture: bool,
}

/// The version of the API that the processor speaks, as the SDK of the JavaScript plugin does.
const API_VERSION: &str = "2024-04-10";

impl Settings {
    /// Returns the connections to Stripe.
    pub(super) fn client(&self) -> Result<ClientBuilder, String> {
        self.client_for(API_VERSION, "apiKey")
    }

    /// Returns the mark of this store, if it has a webhook endpoint, whose secret no other store on the account has.
    pub(super) fn store_mark(&self) -> Option<String> {
        let secret = self.webhook_secret.as_ref()?.expose();
        let digest = Sha256::new().chain_update("medusa-payment-rs store ").chain_update(secret);
        Some(base16ct::lower::encode_string(digest.finalize().get(..8)?))
    }
}

impl TryFrom<StripeOptions> for Settings {
    type Error = String;

    fn try_from(options: StripeOptions) -> Result<Self, String> {
        Ok(Self {
            api_key: secret_key("apiKey", options.api_key)?,
            webhook_secret: webhook_secret(options.webhook_secret),
            api_base: api_base(options.api_base)?,
            capture_at_once: options.capture.is_set(),
            automatic_payment_methods: options.automatic_payment_methods.is_set(),
            description: not_empty(options.payment_description),
            attempt_timeout: options.timeout_ms.millis(),
            deadline: options.deadline_ms.millis(),
            max_retries: options.max_retries.get(),
            own: Own {
                payment_method_configuration: not_empty(options.payment_method_configuration),
                oxxo_expires_days: options.oxxo_expires_days.get(),
                async_types: options.async_payment_method_types,
                multicapture: options.multicapture.is_set(),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::registry;

    fn settings(json: &str) -> Result<Settings, String> {
        let options: StripeOptions =
            serde_json::from_str(json).map_err(|error| error.to_string())?;
        options.try_into()
    }

    #[test]
    fn an_option_may_be_spelled_as_in_the_code_or_as_in_the_documentation() {
        for json in [
            r#"{"apiKey":"sk_1","webhookSecret":"whsec_1","automaticPaymentMethods":true,"paymentDescription":"Mugs",
                "paymentMethodConfiguration":"pmc_1","oxxoExpiresDays":5,"asyncPaymentMethodTypes":["sepa_debit"]}"#,
            r#"{"api_key":"sk_1","webhook_secret":"whsec_1","automatic_payment_methods":true,"payment_description":"Mugs",
                "payment_method_configuration":"pmc_1","oxxo_expires_days":5,"async_payment_method_types":["sepa_debit"]}"#,
        ] {
            let settings = settings(json).unwrap();
            assert_eq!(settings.api_key.expose(), "sk_1");
            assert!(settings.webhook_secret.is_some() && settings.automatic_payment_methods);
            assert_eq!(settings.description.as_deref(), Some("Mugs"));
            assert_eq!(settings.own.payment_method_configuration.as_deref(), Some("pmc_1"));
            assert_eq!(settings.own.oxxo_expires_days, 5);
            assert_eq!(settings.own.async_types, ["sepa_debit"]);
        }
    }

    #[test]
    fn what_is_not_set_has_its_documented_value() {
        let settings = settings(r#"{"apiKey":"sk_1"}"#).unwrap();
        assert_eq!(settings.api_base.as_str(), "https://api.stripe.com");
        assert!(!settings.capture_at_once && !settings.own.multicapture);
        assert_eq!(settings.own.oxxo_expires_days, 3);
        assert_eq!(settings.deadline, Duration::from_secs(8));
        assert_eq!(settings.store_mark(), None);
    }

    #[test]
    fn the_environment_gives_all_options_as_text() {
        let settings = settings(
            r#"{"apiKey":"sk_1","webhookSecret":"whsec_1","capture":"true","automaticPaymentMethods":"1",
                "paymentMethodConfiguration":"pmc_1","paymentDescription":"2026","oxxoExpiresDays":"5",
                "asyncPaymentMethodTypes":"sepa_debit, us_bank_account","multicapture":"on","api_base":"https://x",
                "timeout_ms":"6000","deadline_ms":"9000","max_retries":"0"}"#,
        )
        .unwrap();
        assert!(settings.capture_at_once && settings.automatic_payment_methods);
        assert_eq!(settings.description.as_deref(), Some("2026"));
        assert_eq!(settings.own.oxxo_expires_days, 5);
        assert_eq!(settings.own.async_types, ["sepa_debit", "us_bank_account"]);
        assert!(settings.own.multicapture);
        assert_eq!(settings.attempt_timeout, Duration::from_secs(6));
        assert_eq!(settings.deadline, Duration::from_secs(9));
        assert_eq!(settings.max_retries, 0);
    }

    #[test]
    fn an_empty_text_is_as_if_the_option_were_not_set() {
        let empty = settings(
            r#"{"apiKey":"sk_1","webhookSecret":"","capture":"","automaticPaymentMethods":"",
                "paymentMethodConfiguration":"","paymentDescription":"","oxxoExpiresDays":"",
                "asyncPaymentMethodTypes":"","multicapture":"","api_base":"","timeout_ms":"","deadline_ms":"",
                "max_retries":""}"#,
        );
        let bare = settings(r#"{"apiKey":"sk_1"}"#);
        assert_eq!(format!("{:?}", empty.unwrap()), format!("{:?}", bare.unwrap()));
    }

    #[test]
    fn every_mistake_names_its_option() {
        for (option, json) in [
            ("apiKey", r#"{}"#),
            ("apiKey", r#"{"apiKey":"pk_live_1"}"#),
            ("webhookSecret", r#"{"apiKey":"sk_1","webhookSecret":5}"#),
            ("capture", r#"{"apiKey":"sk_1","capture":"sk_1"}"#),
            ("asyncPaymentMethodTypes", r#"{"apiKey":"sk_1","asyncPaymentMethodTypes":[5]}"#),
            ("oxxoExpiresDays", r#"{"apiKey":"sk_1","oxxoExpiresDays":8}"#),
            ("deadline_ms", r#"{"apiKey":"sk_1","deadline_ms":0}"#),
            ("deadline_ms", r#"{"apiKey":"sk_1","deadline_ms":45001}"#),
            ("apikey", r#"{"apiKey":"sk_1","apikey":"sk_1"}"#),
        ] {
            let error = registry::build_processor("v2/stripe", json).err().unwrap().to_string();
            assert!(error.contains(&format!("`{option}`")), "{json}: {error}");
            assert!(!error.contains("sk_1"), "{error}");
        }
    }

    #[test]
    fn a_stores_mark_follows_from_its_webhook_secret_and_does_not_show_it() {
        let mark = |secret: &str| {
            let json = format!(r#"{{"apiKey":"sk_1","webhookSecret":"{secret}"}}"#);
            settings(&json).unwrap().store_mark().unwrap()
        };
        assert_eq!(mark("whsec_abc"), mark("whsec_abc"));
        assert_ne!(mark("whsec_abc"), mark("whsec_abd"));
        assert_eq!(mark("whsec_abc").len(), 16);
        assert!(!mark("whsec_abc").contains("abc"));
    }
}
