//! The plugin's options, and what they have to be.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use medusa_payment_rs::Secret;
use medusa_payment_rs::http::{Endpoint, HeaderValue};
use medusa_payment_rs::options::{DeadlineMs, Flag, MaxRetries, TimeoutMs, not_empty};
use serde::Deserialize;

const LIVE: &str = "https://api-m.paypal.com";
const SANDBOX: &str = "https://api-m.sandbox.paypal.com";

/// The options in `medusa-config.js`: those of `medusa-payment-paypal` 6 in both of its spellings,
/// and from `api_base` on ours.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PayPalOptions {
    /// Whether payments go to PayPal's sandbox. False if not set.
    pub sandbox: Flag,
    /// The REST app's client id.
    #[serde(rename = "clientId")]
    pub client_id: Option<Secret>,
    /// The older spelling of `clientId`.
    #[serde(rename = "client_id")]
    pub client_id_snake: Option<Secret>,
    /// The REST app's secret.
    #[serde(rename = "clientSecret")]
    pub client_secret: Option<Secret>,
    /// The older spelling of `clientSecret`.
    #[serde(rename = "client_secret")]
    pub client_secret_snake: Option<Secret>,
    /// The id of the webhook in PayPal's dashboard. Without it every webhook is refused.
    #[serde(rename = "authWebhookId")]
    pub auth_webhook_id: Option<String>,
    /// The older spelling of `authWebhookId`.
    #[serde(rename = "auth_webhook_id")]
    pub auth_webhook_id_snake: Option<String>,
    /// Whether money is taken when the cart is completed, rather than held until the order is
    /// captured. False if not set.
    pub capture: Flag,
    /// Where PayPal's API is, instead of what `sandbox` says: for tests and proxies.
    pub api_base: Option<String>,
    /// Milliseconds for one attempt at a call, answers included; 5,000 if not set.
    pub timeout_ms: TimeoutMs,
    /// Milliseconds for a whole call, waiting and repeated attempts included; 12,000 if not set.
    pub deadline_ms: DeadlineMs,
    /// How often a lost attempt is repeated, 0 to 10; 2 if not set.
    pub max_retries: MaxRetries,
}

/// The options, checked and filled up.
#[derive(Debug)]
pub(crate) struct Settings {
    /// `Basic …`, marked as sensitive.
    pub credentials: HeaderValue,
    pub client_secret: Secret,
    pub api_base: Endpoint,
    pub webhook_id: Option<String>,
    pub capture_at_once: bool,
    pub attempt_timeout: Duration,
    pub deadline: Duration,
    pub max_retries: u32,
}

impl TryFrom<PayPalOptions> for Settings {
    type Error = String;

    fn try_from(options: PayPalOptions) -> Result<Self, String> {
        let api = if options.sandbox.is_set() { SANDBOX } else { LIVE };
        let api_base = not_empty(options.api_base);
        let client_id = options.client_id.or(options.client_id_snake);
        let client_id = checked("clientId", "client_id", client_id)?;
        let client_secret = options.client_secret.or(options.client_secret_snake);
        let client_secret = checked("clientSecret", "client_secret", client_secret)?;
        Ok(Self {
            credentials: credentials(client_id.expose(), client_secret.expose())?,
            client_secret,
            api_base: Endpoint::parse("api_base", api_base.as_deref().unwrap_or(api))?,
            webhook_id: not_empty(options.auth_webhook_id.or(options.auth_webhook_id_snake)),
            capture_at_once: options.capture.is_set(),
            attempt_timeout: options.timeout_ms.millis(),
            deadline: options.deadline_ms.millis(),
            max_retries: options.max_retries.get(),
        })
    }
}

/// Returns the header with which access tokens are asked for
/// (<https://developer.paypal.com/api/rest/authentication/>).
fn credentials(id: &str, secret: &str) -> Result<HeaderValue, String> {
    if id.contains(':') {
        return Err("option `clientId`: a client id has no colon".to_owned());
    }
    let encoded = BASE64_STANDARD.encode(format!("{id}:{secret}"));
    let mut header = HeaderValue::from_str(&format!("Basic {encoded}"))
        .map_err(|_| "option `clientSecret`: it cannot be sent".to_owned())?;
    header.set_sensitive(true);
    Ok(header)
}

fn checked(option: &str, older: &str, value: Option<Secret>) -> Result<Secret, String> {
    let Some(value) = value else {
        return Err(format!(
            "option `{option}` (or `{older}`) is missing: PayPal's REST app has it"
        ));
    };
    let text = value.expose();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!(
            "option `{option}` (or `{older}`): expected what PayPal's REST app shows, got text that is \
             empty or has a space or another character that cannot be in it"
        ));
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use medusa_payment_rs::registry::build_processor;

    use super::*;

    const KEYS: &str = r#""clientId":"id1","clientSecret":"s3cret""#;

    fn settings(json: &str) -> Result<Settings, String> {
        let options: PayPalOptions =
            serde_json::from_str(json).map_err(|error| error.to_string())?;
        options.try_into()
    }

    fn with(more: &str) -> Result<Settings, String> {
        settings(&format!("{{{KEYS}{more}}}"))
    }

    #[test]
    fn what_is_not_set_has_its_documented_value() {
        let settings = with("").unwrap();
        assert_eq!(settings.api_base.as_str(), LIVE);
        assert!(!settings.capture_at_once && settings.webhook_id.is_none());
        assert_eq!(settings.attempt_timeout, Duration::from_secs(5));
        assert_eq!(settings.deadline, Duration::from_secs(12));
        assert_eq!(settings.max_retries, 2);
    }

    #[test]
    fn both_spellings_of_the_javascript_plugin_are_taken() {
        let snake = settings(
            r#"{"sandbox":"true","client_id":"id1","client_secret":"s3cret","auth_webhook_id":"WH-1"}"#,
        )
        .unwrap();
        let camel =
            with(r#","sandbox":true,"authWebhookId":"WH-1","auth_webhook_id":null"#).unwrap();
        assert_eq!(snake.credentials, camel.credentials);
        assert_eq!(snake.webhook_id, camel.webhook_id);
        assert_eq!((snake.api_base.as_str(), camel.api_base.as_str()), (SANDBOX, SANDBOX));
        assert_eq!(camel.credentials, "Basic aWQxOnMzY3JldA==");
    }

    #[test]
    fn the_environment_gives_all_options_as_text() {
        let settings = with(
            r#","sandbox":"1","capture":"true","timeout_ms":"6000","deadline_ms":"9000","max_retries":"0""#,
        )
        .unwrap();
        assert_eq!(settings.api_base.as_str(), SANDBOX);
        assert!(settings.capture_at_once);
        assert_eq!(settings.attempt_timeout, Duration::from_secs(6));
        assert_eq!(settings.deadline, Duration::from_secs(9));
        assert_eq!(settings.max_retries, 0);
        assert!(!with(r#","capture":"false""#).unwrap().capture_at_once);
    }

    #[test]
    fn an_empty_text_is_as_if_the_option_were_not_set() {
        let empty = with(
            r#","sandbox":"","capture":"","authWebhookId":"","api_base":"","timeout_ms":"","deadline_ms":"",
                "max_retries":"""#,
        );
        assert_eq!(format!("{:?}", empty.unwrap()), format!("{:?}", with("").unwrap()));
    }

    #[test]
    fn every_mistake_names_its_option() {
        for (option, json) in [
            ("clientId", r#"{}"#.to_owned()),
            ("clientSecret", r#"{"clientId":"id1"}"#.to_owned()),
            ("clientSecret", r#"{"clientId":"id1","clientSecret":""}"#.to_owned()),
            ("clientId", r#"{"clientId":"i d1","clientSecret":"s3cret"}"#.to_owned()),
            ("clientId", r#"{"clientId":"a:b","clientSecret":"s3cret"}"#.to_owned()),
            ("timeout_ms", format!("{{{KEYS},\"timeout_ms\":0}}")),
            ("deadline_ms", format!("{{{KEYS},\"deadline_ms\":600001}}")),
            ("max_retries", format!("{{{KEYS},\"max_retries\":11}}")),
            ("api_base", format!("{{{KEYS},\"api_base\":\"nonsense\"}}")),
            ("api_base", format!("{{{KEYS},\"api_base\":\"ftp://localhost\"}}")),
            ("api_base", format!("{{{KEYS},\"api_base\":\"https://me:word@proxy\"}}")),
            ("api_base", format!("{{{KEYS},\"api_base\":\"https://proxy/?a=1\"}}")),
            ("clientid", r#"{"clientid":"id1"}"#.to_owned()),
        ] {
            let error = build_processor("paypal", &json).err().unwrap().to_string();
            assert!(error.contains(&format!("`{option}`")), "{json}: {error}");
            assert!(!error.contains("s3cret") && !error.contains("word@"), "{error}");
        }
        assert!(with(r#","sandbox":"maybe""#).unwrap_err().contains("true or false"));
    }

    #[test]
    fn secrets_do_not_show() {
        let json = format!("{{{KEYS}}}");
        let options: PayPalOptions = serde_json::from_str(&json).unwrap();
        for shown in [format!("{options:?}"), format!("{:?}", settings(&json).unwrap())] {
            assert!(!shown.contains("s3cret") && !shown.contains("aWQx"), "{shown}");
        }
    }
}
