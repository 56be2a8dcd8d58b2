//! The refunds of an order.

use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use medusa_payment_rs::refunds::{Keyed, Refund, RefundApi};
use medusa_payment_rs::{Amount, PaymentProcessorError, Result, async_trait};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::api::Api;
use crate::money::Money;
use crate::order::{self, Order, Refundable};
use crate::requests::refund_capture;

/// How the `custom_id` of a refund begins that Medusa asked for.
const MARK: &str = "medusa-refund-";

/// The refunds of an order, for [`refund`](medusa_payment_rs::refunds::refund).
pub(crate) struct OrderRefunds<'a> {
    api: &'a Api<'a>,
    id: &'a str,
    /// The order as it was just read, for the refund that is made from it.
    order: Mutex<Option<Order>>,
}

impl<'a> OrderRefunds<'a> {
    pub(crate) fn new(api: &'a Api<'a>, id: &'a str) -> Self {
        Self { api, id, order: Mutex::default() }
    }

    fn latest(&self) -> std::sync::MutexGuard<'_, Option<Order>> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn not_captured(&self, order: &Order) -> PaymentProcessorError {
        let (code, detail) = match order.pending_capture() {
            Some(_) => {
                ("capture_pending", "PayPal has not decided on the capture yet. Try again later.")
            }
            None => ("not_captured", "Nothing was captured: cancel the payment instead."),
        };
        self.api.refused(code, detail)
    }

    /// A refund from several captures would be several at PayPal. A process that dies between them would leave Medusa with
    /// a refund of which a part was paid.
    fn too_large(
        &self,
        captures: &[Refundable<'_>],
        chosen: &Refundable<'_>,
        amount: Amount,
    ) -> PaymentProcessorError {
        let left: Vec<String> = captures.iter().map(|capture| capture.left.to_string()).collect();
        let detail = format!(
            "The payment was captured in {} parts, and PayPal refunds each by itself: {} are left of them (minor units). A \
             refund of {amount} does not fit into one. Nothing was moved. Refund it in several refunds, the first of them \
             of {} at most.",
            captures.len(),
            left.join(", "),
            chosen.left
        );
        self.api.refused("refund_exceeds_one_capture", detail)
    }
}

/// Returns the capture that a refund comes from: the one that it leaves the least of, or that has the most if it is too
/// large for each.
///
/// Without a row for each refund, as in Medusa 1, it is the first that has some left, whatever the amount: of two refunds
/// on two servers that start from the same data PayPal makes one only if both come from the same capture.
fn chosen<'o, 'c>(
    captures: &'c [Refundable<'o>],
    amount: Amount,
    has_row: bool,
) -> Option<&'c Refundable<'o>> {
    if !has_row {
        return captures.iter().min_by_key(|capture| capture.left.is_zero());
    }
    let fitting = captures.iter().filter(|capture| capture.left >= amount);
    fitting.min_by_key(|capture| capture.left).or_else(|| {
        // Of several, the first.
        captures.iter().rev().max_by_key(|capture| capture.left)
    })
}

#[async_trait]
impl RefundApi for OrderRefunds<'_> {
    fn provider(&self) -> &'static str {
        "PayPal"
    }

    async fn list(&self) -> Result<Vec<Refund>> {
        let order = self.api.get_order(self.id).await?;
        let refunds = order.refunds().cloned().map(Refund::from).collect();
        *self.latest() = Some(order);
        Ok(refunds)
    }

    /// PayPal answers a request id that was used before with what the first request made, whatever the
    /// second one asks for, and with the same status (201): a refund with another mark was made by another
    /// call.
    async fn create(&self, amount: Amount, key: &str, mark: &str) -> Result<Keyed<Refund>> {
        let known = self.latest().take();
        let order = match known {
            Some(order) => order,
            None => self.api.get_order(self.id).await?,
        };
        let captures = order.refundable();
        let has_row = self.api.exchange.call().row().is_some();
        let Some(capture) = chosen(&captures, amount, has_row) else {
            return Ok(Keyed::Refused(self.not_captured(&order)));
        };
        if captures.len() > 1 && capture.left < amount {
            return Ok(Keyed::Refused(self.too_large(&captures, capture, amount)));
        }
        let money = Money::new(amount, capture.currency)?;
        let mark = format!("{MARK}{mark}");
        let answer = self.api.refund(refund_capture(capture.id, &money, &mark), key).await?;
        Ok(answer.map(Refund::from))
    }

    fn now(&self) -> u64 {
        self.api.exchange.client().now()
    }
}

impl From<order::Refund> for Refund {
    fn from(refund: order::Refund) -> Self {
        let is_void = refund.is_void();
        let reason = || refund.status_details.reason.unwrap_or_else(|| "REFUND_FAILED".to_owned());
        Self {
            void: is_void.then(reason),
            mark: refund.custom_id.and_then(|id| Some(id.strip_prefix(MARK)?.to_owned())),
            id: refund.id,
            amount: refund.amount.as_ref().and_then(Money::amount),
            created: refund.create_time.as_deref().and_then(seconds_since_1970).unwrap_or(0),
        }
    }
}

/// Returns a time as PayPal spells it (`2026-11-24T09:30:00Z`) in seconds since 1970.
fn seconds_since_1970(timestamp: &str) -> Option<u64> {
    let time: SystemTime = OffsetDateTime::parse(timestamp, &Rfc3339).ok()?.into();
    Some(time.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refund(json: &str) -> Refund {
        serde_json::from_str::<order::Refund>(json).unwrap().into()
    }

    #[test]
    fn a_refund_is_ours_by_its_mark_and_void_by_its_status() {
        let ours = refund(
            r#"{"id":"R1","status":"PENDING","custom_id":"medusa-refund-1","create_time":"2026-11-24T00:00:00Z","amount":{"currency_code":"EUR","value":"3.00"}}"#,
        );
        assert!(ours.is_ours() && ours.void.is_none());
        assert_eq!((ours.amount, ours.created), (Amount::new(300).ok(), 1_795_478_400));
        let failed = r#"{"id":"R2","status":"FAILED","status_details":{"reason":"ECHECK"}}"#;
        assert_eq!(refund(failed).void.as_deref(), Some("ECHECK"));
        let canceled = refund(r#"{"id":"R3","status":"CANCELLED","custom_id":"order-7"}"#);
        assert_eq!(canceled.void.as_deref(), Some("REFUND_FAILED"));
        assert!(!canceled.is_ours());
    }

    #[test]
    fn a_refund_comes_from_the_capture_that_it_fits_best() {
        let of = |id, left| Refundable { id, currency: "EUR", left: Amount::new(left).unwrap() };
        let captures = [of("C1", 0), of("C2", 700), of("C3", 500), of("C4", 500)];
        let id = |amount: u64, has_row| {
            chosen(&captures, Amount::new(amount).unwrap(), has_row).map(|capture| capture.id)
        };
        assert_eq!(id(500, true), Some("C3"));
        assert_eq!(id(100, true), Some("C3"));
        assert_eq!(id(501, true), Some("C2"));
        assert_eq!(id(701, true), Some("C2"));
        for amount in [100, 500, 701] {
            assert_eq!(id(amount, false), Some("C2"));
        }
        assert_eq!(chosen(&[], Amount::ZERO, true), None);
    }

    #[test]
    fn a_timestamp_may_have_a_fraction_or_an_offset() {
        for (text, seconds) in [
            ("2000-02-29T12:00:00Z", Some(951_825_600)),
            ("2026-11-24T00:00:01.123Z", Some(1_795_478_401)),
            ("2026-11-23T17:00:00-07:00", Some(1_795_478_400)),
            ("2026-11-24", None),
            ("1969-12-31T23:59:59Z", None),
        ] {
            assert_eq!(seconds_since_1970(text), seconds, "{text}");
        }
    }
}
