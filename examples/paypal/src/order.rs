//! PayPal's objects, as far as they are looked at
//! (<https://developer.paypal.com/docs/api/orders/v2/>,
//! <https://developer.paypal.com/docs/api/payments/v2/>).

use medusa_payment_rs::{Amount, JsonError, JsonObject, PaymentSessionStatus, Result};
use serde::Deserialize;

use crate::money::Money;
use crate::requests::REFUND_MARK;

/// An order: the whole object as PayPal sent it, and the fields that matter here.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub raw: JsonObject,
    pub fields: OrderFields,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct OrderFields {
    pub id: String,
    pub status: OrderStatus,
    #[serde(default)]
    pub intent: Intent,
    #[serde(default)]
    pub purchase_units: Vec<PurchaseUnit>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum OrderStatus {
    Created,
    Saved,
    Approved,
    Voided,
    Completed,
    PayerActionRequired,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Intent {
    Capture,
    #[default]
    #[serde(other)]
    Authorize,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PurchaseUnit {
    #[serde(default)]
    pub reference_id: Option<String>,
    #[serde(default)]
    pub amount: Option<Money>,
    #[serde(default)]
    pub payments: Payments,
}

/// What became of an order's money.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Payments {
    pub authorizations: Vec<Hold>,
    pub captures: Vec<Capture>,
    pub refunds: Vec<Refund>,
}

/// An authorization: money that is held.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Hold {
    pub id: String,
    #[serde(default)]
    pub status: HoldStatus,
    #[serde(default)]
    pub amount: Option<Money>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum HoldStatus {
    Created,
    Captured,
    PartiallyCaptured,
    Pending,
    Voided,
    Expired,
    Denied,
    #[default]
    #[serde(other)]
    Unknown,
}

impl Hold {
    /// Whether there is still something to capture or to release.
    pub(crate) fn is_open(&self) -> bool {
        matches!(
            self.status,
            HoldStatus::Created
                | HoldStatus::PartiallyCaptured
                | HoldStatus::Pending
                | HoldStatus::Unknown
        )
    }
}

/// A capture: money that was taken.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Capture {
    pub id: String,
    #[serde(default)]
    pub status: CaptureStatus,
    #[serde(default)]
    pub amount: Option<Money>,
    #[serde(default)]
    pub status_details: StatusDetails,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum CaptureStatus {
    Completed,
    PartiallyRefunded,
    Refunded,
    Declined,
    Failed,
    /// Pending, or something that this version does not know: nothing was taken as far as it can
    /// tell.
    #[default]
    #[serde(other)]
    Pending,
}

impl CaptureStatus {
    /// Whether the store got the money, also where it gave it back since.
    pub(crate) fn is_taken(self) -> bool {
        matches!(self, Self::Completed | Self::PartiallyRefunded | Self::Refunded)
    }
}

/// A refund.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Refund {
    pub id: String,
    /// `COMPLETED`, `PENDING`, `FAILED` or `CANCELLED`.
    #[serde(default)]
    pub status: Option<String>,
    #[serde(default)]
    pub status_details: StatusDetails,
    #[serde(default)]
    pub amount: Option<Money>,
    #[serde(default)]
    pub custom_id: Option<String>,
    #[serde(default)]
    pub create_time: Option<String>,
}

impl Refund {
    /// Whether the money stays with the store.
    pub(crate) fn is_void(&self) -> bool {
        matches!(self.status.as_deref(), Some("FAILED" | "CANCELLED"))
    }

    /// Whether Medusa asked for it, rather than somebody in PayPal's dashboard or another plugin.
    pub(crate) fn is_ours(&self) -> bool {
        self.custom_id.as_deref().is_some_and(|id| id.starts_with(REFUND_MARK))
    }
}

/// Why something is as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct StatusDetails {
    pub reason: Option<String>,
}

impl Order {
    /// The order that a reply spells.
    ///
    /// # Errors
    /// Where it spells something else: then nothing is known about the request.
    pub(crate) fn parse(body: &str) -> Result<Self> {
        let raw = JsonObject::parse(body)?;
        let fields = raw.deserialize().map_err(JsonError::from)?;
        Ok(Self { raw, fields })
    }

    /// What is to be paid; `None` where PayPal was asked for as little as the JavaScript plugin
    /// asks for.
    pub(crate) fn amount(&self) -> Option<&Money> {
        self.fields.purchase_units.first()?.amount.as_ref()
    }

    pub(crate) fn holds(&self) -> impl Iterator<Item = &Hold> {
        self.fields.purchase_units.iter().flat_map(|unit| &unit.payments.authorizations)
    }

    pub(crate) fn open_holds(&self) -> impl Iterator<Item = &Hold> {
        self.holds().filter(|hold| hold.is_open())
    }

    pub(crate) fn captures(&self) -> impl Iterator<Item = &Capture> {
        self.fields.purchase_units.iter().flat_map(|unit| &unit.payments.captures)
    }

    pub(crate) fn refunds(&self) -> impl Iterator<Item = &Refund> {
        self.fields.purchase_units.iter().flat_map(|unit| &unit.payments.refunds)
    }

    /// The capture whose money PayPal has not decided on yet.
    pub(crate) fn pending_capture(&self) -> Option<&Capture> {
        self.captures().find(|capture| capture.status == CaptureStatus::Pending)
    }

    /// What was taken, refunds not counted; `None` where nothing was.
    pub(crate) fn taken(&self) -> Option<Amount> {
        self.captures()
            .filter(|capture| capture.status.is_taken())
            .map(|capture| capture.amount.as_ref().and_then(Money::amount).unwrap_or_default())
            .reduce(|sum, amount| sum.checked_add(amount).unwrap_or(Amount::MAX))
    }

    /// What is held or was: the last authorization's amount, since a renewed one takes the place of
    /// the one before.
    pub(crate) fn held(&self) -> Option<&Money> {
        self.holds().last()?.amount.as_ref()
    }

    /// Whether the store has or is about to get the shopper's money.
    pub(crate) fn is_paid(&self) -> bool {
        self.open_holds().next().is_some()
            || self.captures().any(|capture| {
                capture.status.is_taken() || capture.status == CaptureStatus::Pending
            })
    }

    /// Whether the store has the shopper's money or is about to, refunds counted.
    pub(crate) fn keeps_money(&self) -> bool {
        self.captures().any(|capture| {
            matches!(
                capture.status,
                CaptureStatus::Completed
                    | CaptureStatus::PartiallyRefunded
                    | CaptureStatus::Pending
            )
        })
    }

    /// How far the payment is, in Medusa's words. Up to the completed order they are those of the
    /// JavaScript plugin; there it does not look whether the money is still held.
    pub(crate) fn status(&self) -> PaymentSessionStatus {
        match self.fields.status {
            OrderStatus::Created | OrderStatus::Unknown => PaymentSessionStatus::Pending,
            OrderStatus::Saved | OrderStatus::Approved | OrderStatus::PayerActionRequired => {
                PaymentSessionStatus::RequiresMore
            }
            OrderStatus::Voided => PaymentSessionStatus::Canceled,
            OrderStatus::Completed => self.status_of_money(),
        }
    }

    fn status_of_money(&self) -> PaymentSessionStatus {
        if self.taken().is_some() {
            return PaymentSessionStatus::Captured;
        }
        if self.pending_capture().is_some() {
            return PaymentSessionStatus::Pending;
        }
        let is_any = |status| self.holds().any(|hold| hold.status == status);
        if is_any(HoldStatus::Created) || is_any(HoldStatus::PartiallyCaptured) {
            PaymentSessionStatus::Authorized
        } else if is_any(HoldStatus::Pending) || is_any(HoldStatus::Unknown) {
            PaymentSessionStatus::Pending
        } else if is_any(HoldStatus::Denied) || self.captures().next().is_some() {
            PaymentSessionStatus::Error
        } else if is_any(HoldStatus::Voided) || is_any(HoldStatus::Expired) {
            PaymentSessionStatus::Canceled
        } else {
            PaymentSessionStatus::Authorized
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use medusa_payment_rs::ErrorKind;

    fn order(status: &str, payments: &str) -> Order {
        let unit = format!(
            r#"{{"reference_id":"default","amount":{{"currency_code":"EUR","value":"10.00"}},"payments":{payments}}}"#
        );
        Order::parse(&format!(r#"{{"id":"O1","status":"{status}","purchase_units":[{unit}]}}"#))
            .unwrap()
    }

    fn hold(status: &str) -> String {
        format!(r#"{{"authorizations":[{{"id":"A1","status":"{status}"}}]}}"#)
    }

    fn capture(status: &str) -> String {
        format!(
            r#"{{"captures":[{{"id":"C1","status":"{status}","amount":{{"currency_code":"EUR","value":"10.00"}}}}]}}"#
        )
    }

    #[test]
    fn every_order_status_has_the_javascript_plugins_word() {
        for (paypal, medusa) in [
            ("CREATED", PaymentSessionStatus::Pending),
            ("SAVED", PaymentSessionStatus::RequiresMore),
            ("APPROVED", PaymentSessionStatus::RequiresMore),
            ("PAYER_ACTION_REQUIRED", PaymentSessionStatus::RequiresMore),
            ("VOIDED", PaymentSessionStatus::Canceled),
            ("COMPLETED", PaymentSessionStatus::Authorized),
            ("SOMETHING_NEW", PaymentSessionStatus::Pending),
        ] {
            assert_eq!(order(paypal, "{}").status(), medusa, "{paypal}");
        }
    }

    #[test]
    fn a_completed_order_is_as_far_as_its_money() {
        for (payments, medusa) in [
            (hold("CREATED"), PaymentSessionStatus::Authorized),
            (hold("PENDING"), PaymentSessionStatus::Pending),
            (hold("DENIED"), PaymentSessionStatus::Error),
            (hold("VOIDED"), PaymentSessionStatus::Canceled),
            (hold("EXPIRED"), PaymentSessionStatus::Canceled),
            (capture("COMPLETED"), PaymentSessionStatus::Captured),
            (capture("PARTIALLY_REFUNDED"), PaymentSessionStatus::Captured),
            (capture("REFUNDED"), PaymentSessionStatus::Captured),
            (capture("PENDING"), PaymentSessionStatus::Pending),
            (capture("SOMETHING_NEW"), PaymentSessionStatus::Pending),
            (capture("DECLINED"), PaymentSessionStatus::Error),
        ] {
            assert_eq!(order("COMPLETED", &payments).status(), medusa, "{payments}");
        }
    }

    #[test]
    fn what_was_taken_is_the_sum_of_the_captures_that_brought_money() {
        assert_eq!(order("COMPLETED", &capture("REFUNDED")).taken(), Amount::new(1000).ok());
        assert_eq!(order("COMPLETED", &capture("PENDING")).taken(), None);
        assert_eq!(order("COMPLETED", &hold("CREATED")).taken(), None);
    }

    #[test]
    fn an_order_is_kept_as_it_came() {
        let body = r#"{"id":"O1","status":"CREATED","links":[],"new_field":{"b":1.0,"a":2}}"#;
        let order = Order::parse(body).unwrap();
        assert_eq!(order.raw.as_str(), body);
        assert!(order.amount().is_none() && !order.is_paid());
    }

    #[test]
    fn a_reply_that_is_no_order_says_nothing_about_the_outcome() {
        for body in ["", "<html>", "[]", "{}", r#"{"id":"O1"}"#, r#"{"id":"O1","status":"CREA"#] {
            let error = Order::parse(body).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{body}");
        }
    }
}
