//! The rows that Medusa 2 writes before it asks the provider for a capture or a refund.
//!
//! Medusa does not say how much a capture takes: the amount is in the capture's own row, which is committed by then and which
//! the idempotency key names (`capturePayment`, `@medusajs/payment/dist/services/payment-module.js`). `link/medusa2/rows.js` reads
//! it with all the rows of the payment, in the realm that alone can.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Deserialize;

use super::amount;
use crate::amount::Amount;
use crate::call::Rows;
use crate::captures::ROWS_ARE_OLD_AFTER_LOSS;
use crate::error::{ErrorKind, PaymentProcessorError};
use crate::types::Capture;

/// A row with what `link/medusa2/rows.js` has read of its payment, or why it cannot be read.
#[derive(Default, Deserialize)]
pub(super) struct RowJson {
    id: Option<String>,
    amount: Option<String>,
    payment: Option<PaymentJson>,
    /// Why there is nothing else.
    unread: Option<String>,
    /// Whether the row is there although it cannot be read.
    #[serde(default)]
    is_there: bool,
    /// The code of the earlier call that has asked for it to be read again.
    again: Option<String>,
}

#[derive(Deserialize)]
struct PaymentJson {
    amount: Option<String>,
    currency_code: Option<String>,
    #[serde(default)]
    captures: Vec<MovementJson>,
    #[serde(default)]
    refunds: Vec<MovementJson>,
}

#[derive(Deserialize)]
struct MovementJson {
    id: String,
    amount: String,
    /// How long the row has been there.
    #[serde(default)]
    age_ms: i64,
}

/// After this time a row stays: Medusa deletes it as soon as the call behind it has failed, and no call takes so long.
const SETTLED_MS: i64 = 60_000;

/// How much a capture takes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    This(Capture),
    /// Less than the currency's smallest unit, of which the provider has taken all already.
    Nothing,
}

impl RowJson {
    pub(super) fn read(json: &str) -> Self {
        serde_json::from_str(json)
            .unwrap_or_else(|error| Self { unread: Some(error.to_string()), ..Self::default() })
    }

    /// Refuses a refund whose row is there and cannot be read: the payment's other refunds would be taken for unrecorded
    /// ones.
    pub(super) fn check_refund(&self) -> Result<(), PaymentProcessorError> {
        let Some(reason) = self.unread.as_ref().filter(|_| self.is_there) else { return Ok(()) };
        Err(PaymentProcessorError::new(
            ErrorKind::Unavailable,
            "The payment cannot be refunded",
            "refund_row_unread",
            format!(
                "The refund's row in Medusa cannot be read: {reason}. Nothing was refunded. Try again."
            ),
        ))
    }

    /// Returns the currency of the payment.
    pub(super) fn currency(&self) -> Option<&str> {
        self.payment.as_ref()?.currency_code.as_deref()
    }

    /// Returns the rows of the payment for the call's context.
    pub(super) fn rows(&self, currency: &str) -> Rows {
        let payment = self.payment.as_ref();
        let captures = payment.map(|payment| payment.captures.as_slice()).unwrap_or_default();
        let refunds = payment.map(|payment| payment.refunds.as_slice()).unwrap_or_default();
        let is_other = |row: &&MovementJson| Some(&row.id) != self.id.as_ref();
        let those = |rows: &[MovementJson], are_settled: bool| -> BTreeMap<String, Amount> {
            rows.iter()
                .filter(is_other)
                .filter(|row| (row.age_ms >= SETTLED_MS) == are_settled)
                .filter_map(|row| {
                    let amount = amount::decimal(&row.amount).ok()?;
                    Some((row.id.clone(), amount::minor_units(amount, currency).ok()?))
                })
                .collect()
        };
        Rows {
            current: self.id.clone(),
            others: captures
                .iter()
                .chain(refunds)
                .filter(is_other)
                .map(|it| it.id.clone())
                .collect(),
            captures: those(captures, true),
            young_captures: those(captures, false),
            refunds: those(refunds, true),
            refunded: None,
            were_read_again: self.again.is_some(),
            after_loss: self.again.as_deref() == Some(ROWS_ARE_OLD_AFTER_LOSS),
        }
    }

    /// Returns how much of the payment a refund of `amount` gives back, which is `units` by itself: the last one gives
    /// back what the others have left, and not a cent more. Rows that come to more than was captured are no last one:
    /// some of them are not going to stay.
    pub(super) fn refund(&self, amount: Decimal, units: Amount, currency: &str) -> Amount {
        let left = || -> Option<Amount> {
            let payment = self.payment.as_ref()?;
            let sum = |rows: &[MovementJson]| -> Option<(Decimal, Amount)> {
                rows.iter().filter(|row| Some(&row.id) != self.id.as_ref()).try_fold(
                    (Decimal::ZERO, Amount::ZERO),
                    |(sum, sum_units), row| {
                        let amount = amount::decimal(&row.amount).ok()?;
                        let units = amount::minor_units(amount, currency).ok()?;
                        Some((sum + amount, sum_units.checked_add(units)?))
                    },
                )
            };
            let (captured, _) = sum(&payment.captures)?;
            let (refunded, refunded_units) = sum(&payment.refunds)?;
            let captured = amount::minor_units(captured, currency).ok()?;
            let all = amount::minor_units(refunded + amount, currency).ok()?;
            let is_last = !refunded.is_zero() && all == captured;
            is_last.then(|| captured.checked_sub(refunded_units))?
        };
        left().map_or(units, |left| units.min(left))
    }

    /// Returns how much of the payment this capture takes.
    ///
    /// Each part is rounded by itself; the last one takes what the others have left, so that all of them come to the
    /// whole payment.
    pub(super) fn capture(&self, currency: &str) -> Result<Wanted, PaymentProcessorError> {
        let read = || -> Result<Wanted, String> {
            if let Some(reason) = &self.unread {
                return Err(reason.clone());
            }
            let id = self.id.as_deref().ok_or("the row has no id")?;
            let payment = self.payment.as_ref().ok_or("the row has no payment")?;
            let this = decimal(self.amount.as_deref())?;
            let total = decimal(payment.amount.as_deref())?;
            let units = |amount| amount::minor_units(amount, currency).map_err(|it| it.to_string());
            let (mut others, mut others_units) = (Decimal::ZERO, Amount::ZERO);
            for other in payment.captures.iter().filter(|row| row.id != id) {
                let amount = decimal(Some(&other.amount))?;
                others += amount;
                others_units =
                    others_units.checked_add(units(amount)?).ok_or("the sum is too large")?;
            }
            if others.is_zero() && this >= total {
                return Ok(Wanted::This(Capture::All));
            }
            // Rounded, as Medusa itself compares them.
            if units(others + this)? == units(total)? {
                let rest = units(total)?.checked_sub(others_units).unwrap_or_default();
                return Ok(match rest.is_zero() {
                    true => Wanted::Nothing,
                    false => Wanted::This(Capture::Part(rest)),
                });
            }
            Ok(Wanted::This(Capture::Part(units(this)?)))
        };
        let wanted = read().map_err(|reason| {
            PaymentProcessorError::new(
                ErrorKind::Unavailable,
                "The payment cannot be captured",
                "capture_amount_unknown",
                format!(
                    "Medusa does not say how much to capture, and the capture's row cannot be read: {reason}. \
                     Nothing was captured. Try again."
                ),
            )
        })?;
        if wanted == Wanted::This(Capture::Part(Amount::ZERO)) {
            return Err(PaymentProcessorError::invalid(
                "The payment cannot be captured",
                "invalid_amount",
                format!(
                    "The amount is less than the smallest unit of {}. Nothing was captured.",
                    currency.to_uppercase()
                ),
            ));
        }
        Ok(wanted)
    }
}

fn decimal(text: Option<&str>) -> Result<Decimal, String> {
    let text = text.ok_or("the row has no amount")?;
    amount::decimal(text).map_err(|error| format!("its amount {text:?}: {error}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn row(amount: &str, total: &str, captures: &[(&str, &str)]) -> RowJson {
        let captures: Vec<_> = captures
            .iter()
            .map(|(id, amount)| serde_json::json!({"id": id, "amount": amount}))
            .collect();
        let json = serde_json::json!({
            "id": "capt_3", "amount": amount,
            "payment": {"id": "pay_1", "amount": total, "currency_code": "usd", "captures": captures},
        });
        RowJson::read(&json.to_string())
    }

    fn part(units: u64) -> Wanted {
        Wanted::This(Capture::Part(Amount::new(units).unwrap()))
    }

    #[test]
    fn a_row_over_the_whole_payment_captures_all_of_it() {
        for captures in [&[][..], &[("capt_3", "13.065")]] {
            let all = row("13.065", "13.065", captures).capture("usd").unwrap();
            assert_eq!(all, Wanted::This(Capture::All));
        }
    }

    #[test]
    fn the_last_part_takes_what_the_others_have_left() {
        assert_eq!(row("5", "15", &[("capt_3", "5")]).capture("usd").unwrap(), part(500));
        assert_eq!(row("10", "15", &[("capt_1", "5")]).capture("usd").unwrap(), part(1000));
        // 654 + 654 would be more than 1307.
        assert_eq!(row("6.535", "13.07", &[]).capture("usd").unwrap(), part(654));
        assert_eq!(
            row("6.535", "13.07", &[("capt_1", "6.535")]).capture("usd").unwrap(),
            part(653)
        );
        assert_eq!(
            row("0.004", "13.064", &[("capt_1", "13.06")]).capture("usd").unwrap(),
            Wanted::Nothing
        );
    }

    #[test]
    fn the_last_refund_gives_back_what_the_others_have_left() {
        let json = r#"{"id":"ref_2","payment":{"captures":[{"id":"capt_1","amount":"13.07"}],
            "refunds":[{"id":"ref_1","amount":"6.535"},{"id":"ref_2","amount":"6.535"}]}}"#;
        let row = RowJson::read(json);
        let refund = |row: &RowJson, text: &str, units: u64| {
            row.refund(text.parse().unwrap(), Amount::new(units).unwrap(), "usd").minor_units()
        };
        assert_eq!(refund(&row, "6.535", 654), 653);
        assert_eq!(refund(&row, "5", 500), 500);
        // Another refund at the same moment.
        assert_eq!(refund(&row, "10", 1000), 1000);
        assert_eq!(refund(&RowJson::default(), "5", 500), 500);
    }

    #[test]
    fn the_last_part_is_found_by_rounded_sums() {
        let last = row("6.536", "13.07", &[("capt_1", "6.535")]).capture("usd").unwrap();
        assert_eq!(last, part(653));
    }

    #[test]
    fn a_part_below_the_smallest_unit_is_refused_unless_it_is_the_last() {
        let error = row("0.004", "15", &[]).capture("usd").unwrap_err();
        assert_eq!(error.code(), "invalid_amount");
    }

    #[test]
    fn a_row_that_cannot_be_read_captures_nothing() {
        for json in [
            "{}",
            r#"{"unread":"the database is gone"}"#,
            r#"{"id":"capt_1","amount":"5"}"#,
            r#"{"id":"capt_1","amount":"much","payment":{"amount":"5"}}"#,
            r#"{"id":"capt_1","amount":"5","payment":{}}"#,
            r#"{"id":5}"#,
        ] {
            let error = RowJson::read(json).capture("usd").unwrap_err();
            assert_eq!(error.code(), "capture_amount_unknown", "{json}");
            assert!(error.detail().contains("Nothing was captured"), "{error}");
        }
    }

    #[test]
    fn the_other_rows_of_the_payment_are_recorded() {
        let row = row("5", "15", &[("capt_1", "5"), ("capt_3", "5")]);
        let rows = row.rows("usd");
        assert_eq!(rows.current.as_deref(), Some("capt_3"));
        assert_eq!(rows.others, BTreeSet::from(["capt_1".to_owned()]));
        assert_eq!(rows.captures, BTreeMap::new(), "the row may yet be deleted");
        let amounts = BTreeMap::from([("capt_1".to_owned(), Amount::new(500).unwrap())]);
        assert_eq!(rows.young_captures, amounts);
        let json = r#"{"id":"capt_3","payment":{"captures":[{"id":"capt_1","amount":"5","age_ms":60000}]}}"#;
        let rows = RowJson::read(json).rows("usd");
        assert_eq!(rows.captures, amounts);
        assert_eq!(rows.young_captures, BTreeMap::new());
    }
}
