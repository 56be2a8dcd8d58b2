//! PayPal's objects, as far as they are looked at
//! (<https://developer.paypal.com/docs/api/orders/v2/>,
//! <https://developer.paypal.com/docs/api/payments/v2/>).

use medusa_payment_rs::webhook::PaymentState;
use medusa_payment_rs::{Amount, JsonObject, PaymentSessionStatus};
use serde::{Deserialize, Serialize};

use crate::money::Money;

/// A capture that a refund can come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refundable<'a> {
    pub id: &'a str,
    pub currency: &'a str,
    /// In minor units.
    pub left: Amount,
}

/// An order: the whole object as PayPal sent it, and the fields that matter here.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "JsonObject")]
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

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Intent {
    Capture,
    #[default]
    #[serde(other)]
    Authorize,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PurchaseUnit {
    pub reference_id: Option<String>,
    pub custom_id: Option<String>,
    pub amount: Option<Money>,
    #[serde(default)]
    pub payments: Payments,
}

/// What became of an order's money.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Payments {
    pub authorizations: Vec<Authorization>,
    pub captures: Vec<Capture>,
    pub refunds: Vec<Refund>,
}

/// An authorization: money that is held.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Authorization {
    pub id: String,
    #[serde(default)]
    pub status: AuthorizationStatus,
    pub amount: Option<Money>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum AuthorizationStatus {
    Created,
    Captured,
    PartiallyCaptured,
    Voided,
    Expired,
    Denied,
    /// Pending, or something that this version does not know: nothing is held as far as it can tell.
    #[default]
    #[serde(other)]
    Pending,
}

impl Authorization {
    /// Returns whether there is still something to capture or to release.
    pub(crate) fn is_open(&self) -> bool {
        use AuthorizationStatus::{Created, PartiallyCaptured, Pending};
        matches!(self.status, Created | PartiallyCaptured | Pending)
    }
}

/// A capture: money that was taken.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Capture {
    pub id: String,
    #[serde(default)]
    pub status: CaptureStatus,
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
    /// Returns whether the store got the money, even if it was refunded since.
    pub(crate) fn is_taken(self) -> bool {
        matches!(self, Self::Completed | Self::PartiallyRefunded | Self::Refunded)
    }
}

/// A refund.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Refund {
    pub id: String,
    /// `COMPLETED`, `PENDING`, `FAILED` or `CANCELLED`.
    pub status: Option<String>,
    #[serde(default)]
    pub status_details: StatusDetails,
    pub amount: Option<Money>,
    pub custom_id: Option<String>,
    pub create_time: Option<String>,
    #[serde(default)]
    pub links: Vec<Link>,
}

impl Refund {
    /// Returns whether the money stays with the store.
    pub(crate) fn is_void(&self) -> bool {
        matches!(self.status.as_deref(), Some("FAILED" | "CANCELLED"))
    }

    /// Returns the capture that it gives back from.
    fn capture(&self) -> Option<&str> {
        made_from(&self.links, "/v2/payments/captures/")
    }
}

/// Where PayPal leads on to.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Link {
    pub rel: String,
    pub href: String,
}

/// Returns the id, below `path`, of what something was made from.
pub(crate) fn made_from<'a>(links: &'a [Link], path: &str) -> Option<&'a str> {
    let up = links.iter().find(|link| link.rel == "up")?;
    Some(up.href.split_once(path)?.1)
}

/// Why something is as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct StatusDetails {
    pub reason: Option<String>,
}

impl TryFrom<JsonObject> for Order {
    type Error = serde_json::Error;

    fn try_from(raw: JsonObject) -> Result<Self, serde_json::Error> {
        let fields = raw.deserialize()?;
        Ok(Self { raw, fields })
    }
}

impl Order {
    /// Returns what is to be paid; `None` if PayPal answered with as little as the JavaScript plugin
    /// asks for.
    pub(crate) fn amount(&self) -> Option<&Money> {
        self.fields.purchase_units.first()?.amount.as_ref()
    }

    /// Returns what the order is for: `cart_…` or `paycol_…` in Medusa 1, the session `payses_…` in
    /// Medusa 2.
    pub(crate) fn custom_id(&self) -> Option<&str> {
        self.fields.purchase_units.first()?.custom_id.as_deref()
    }

    fn authorizations(&self) -> impl Iterator<Item = &Authorization> {
        self.fields.purchase_units.iter().flat_map(|unit| &unit.payments.authorizations)
    }

    pub(crate) fn open_authorizations(&self) -> impl Iterator<Item = &Authorization> {
        self.authorizations().filter(|authorization| authorization.is_open())
    }

    pub(crate) fn captures(&self) -> impl Iterator<Item = &Capture> {
        self.fields.purchase_units.iter().flat_map(|unit| &unit.payments.captures)
    }

    pub(crate) fn refunds(&self) -> impl Iterator<Item = &Refund> {
        self.fields.purchase_units.iter().flat_map(|unit| &unit.payments.refunds)
    }

    /// Returns the capture that PayPal has not decided on yet.
    pub(crate) fn pending_capture(&self) -> Option<&Capture> {
        self.captures().find(|capture| capture.status == CaptureStatus::Pending)
    }

    /// Returns what was taken, refunds not counted; `None` if nothing was.
    pub(crate) fn taken(&self) -> Option<Amount> {
        self.captures()
            .filter(|capture| capture.status.is_taken())
            .map(|capture| in_minor_units(capture.amount.as_ref()))
            .reduce(sum)
    }

    /// Returns what was given back.
    fn refunded(&self) -> Amount {
        let refunds = self.refunds().filter(|refund| !refund.is_void());
        refunds.map(|refund| in_minor_units(refund.amount.as_ref())).fold(Amount::ZERO, sum)
    }

    /// Returns the captures that brought money, each with what is left of it.
    pub(crate) fn refundable(&self) -> Vec<Refundable<'_>> {
        self.captures()
            .filter(|capture| capture.status.is_taken())
            .filter_map(|capture| {
                let amount = capture.amount.as_ref().or(self.amount())?;
                let rest = || amount.amount()?.checked_sub(self.refunded_of(&capture.id));
                let left = match capture.status {
                    CaptureStatus::Refunded => Amount::ZERO,
                    _ => rest().unwrap_or_default(),
                };
                Some(Refundable { id: &capture.id, currency: &amount.currency_code, left })
            })
            .collect()
    }

    fn refunded_of(&self, capture: &str) -> Amount {
        self.refunds()
            .filter(|refund| !refund.is_void() && refund.capture() == Some(capture))
            .map(|refund| in_minor_units(refund.amount.as_ref()))
            .fold(Amount::ZERO, sum)
    }

    /// Returns what is held or was: the last authorization's amount, because a renewed one replaces the
    /// one before.
    pub(crate) fn held(&self) -> Option<&Money> {
        self.authorizations().last()?.amount.as_ref()
    }

    /// Returns whether money is held or was taken, or is about to be.
    pub(crate) fn is_paid(&self) -> bool {
        self.open_authorizations().next().is_some()
            || self.captures().any(|capture| {
                capture.status.is_taken() || capture.status == CaptureStatus::Pending
            })
    }

    /// Returns whether the store has money of the shopper's that it can refund, or is about to.
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

    /// Returns how far the payment is, in Medusa's words. Up to the completed order they are those of
    /// the JavaScript plugin, which does not look whether the money is still held.
    pub(crate) fn status(&self) -> PaymentSessionStatus {
        match self.fields.status {
            OrderStatus::Created | OrderStatus::Unknown => PaymentSessionStatus::Pending,
            OrderStatus::Saved | OrderStatus::Approved | OrderStatus::PayerActionRequired => {
                PaymentSessionStatus::RequiresMore
            }
            OrderStatus::Voided if self.taken().is_none() => PaymentSessionStatus::Canceled,
            OrderStatus::Voided | OrderStatus::Completed => self.status_of_money(),
        }
    }

    /// Returns what PayPal has of the order now, in the contract's words.
    pub(crate) fn state(&self) -> PaymentState {
        let captured = self.taken().unwrap_or_default();
        let amount = self.amount().or(self.held()).and_then(Money::amount).unwrap_or(captured);
        let status = self.status();
        let (payment, refunded) = (self.fields.id.clone(), self.refunded());
        let resource = self.custom_id().map(str::to_owned);
        PaymentState { payment, status, amount, captured, refunded, resource }
    }

    /// An order that was captured in part and holds the rest is authorized: Medusa would record all of it as captured, and
    /// a webhook must not lead to the rest being taken.
    fn status_of_money(&self) -> PaymentSessionStatus {
        use AuthorizationStatus::{Created, Denied, Expired, PartiallyCaptured, Pending, Voided};
        if let Some(taken) = self.taken() {
            let amount = self.amount().or(self.held()).and_then(Money::amount).unwrap_or(taken);
            let holds_the_rest = taken < amount && self.open_authorizations().next().is_some();
            return if holds_the_rest {
                PaymentSessionStatus::Authorized
            } else {
                PaymentSessionStatus::Captured
            };
        }
        if self.pending_capture().is_some() {
            return PaymentSessionStatus::Pending;
        }
        let is_any = |statuses: &[AuthorizationStatus]| {
            self.authorizations().any(|authorization| statuses.contains(&authorization.status))
        };
        if is_any(&[Created, PartiallyCaptured]) {
            PaymentSessionStatus::Authorized
        } else if is_any(&[Pending]) {
            PaymentSessionStatus::Pending
        } else if is_any(&[Denied]) || self.captures().next().is_some() {
            PaymentSessionStatus::Error
        } else if is_any(&[Voided, Expired]) {
            PaymentSessionStatus::Canceled
        } else {
            PaymentSessionStatus::Authorized
        }
    }
}

fn in_minor_units(money: Option<&Money>) -> Amount {
    money.and_then(Money::amount).unwrap_or_default()
}

fn sum(sum: Amount, amount: Amount) -> Amount {
    sum.checked_add(amount).unwrap_or(Amount::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(status: &str, payments: &str) -> Order {
        let unit = format!(
            r#"{{"reference_id":"default","amount":{{"currency_code":"EUR","value":"10.00"}},"payments":{payments}}}"#
        );
        serde_json::from_str(&format!(
            r#"{{"id":"O1","status":"{status}","purchase_units":[{unit}]}}"#
        ))
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
        let order: Order = serde_json::from_str(body).unwrap();
        assert_eq!(order.raw.as_str(), body);
        assert!(order.amount().is_none() && !order.is_paid());
    }

    #[test]
    fn an_order_that_is_captured_in_part_and_holds_the_rest_is_not_captured() {
        let state = |status: &str, refund: &str| {
            let authorization = format!(r#""authorizations":[{{"id":"A1","status":"{status}"}}]"#);
            let money =
                |value: &str| format!(r#""amount":{{"currency_code":"EUR","value":"{value}"}}"#);
            let capture = format!(
                r#""captures":[{{"id":"C1","status":"PARTIALLY_REFUNDED",{}}}]"#,
                money("4.00")
            );
            let refund =
                format!(r#""refunds":[{{"id":"R1","status":"{refund}",{}}}]"#, money("1.00"));
            order("COMPLETED", &format!("{{{authorization},{capture},{refund}}}")).state()
        };
        let amounts = |state: &PaymentState| {
            [state.amount, state.captured, state.refunded].map(Amount::minor_units)
        };
        let partial = state("PARTIALLY_CAPTURED", "COMPLETED");
        assert_eq!(partial.status, PaymentSessionStatus::Authorized);
        assert_eq!(amounts(&partial), [1000, 400, 100]);
        let last = state("CAPTURED", "FAILED");
        assert_eq!(last.status, PaymentSessionStatus::Captured);
        assert_eq!(amounts(&last), [1000, 400, 0]);
    }

    #[test]
    fn what_is_left_of_a_capture_is_what_its_own_refunds_leave() {
        let money =
            |value: &str| format!(r#""amount":{{"currency_code":"EUR","value":"{value}"}}"#);
        let capture = |id: &str, status: &str| {
            format!(r#"{{"id":"{id}","status":"{status}",{}}}"#, money("5.00"))
        };
        let refund = |status: &str, of: &str, value: &str| {
            let up = format!("https://api-m.paypal.com/v2/payments/captures/{of}");
            let money = money(value);
            format!(
                r#"{{"id":"R","status":"{status}",{money},"links":[{{"rel":"up","href":"{up}"}}]}}"#
            )
        };
        let captures = [
            capture("C0", "DECLINED"),
            capture("C1", "REFUNDED"),
            capture("C2", "PARTIALLY_REFUNDED"),
            capture("C3", "COMPLETED"),
        ];
        let refunds = [
            refund("COMPLETED", "C1", "5.00"),
            refund("PENDING", "C2", "1.00"),
            refund("FAILED", "C2", "2.00"),
        ];
        let payments =
            format!(r#"{{"captures":[{}],"refunds":[{}]}}"#, captures.join(","), refunds.join(","));
        let order = order("COMPLETED", &payments);
        let left = order.refundable();
        let left: Vec<_> = left.iter().map(|of| (of.id, of.left.minor_units())).collect();
        assert_eq!(left, [("C1", 0), ("C2", 400), ("C3", 500)]);
    }

    #[test]
    fn an_order_whose_rest_was_voided_after_a_part_is_captured() {
        let payments = format!(
            r#"{{"authorizations":[{{"id":"A1","status":"VOIDED"}}],{}"#,
            &capture("COMPLETED")[1..]
        );
        assert_eq!(order("VOIDED", &payments).status(), PaymentSessionStatus::Captured);
        assert_eq!(order("VOIDED", "{}").status(), PaymentSessionStatus::Canceled);
    }
}
