//! The refunds of an order.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use medusa_payment_rs::refunds::{Keyed, Refund, RefundApi};
use medusa_payment_rs::{Amount, ErrorKind, PaymentProcessorError, Result, async_trait};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::api::Api;
use crate::money::Money;
use crate::order::{self, Order, Refundable};
use crate::requests::refund_capture;

/// The code of a refund that is refused because the customer's bank has taken the money back.
const CHARGED_BACK: &str = "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK";

/// How the `custom_id` of a refund begins that Medusa asked for.
const MARK: &str = "medusa-refund-";

/// What follows the mark in the `custom_id` of a share, before the amount of the whole refund in minor units.
const OF: &str = "-of-";

/// The refunds of an order, for [`refund`](medusa_payment_rs::refunds::refund).
pub(crate) struct OrderRefunds<'a> {
    api: &'a Api<'a>,
    id: &'a str,
    /// What is to be refunded.
    wanted: Amount,
    /// The order as it was just read, for the refund that is made from it.
    order: Mutex<Option<Order>>,
}

impl<'a> OrderRefunds<'a> {
    pub(crate) fn new(api: &'a Api<'a>, id: &'a str, wanted: Amount) -> Self {
        Self { api, id, wanted, order: Mutex::default() }
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

    async fn latest_or_read(&self) -> Result<Order> {
        let known = self.latest().take();
        match known {
            Some(order) => Ok(order),
            None => self.api.get_order(self.id).await,
        }
    }

    /// Pays what is missing of a refund that no single capture can give back, from one capture after the other. A share
    /// has the same key whichever call pays it, but for the first, which has `key`.
    async fn pay_shares(
        &self,
        order: &Order,
        mark: &str,
        whole: Amount,
        key: &str,
    ) -> Result<Keyed<Refund>> {
        let mut split = Split::of(order, mark, whole);
        let custom_id = split.custom_id();
        for capture in order.refundable() {
            let share = capture.left.min(split.missing());
            if share.is_zero() {
                continue;
            }
            let is_first = split.shares.is_empty();
            let own_key = format!("{mark}-{}", capture.id);
            let money = Money::new(share, capture.currency)?;
            let request = refund_capture(capture.id, &money, &custom_id);
            let answer = self.api.refund(request, if is_first { key } else { &own_key }).await;
            match answer {
                Ok(Keyed::Done(paid) | Keyed::Replayed(paid))
                    if paid.custom_id.as_ref() == Some(&custom_id) && !paid.is_void() =>
                {
                    split.shares.push(paid);
                }
                answer if is_first => return Ok(answer?.map(Refund::from)),
                Ok(Keyed::InUse(error)) | Err(error) if error.kind() != ErrorKind::Refused => {
                    return Err(self.partly_paid(&split, &error));
                }
                Ok(Keyed::Refused(error)) | Err(error) => {
                    return Err(self.partly_paid(&split, &error).never_retry());
                }
                Ok(_) => break,
            }
        }
        match split.as_refund() {
            Some(refund) if split.missing().is_zero() => Ok(Keyed::Done(refund)),
            _ => {
                let detail = "No capture has enough left to refund.";
                let reason = self.api.refused("nothing_left_to_refund", detail);
                Err(self.partly_paid(&split, &reason).never_retry())
            }
        }
    }

    fn partly_paid(&self, split: &Split, reason: &PaymentProcessorError) -> PaymentProcessorError {
        let paid = split.paid();
        let kind = ErrorKind::OutcomeUnknown;
        let detail = format!(
            "PayPal has refunded {paid} of {} (minor units), and not the rest: {} {} If the rest cannot be refunded, a \
             refund of {paid} records what was.",
            split.whole,
            reason.detail(),
            kind.advice()
        );
        self.api.exchange.error(kind, "partly_refunded", detail)
    }

    fn too_large(&self, captures: &[Refundable<'_>], amount: Amount) -> PaymentProcessorError {
        let left: Vec<String> = captures.iter().map(|capture| capture.left.to_string()).collect();
        let detail = format!(
            "The payment was captured in {} parts, and PayPal refunds each by itself: {} are left of them (minor units), and \
             {amount} was asked for. Nothing was moved. Refund less, or one part after the other.",
            captures.len(),
            left.join(", ")
        );
        self.api.refused("refund_exceeds_captures", detail)
    }
}

/// A refund that no single capture can give back. At PayPal it is several, its shares, which have their `custom_id` in
/// common: the mark of the refund, and the amount of the whole.
struct Split {
    mark: String,
    whole: Amount,
    /// Those that are paid.
    shares: Vec<order::Refund>,
}

impl Split {
    fn of(order: &Order, mark: &str, whole: Amount) -> Self {
        let mut split = Self { mark: mark.to_owned(), whole, shares: Vec::new() };
        let custom_id = Some(split.custom_id());
        let shares =
            order.refunds().filter(|share| !share.is_void() && share.custom_id == custom_id);
        split.shares = shares.cloned().collect();
        split
    }

    fn custom_id(&self) -> String {
        format!("{MARK}{}{OF}{}", self.mark, self.whole)
    }

    fn paid(&self) -> Amount {
        let amounts = self.shares.iter().filter_map(|share| share.amount.as_ref()?.amount());
        amounts.fold(Amount::ZERO, |sum, share| sum.checked_add(share).unwrap_or(Amount::MAX))
    }

    fn missing(&self) -> Amount {
        self.whole.checked_sub(self.paid()).unwrap_or_default()
    }

    /// Returns it as one refund, with the id of its first share; `None` if nothing of it was paid.
    fn as_refund(&self) -> Option<Refund> {
        let shares = || self.shares.iter().cloned().map(Refund::from);
        let first = shares().min_by_key(|share| (share.created, share.id.clone()))?;
        let created = shares().map(|share| share.created).max()?;
        Some(Refund { amount: Some(self.whole), created, ..first })
    }
}

/// Returns the mark of a `custom_id`, and the amount of the whole refund if it is that of a share.
pub(crate) fn mark_of(custom_id: &str) -> Option<(&str, Option<Amount>)> {
    let mark = custom_id.strip_prefix(MARK)?;
    let share = mark
        .split_once(OF)
        .and_then(|(mark, whole)| Some((mark, Amount::new(whole.parse().ok()?).ok()?)));
    Some(share.map_or((mark, None), |(mark, whole)| (mark, Some(whole))))
}

/// Returns an order's refunds, those with several shares as one.
///
/// One that was paid in part is over all of it if that is what is wanted: the rest is paid when it is claimed. For any
/// other call it is over what was paid, so that it can be recorded as that. The one of the call's own `row` is left out
/// until all of it is paid: an earlier attempt of the call has begun it.
fn listed(order: &Order, wanted: Amount, row: Option<&str>) -> Vec<Refund> {
    let mut splits = BTreeSet::new();
    let mut refunds = Vec::new();
    for refund in order.refunds() {
        match refund.custom_id.as_deref().and_then(mark_of) {
            Some((mark, Some(whole))) if !refund.is_void() => {
                splits.insert((mark, whole));
            }
            _ => refunds.push(Refund::from(refund.clone())),
        }
    }
    for (mark, whole) in splits {
        let split = Split::of(order, mark, whole);
        let is_paid = split.missing().is_zero();
        if is_paid || row != Some(mark) {
            let amount = if is_paid || whole == wanted { whole } else { split.paid() };
            refunds.extend(split.as_refund().map(|of| Refund { amount: Some(amount), ..of }));
        }
    }
    refunds
}

/// Returns the capture that a refund comes from: the one that it leaves the least in, or that has the most if it is too
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
        let refunds = listed(&order, self.wanted, self.api.exchange.call().row());
        *self.latest() = Some(order);
        Ok(refunds)
    }

    /// PayPal answers a request id that was used before with what the first request made, whatever the
    /// second one asks for, and with the same status (201): a refund with another mark was made by another
    /// call.
    async fn create(&self, amount: Amount, key: &str, mark: &str) -> Result<Keyed<Refund>> {
        let order = self.latest_or_read().await?;
        let captures = order.refundable();
        // Only Medusa 2 has a row, and only then do the shares of a refund have a mark that is known to it.
        let row = self.api.exchange.call().row();
        let Some(capture) = chosen(&captures, amount, row.is_some()) else {
            return Ok(Keyed::Refused(self.not_captured(&order)));
        };
        let is_begun = !Split::of(&order, mark, amount).shares.is_empty();
        if is_begun || (captures.len() > 1 && capture.left < amount) {
            let left = captures.iter().try_fold(Amount::ZERO, |sum, of| sum.checked_add(of.left));
            if is_begun || (row == Some(mark) && left.is_some_and(|left| left >= amount)) {
                return self.pay_shares(&order, mark, amount, key).await;
            }
            return Ok(Keyed::Refused(self.too_large(&captures, amount)));
        }
        let money = Money::new(amount, capture.currency)?;
        let mark = format!("{MARK}{mark}");
        let answer = self.api.refund(refund_capture(capture.id, &money, &mark), key).await?;
        Ok(answer.map(Refund::from))
    }

    /// PayPal's refunds cannot be changed. What is missing of one that has several shares is paid.
    async fn claim(&self, refund: &Refund, key: &str, mark: &str) -> Result<Keyed<Refund>> {
        let order = self.latest_or_read().await?;
        if let (Some(begun), Some(whole)) = (&refund.mark, refund.amount)
            && !Split::of(&order, begun, whole).shares.is_empty()
        {
            self.pay_shares(&order, begun, whole, key).await?;
        }
        Ok(Keyed::Done(Refund { mark: Some(mark.to_owned()), ..refund.clone() }))
    }

    async fn left(&self, refusal: &PaymentProcessorError) -> Result<Option<Amount>> {
        if refusal.code() == CHARGED_BACK {
            return Ok(Some(Amount::ZERO));
        }
        let order = self.api.get_order(self.id).await?;
        let left = order.refundable().into_iter().map(|capture| capture.left);
        Ok(left.reduce(|sum, left| sum.checked_add(left).unwrap_or(Amount::MAX)))
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
            mark: refund.custom_id.as_deref().and_then(mark_of).map(|(mark, _)| mark.to_owned()),
            id: refund.id,
            amount: refund.amount.as_ref().and_then(Money::amount),
            created: refund.create_time.as_deref().and_then(seconds_since_1970).unwrap_or(0),
        }
    }
}

/// Returns a time as PayPal spells it (`2026-11-24T09:30:00Z`) in seconds since 1970.
pub(crate) fn seconds_since_1970(timestamp: &str) -> Option<u64> {
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

    fn order_with(refunds: &[(&str, &str, &str)]) -> Order {
        let refunds: Vec<String> = refunds
            .iter()
            .map(|(id, value, custom_id)| {
                format!(
                    r#"{{"id":"{id}","status":"COMPLETED","custom_id":"{custom_id}","create_time":"2026-11-24T00:00:00Z","amount":{{"currency_code":"EUR","value":"{value}"}}}}"#
                )
            })
            .collect();
        let refunds = refunds.join(",");
        let units = format!(r#"[{{"payments":{{"refunds":[{refunds}]}}}}]"#);
        serde_json::from_str(&format!(
            r#"{{"id":"O1","status":"COMPLETED","purchase_units":{units}}}"#
        ))
        .unwrap()
    }

    fn amounts(order: &Order, wanted: u64, row: Option<&str>) -> Vec<(String, u64)> {
        listed(order, Amount::new(wanted).unwrap(), row)
            .into_iter()
            .map(|refund| (refund.mark.unwrap(), refund.amount.unwrap().minor_units()))
            .collect()
    }

    #[test]
    fn the_shares_of_a_refund_are_one_refund() {
        let order = order_with(&[
            ("R1", "5.00", "medusa-refund-ref_1-of-1500"),
            ("R2", "1.00", "medusa-refund-ref_2"),
            ("R3", "10.00", "medusa-refund-ref_1-of-1500"),
        ]);
        let expected = [("ref_2".to_owned(), 100), ("ref_1".to_owned(), 1500)];
        assert_eq!(amounts(&order, 700, None), expected);
        assert_eq!(amounts(&order, 1500, Some("ref_1")), expected);
    }

    #[test]
    fn a_refund_of_which_shares_are_missing_is_over_what_was_paid_unless_all_of_it_is_wanted() {
        let order = order_with(&[("R1", "5.00", "medusa-refund-ref_1-of-1500")]);
        let over = |amount| [("ref_1".to_owned(), amount)];
        assert_eq!(amounts(&order, 500, Some("ref_2")), over(500));
        assert_eq!(amounts(&order, 700, Some("ref_2")), over(500));
        assert_eq!(amounts(&order, 1500, Some("ref_2")), over(1500));
        assert_eq!(amounts(&order, 1500, Some("ref_1")), []);
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
