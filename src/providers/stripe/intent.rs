//! Stripe's objects, as far as they are looked at.

use serde::Deserialize;

use crate::amount::Amount;
use crate::json::JsonObject;
use crate::types::PaymentSessionStatus;
use crate::webhook::PaymentState;

/// The metadata with the identifier of the class that made an intent.
pub(super) const MAKER: &str = "medusa_provider";

/// Returns how far an intent was when Medusa stored it.
pub(super) fn stored_status(data: &JsonObject) -> Option<PaymentSessionStatus> {
    data.get::<IntentStatus>("status").map(IntentStatus::for_medusa)
}

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
    /// Returns the status in Medusa's words.
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

    /// Returns whether the shopper has paid, or is about to: the intent stays as it is.
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
    #[serde(default)]
    pub payment_method_types: Vec<String>,
    #[serde(default)]
    pub currency: String,
    #[serde(default)]
    pub amount_capturable: Option<Amount>,
    #[serde(default)]
    pub payment_method: Option<PaymentMethod>,
}

/// The payment method of an intent.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum PaymentMethod {
    Id(String),
    /// What Stripe calls expanded.
    Whole {
        #[serde(rename = "type")]
        kind: String,
    },
}

impl IntentFields {
    /// Returns the identifier of the class that made it, if that is not one of the plugin's own.
    pub(super) fn maker(&self) -> Option<String> {
        self.metadata.as_ref()?.get(MAKER)
    }

    /// Returns whether it was made for this cart and a shopper can still pay it.
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
    /// Returns the charge, if the intent was read with it.
    fn charge(&self) -> Option<Charge> {
        self.raw.get("latest_charge")
    }

    /// Returns the intent with the id of its charge in the place of the whole one, as it is without having asked for it.
    pub(super) fn with_charges_id(self) -> Self {
        self.with_id_of("latest_charge")
    }

    /// Returns the intent with the id of its customer, likewise.
    pub(super) fn with_customers_id(self) -> Self {
        self.with_id_of("customer")
    }

    fn with_id_of(self, member: &str) -> Self {
        let Some(Identified { id }) = self.raw.get(member) else { return self };
        Self { raw: self.raw.with([(member, id.into())]), ..self }
    }

    /// Returns whether Stripe lets it be captured several times; known only if it was read with its charge.
    pub(super) fn allows_several_captures(&self) -> bool {
        self.charge()
            .and_then(|charge| charge.payment_method_details)
            .and_then(|details| details.card)
            .and_then(|card| card.multicapture)
            .is_some_and(|multicapture| multicapture.status == "available")
    }

    /// Returns whether all of its money was given back; known only if it was read with its charge.
    pub(super) fn is_refunded(&self) -> bool {
        self.charge().is_some_and(|charge| charge.refunded)
    }

    /// Returns what Stripe has of it now, in the contract's words; how much was given back is known only
    /// if it was read with its charge.
    pub(super) fn state(&self) -> PaymentState {
        let IntentFields { id, status, amount, amount_received, .. } = &self.fields;
        let captured = match status {
            IntentStatus::Succeeded => amount_received.unwrap_or(*amount),
            _ => amount_received.unwrap_or_default(),
        };
        PaymentState {
            payment: id.clone(),
            status: status.for_medusa(),
            amount: *amount,
            captured,
            refunded: self.charge().map_or(Amount::ZERO, |charge| {
                let is_held = *status == IntentStatus::RequiresCapture;
                // Nothing was released as long as more can be captured.
                if is_held { charge.amount_refunded } else { charge.given_back(captured) }
            }),
            // Each host has its own word for it.
            resource: None,
        }
    }
}

impl TryFrom<JsonObject> for Intent {
    type Error = serde_json::Error;

    fn try_from(raw: JsonObject) -> Result<Self, serde_json::Error> {
        let fields = raw.deserialize()?;
        Ok(Self { raw, fields })
    }
}

/// A Charge, if it is in the intent as a whole.
#[derive(Debug, Deserialize)]
struct Charge {
    /// Whether all of it was given back.
    refunded: bool,
    #[serde(default)]
    amount: Amount,
    #[serde(default)]
    amount_refunded: Amount,
    #[serde(default)]
    payment_method_details: Option<MethodDetails>,
}

#[derive(Debug, Deserialize)]
struct MethodDetails {
    #[serde(default)]
    card: Option<CardDetails>,
}

#[derive(Debug, Deserialize)]
struct CardDetails {
    #[serde(default)]
    multicapture: Option<Multicapture>,
}

/// Whether a card allows several captures (<https://docs.stripe.com/payments/multicapture>).
#[derive(Debug, Deserialize)]
struct Multicapture {
    status: String,
}

impl Charge {
    /// Returns how much of the money that was taken is back. What a capture left of the held money
    /// counts as refunded at Stripe, although it was never taken.
    fn given_back(&self, captured: Amount) -> Amount {
        if self.refunded {
            return captured;
        }
        let released = self.amount.checked_sub(captured).unwrap_or_default();
        self.amount_refunded.checked_sub(released).unwrap_or_default()
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

    fn intent(body: &str) -> Intent {
        serde_json::from_str(body).unwrap()
    }

    #[test]
    fn an_intent_is_kept_as_it_came() {
        let body = r#"{"id":"pi_1","amount":5,"status":"succeeded","new_field":{"b":1.0,"a":2}}"#;
        assert_eq!(intent(body).raw.as_str(), body);
        assert_eq!(intent(body).fields.id, "pi_1");
    }

    #[test]
    fn what_a_capture_left_of_the_hold_was_not_given_back() {
        let state = |charge: &str| {
            let body = format!(
                r#"{{"id":"pi_1","amount":1000,"amount_received":400,"status":"succeeded","latest_charge":{charge}}}"#
            );
            intent(&body).state()
        };
        let amount = |units| Amount::new(units).unwrap();
        let partly = state(r#"{"refunded":false,"amount":1000,"amount_refunded":600}"#);
        assert_eq!((partly.captured, partly.refunded), (amount(400), Amount::ZERO));
        let body = r#"{"id":"pi_1","amount":1000,"amount_received":400,"status":"requires_capture",
            "latest_charge":{"refunded":false,"amount":1000,"amount_refunded":200}}"#;
        assert_eq!(intent(body).state().refunded, amount(200), "more can be captured");
        let more = state(r#"{"refunded":false,"amount":1000,"amount_refunded":700}"#);
        assert_eq!(more.refunded, amount(100));
        let all = state(r#"{"refunded":true,"amount":1000,"amount_refunded":1000}"#);
        assert!(all.is_refunded());
    }
}
