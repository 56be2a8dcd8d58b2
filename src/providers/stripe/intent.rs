//! Stripe's objects, as far as they are looked at.

use serde::Deserialize;

use super::requests::REFUND_MARK;
use crate::amount::Amount;
use crate::error::Result;
use crate::json::JsonObject;
use crate::types::PaymentSessionStatus;

/// How far an intent is (<https://docs.stripe.com/payments/paymentintents/lifecycle>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum IntentStatus {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    Processing,
    RequiresCapture,
    Succeeded,
    Canceled,
    /// One that this version does not know: nothing is held as far as it can tell.
    #[serde(other)]
    Unknown,
}

impl IntentStatus {
    /// In Medusa's words.
    pub(super) fn for_medusa(self) -> PaymentSessionStatus {
        match self {
            Self::RequiresPaymentMethod
            | Self::RequiresConfirmation
            | Self::Processing
            | Self::Unknown => PaymentSessionStatus::Pending,
            Self::RequiresAction => PaymentSessionStatus::RequiresMore,
            Self::RequiresCapture => PaymentSessionStatus::Authorized,
            Self::Succeeded => PaymentSessionStatus::Captured,
            Self::Canceled => PaymentSessionStatus::Canceled,
        }
    }

    /// Whether the shopper has paid, or is about to: the intent stays as it is.
    pub(super) fn is_paid(self) -> bool {
        matches!(self, Self::Processing | Self::RequiresCapture | Self::Succeeded)
    }
}

/// A PaymentIntent: the whole object as Stripe sent it, and the fields that matter here.
#[derive(Debug, Deserialize)]
#[serde(try_from = "JsonObject")]
pub(super) struct Intent {
    pub raw: JsonObject,
    pub fields: IntentFields,
}

#[derive(Debug, Deserialize)]
pub(super) struct IntentFields {
    pub id: String,
    pub status: IntentStatus,
    pub amount: Amount,
    #[serde(default)]
    pub amount_received: Option<Amount>,
    #[serde(default)]
    pub metadata: Option<JsonObject>,
}

impl IntentFields {
    /// Whether it was made for this cart and a shopper can still pay it.
    pub(super) fn is_payable_for(&self, cart: &str) -> bool {
        let is_of_cart = self
            .metadata
            .as_ref()
            .and_then(|metadata| metadata.get::<String>("resource_id"))
            .is_some_and(|resource| resource == cart);
        is_of_cart && !self.status.is_paid() && self.status != IntentStatus::Canceled
    }
}

impl Intent {
    /// The intent that a reply spells.
    ///
    /// # Errors
    /// Where it spells something else: then nothing is known about the request.
    pub(super) fn parse(body: String) -> Result<Self> {
        Ok(Self::try_from(JsonObject::from_text(body)?).map_err(crate::json::JsonError::from)?)
    }

    /// Whether all of its money was given back; known only where it was read with its charge.
    pub(super) fn is_refunded(&self) -> bool {
        self.raw.get::<Charge>("latest_charge").is_some_and(|charge| charge.refunded)
    }
}

impl TryFrom<JsonObject> for Intent {
    type Error = serde_json::Error;

    fn try_from(raw: JsonObject) -> Result<Self, serde_json::Error> {
        let fields = raw.deserialize()?;
        Ok(Self { raw, fields })
    }
}

/// A Charge, where it is in the intent as a whole.
#[derive(Debug, Deserialize)]
struct Charge {
    /// Whether all of it was given back.
    refunded: bool,
}

/// A Refund.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Refund {
    pub id: String,
    pub amount: Amount,
    /// `pending`, `requires_action`, `succeeded`, `failed` or `canceled`; older ones have none.
    #[serde(default)]
    pub status: Option<String>,
    #[serde(default)]
    pub failure_reason: Option<String>,
    /// Seconds since 1970.
    pub created: u64,
    #[serde(default)]
    pub metadata: Option<JsonObject>,
}

impl Refund {
    /// Whether the money stays with the store.
    pub(super) fn is_void(&self) -> bool {
        matches!(self.status.as_deref(), Some("failed" | "canceled"))
    }

    /// Whether Medusa asked for it, rather than somebody in Stripe's dashboard.
    pub(super) fn is_ours(&self) -> bool {
        let (name, value) = REFUND_MARK;
        self.metadata
            .as_ref()
            .and_then(|metadata| metadata.get::<String>(name))
            .is_some_and(|mark| mark == value)
    }
}

/// A page of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Page<T> {
    pub data: Vec<T>,
    #[serde(default)]
    pub has_more: bool,
}

/// What has only to be known by its id.
#[derive(Debug, Deserialize)]
pub(super) struct Identified {
    pub id: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn every_status_has_medusas_word() {
        for (stripe, medusa) in [
            ("requires_payment_method", PaymentSessionStatus::Pending),
            ("requires_confirmation", PaymentSessionStatus::Pending),
            ("processing", PaymentSessionStatus::Pending),
            ("something_new", PaymentSessionStatus::Pending),
            ("requires_action", PaymentSessionStatus::RequiresMore),
            ("requires_capture", PaymentSessionStatus::Authorized),
            ("succeeded", PaymentSessionStatus::Captured),
            ("canceled", PaymentSessionStatus::Canceled),
        ] {
            let status: IntentStatus = serde_json::from_str(&format!("\"{stripe}\"")).unwrap();
            assert_eq!(status.for_medusa(), medusa, "{stripe}");
        }
    }

    #[test]
    fn an_intent_is_kept_as_it_came() {
        let body = r#"{"id":"pi_1","amount":5,"status":"succeeded","new_field":{"b":1.0,"a":2}}"#;
        let intent = Intent::parse(body.to_owned()).unwrap();
        assert_eq!(intent.raw.as_str(), body);
        assert_eq!(intent.fields.id, "pi_1");
    }

    #[test]
    fn a_reply_that_is_no_intent_says_nothing_about_the_outcome() {
        for body in ["", "<html>", "[]", "{}", r#"{"id":"pi_1"}"#, r#"{"id":"pi_1","amount":5"#] {
            let error = Intent::parse(body.to_owned()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{body}");
            assert_eq!(error.code(), "invalid_response");
        }
    }
}
