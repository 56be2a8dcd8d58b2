//! Webhooks: what a provider tells the store without being asked.
//!
//! A delivery is a hint. It comes late, twice and out of order, and anyone can post to its address. So
//! [`PaymentProcessor::read_webhook`](crate::PaymentProcessor::read_webhook) verifies that the provider
//! sent it and says which payment it is about;
//! [`PaymentProcessor::payment_state`](crate::PaymentProcessor::payment_state) reads what the provider
//! has of that payment now; and [`Reconciliation`] decides, from that and from Medusa's rows, what
//! Medusa has to do next.

mod money;
mod reconciliation;
mod signature;

use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::types::PaymentSessionStatus;

pub use money::{MoneyEvent, MoneyNews};
#[cfg(feature = "node")]
pub(crate) use reconciliation::Recorded;
pub use reconciliation::{Reconciliation, Step};
pub use signature::is_signed;
#[cfg(feature = "stripe")]
pub(crate) use signature::sign;

/// A webhook request as it arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookRequest {
    /// The body, byte for byte: signatures are over these bytes.
    pub body: Vec<u8>,
    headers: Vec<(String, String)>,
}

impl WebhookRequest {
    /// Returns a request with these headers, whose names may be spelled in any case.
    pub fn new<N: AsRef<str>>(
        body: impl Into<Vec<u8>>,
        headers: impl IntoIterator<Item = (N, String)>,
    ) -> Self {
        let headers = headers
            .into_iter()
            .map(|(name, value)| (name.as_ref().to_ascii_lowercase(), value))
            .collect();
        Self { body: body.into(), headers }
    }

    /// Returns the first header of this name, which may be spelled in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_str())
    }

    /// Returns the body as text, or `None` if it is not UTF-8.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.body).ok()
    }
}

/// What a delivery says, once it is certain that the provider sent it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WebhookEvent {
    /// The provider's id of the event; one event may be delivered several times.
    pub id: String,
    /// The provider's own word for it, as `payment_intent.succeeded`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What became of the payment.
    pub action: WebhookAction,
    /// The provider's id of the payment, as [`PaymentProcessor::payment_id`] gives it.
    ///
    /// [`PaymentProcessor::payment_id`]: crate::PaymentProcessor::payment_id
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<String>,
    /// What the payment is for: `cart_…`, `paycol_…` or `payses_…`, as the processor was told when it started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Over how much, in minor units, if the event says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// Why an attempt to pay failed, in the provider's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether the payment has a mark of this store, so that it cannot be another one's on the same account. Only then the
    /// money that it holds is released if the store does not know the payment's session any more.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_of_this_store: bool,
    /// What happened to money after it was taken, if the event is about that: a refund, a failed refund, a dispute. Medusa
    /// has no action for it, so [`action`](Self::action) is [`NotSupported`](WebhookAction::NotSupported).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub money: Option<MoneyEvent>,
}

impl WebhookEvent {
    /// Returns an event that a store does not act on.
    #[must_use]
    pub fn not_supported(id: impl Into<String>, kind: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            kind: kind.into(),
            action: WebhookAction::NotSupported,
            payment: None,
            resource: None,
            amount: None,
            reason: None,
            is_of_this_store: false,
            money: None,
        }
    }

    /// Returns an event about money that was taken for `payment`. What the payment is for may be missing in it: it is
    /// then found by the payment ([`PaymentState::resource`]).
    #[must_use]
    pub fn about_money(
        id: impl Into<String>,
        kind: impl Into<String>,
        payment: impl Into<String>,
        money: MoneyEvent,
    ) -> Self {
        let (payment, money) = (Some(payment.into()), Some(money));
        Self { payment, money, ..Self::not_supported(id, kind) }
    }
}

/// What became of a payment, under the names of Medusa 2's `WebhookActionType`
/// (`@medusajs/types/dist/payment/provider.d.ts`), which has no others: an unknown one would authorize
/// the cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookAction {
    /// The money is held.
    Authorized,
    /// The money was taken.
    Captured,
    /// An attempt to pay failed; the shopper may try again.
    Failed,
    /// The provider has not decided yet.
    Pending,
    /// The shopper has to do something first.
    RequiresMore,
    /// The payment was canceled.
    Canceled,
    /// The order may be placed although the money comes later.
    PendingAuthorization,
    /// Nothing that a store acts on.
    NotSupported,
}

/// What the provider has of a payment now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentState {
    /// The provider's id of the payment.
    pub payment: String,
    /// How far it is.
    pub status: PaymentSessionStatus,
    /// What it is over, in minor units.
    pub amount: Amount,
    /// How much was taken, in minor units.
    pub captured: Amount,
    /// How much was given back, in minor units.
    pub refunded: Amount,
    /// What the payment is for, as the processor was told when it started it, if the provider keeps that:
    /// `cart_…`, `paycol_…` or `payses_…`. It leads from an event that names a payment only to the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
}

impl PaymentState {
    /// Returns whether money was taken and all of it given back.
    #[must_use]
    pub fn is_refunded(&self) -> bool {
        !self.captured.is_zero() && self.refunded >= self.captured
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_headers_may_be_spelled_in_any_case() {
        let request = WebhookRequest::new("{}", [("Stripe-Signature", "t=1".to_owned())]);
        assert_eq!(request.header("stripe-signature"), Some("t=1"));
        assert_eq!(request.header("STRIPE-SIGNATURE"), Some("t=1"));
        assert_eq!(request.header("stripe"), None);
    }

    #[test]
    fn a_payment_is_refunded_once_all_that_was_taken_is_given_back() {
        let state = |captured, refunded| PaymentState {
            payment: "pi_1".to_owned(),
            status: PaymentSessionStatus::Captured,
            amount: Amount::new(1500).unwrap(),
            captured: Amount::new(captured).unwrap(),
            refunded: Amount::new(refunded).unwrap(),
            resource: None,
        };
        assert!(state(1500, 1500).is_refunded());
        assert!(state(500, 500).is_refunded());
        assert!(!state(1500, 1499).is_refunded());
        assert!(!state(0, 0).is_refunded());
    }
}
