//! What a store's class in JavaScript says of the intents that it makes: its `paymentIntentOptions`, as with the JavaScript
//! plugins.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::{PaymentProcessorError, Result};
use crate::json::JsonObject;
use crate::types::PaymentProcessorContext;
use crate::wrong_shape::without_values;

/// The options of a class. What it does not say is for the plugin's options to say.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct IntentOptions {
    pub capture_method: Option<CaptureMethod>,
    pub setup_future_usage: Option<SetupFutureUsage>,
    pub payment_method_types: Option<Vec<String>>,
    /// Only of Medusa 2.
    pub payment_method_options: Option<Map<String, Value>>,
}

/// When the money is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CaptureMethod {
    Automatic,
    AutomaticAsync,
    Manual,
}

impl CaptureMethod {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::AutomaticAsync => "automatic_async",
            Self::Manual => "manual",
        }
    }
}

/// For what a payment method is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SetupFutureUsage {
    OnSession,
    OffSession,
}

impl SetupFutureUsage {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::OnSession => "on_session",
            Self::OffSession => "off_session",
        }
    }
}

impl IntentOptions {
    /// Reads the options of the class that is asked for a payment.
    ///
    /// # Errors
    /// If the class says what it cannot say.
    pub(super) fn of(context: &PaymentProcessorContext) -> Result<Self> {
        Self::read(&context.intent_options)
    }

    pub(super) fn read(options: &JsonObject) -> Result<Self> {
        let mut json = serde_json::Deserializer::from_str(options.as_str());
        let read: Self = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            let reason = without_values(&error.into_inner().to_string());
            not_valid(&if path == "." { reason } else { format!("`{path}`: {reason}") })
        })?;
        let is_said = |types: &Vec<String>| !types.is_empty();
        Ok(Self { payment_method_types: read.payment_method_types.filter(is_said), ..read })
    }

    /// Returns the options without what only Medusa 2's class can say.
    ///
    /// # Errors
    /// If it is said.
    pub(super) fn for_medusa_1(self) -> Result<Self> {
        match self.payment_method_options {
            None => Ok(self),
            Some(_) => Err(not_valid(
                "unknown field `payment_method_options`, expected one of `capture_method`, `setup_future_usage`, \
                 `payment_method_types`",
            )),
        }
    }

    /// Whether what is kept of this type can be paid with.
    pub(super) fn allow(&self, kind: &str) -> bool {
        self.payment_method_types
            .as_ref()
            .is_none_or(|types| types.iter().any(|allowed| allowed == kind))
    }
}

fn not_valid(reason: &str) -> PaymentProcessorError {
    PaymentProcessorError::invalid(
        "The payment cannot be started",
        "invalid_intent_options",
        format!(
            "`paymentIntentOptions` of the store's class: {}. Stripe was not asked. Correct the class.",
            reason.replace("field", "option")
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<IntentOptions> {
        IntentOptions::read(&JsonObject::parse(text).unwrap())
    }

    fn refused(text: &str) -> String {
        let error = read(text).and_then(IntentOptions::for_medusa_1).unwrap_err();
        assert_eq!(error.code(), "invalid_intent_options");
        error.detail().to_owned()
    }

    #[test]
    fn a_class_says_as_much_as_it_wants() {
        assert_eq!(read("{}").unwrap(), IntentOptions::default());
        let nothing = r#"{"capture_method":null,"payment_method_types":[]}"#;
        assert_eq!(read(nothing).unwrap(), IntentOptions::default());
        let klarna = read(r#"{"payment_method_types":["klarna"],"capture_method":"automatic"}"#);
        let klarna = klarna.and_then(IntentOptions::for_medusa_1).unwrap();
        assert_eq!(klarna.payment_method_types.unwrap(), ["klarna"]);
        assert_eq!(klarna.capture_method.map(CaptureMethod::as_str), Some("automatic"));
    }

    #[test]
    fn what_a_class_cannot_say_is_named_with_what_it_can() {
        let detail = refused(r#"{"amount":5}"#);
        assert!(
            detail.contains("unknown option `amount`, expected one of `capture_method`"),
            "{detail}"
        );
        let detail = refused(r#"{"payment_method_types":"klarna"}"#);
        assert!(detail.contains("`payment_method_types`: expected a sequence"), "{detail}");
        let detail = refused(r#"{"capture_method":"sk_live_secret"}"#);
        assert!(detail.contains("`capture_method`") && !detail.contains("secret"), "{detail}");
        let detail =
            refused(r#"{"payment_method_options":{"klarna":{"preferred_locale":"de-DE"}}}"#);
        assert!(detail.contains("unknown option `payment_method_options`"), "{detail}");
    }

    #[test]
    fn a_class_for_other_ways_to_pay_has_no_use_for_saved_cards() {
        assert!(IntentOptions::default().allow("card"));
        assert!(read(r#"{"payment_method_types":["klarna","card"]}"#).unwrap().allow("card"));
        assert!(!read(r#"{"payment_method_types":["klarna"]}"#).unwrap().allow("card"));
    }
}
