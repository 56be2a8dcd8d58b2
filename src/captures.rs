//! A part of a payment is captured once, whatever is lost on the way: for any provider that says how much of a payment it
//! has taken in all.
//!
//! Medusa 2 writes a row for each capture before it asks the provider, and deletes it if that fails (`capturePayment`,
//! `@medusajs/payment/dist/services/payment-module.js`). So the two are compared: what the provider has taken and no row
//! accounts for is the work of a capture whose reply was lost, and the next capture of that amount is that one, instead of
//! a new one. The rows of captures that are being made at this moment, or were just made, may yet go.

use std::collections::BTreeMap;

use crate::amount::Amount;
use crate::call::{CallContext, Rows};
use crate::error::{ErrorKind, PaymentProcessorError, Result};

/// What the capture of a part has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The provider has taken what Medusa has recorded: the part is to be taken now.
    Take,
    /// An earlier capture, whose reply was lost, has taken it: it is to be recorded.
    Taken,
}

/// Returns what the capture of `part` has to do if the provider, whose name is for messages, has taken `taken` of the
/// payment so far. Amounts are in minor units.
///
/// # Errors
/// [`Unavailable`](crate::ErrorKind::Unavailable) if it has to wait for another capture;
/// [`Refused`](crate::ErrorKind::Refused) if the provider has taken something that Medusa does not know of, or has not
/// taken what Medusa has recorded.
pub fn part(call: &CallContext, provider: &str, taken: Amount, part: Amount) -> Result<Part> {
    part_in(call, provider, "minor units", taken, part, Some, |_| false)
}

/// The same with `taken` and `part` in the provider's own unit, which `unit` makes of minor units, and whose name is for
/// messages. `is_stored` says whether the payment's data has the capture with this row: then it stays, however young it
/// is.
pub(crate) fn part_in(
    call: &CallContext,
    provider: &str,
    unit_name: &str,
    taken: Amount,
    part: Amount,
    unit: impl Fn(Amount) -> Option<Amount>,
    is_stored: impl Fn(&str) -> bool,
) -> Result<Part> {
    let Rows { captures, young_captures, were_read_again, .. } = call.rows();
    let in_unit = |rows: &BTreeMap<String, Amount>, stored: bool| -> Vec<Amount> {
        let rows = rows.iter().filter(|(id, _)| is_stored(id) == stored);
        rows.filter_map(|(_, amount)| unit(*amount)).collect()
    };
    let stored = [in_unit(captures, true), in_unit(captures, false), in_unit(young_captures, true)];
    let (recorded, young) = (sum(&stored.concat()), in_unit(young_captures, false));
    match decide(taken, recorded, &young, part) {
        // The rows were read before `taken` was: another capture may have been made in between.
        Decision::Part(Part::Taken) if !were_read_again => Err(PaymentProcessorError::new(
            ErrorKind::Unavailable,
            format!("{} has to wait", call.subject()),
            ROWS_ARE_OLD,
            "The provider has taken a part that Medusa has not recorded. Nothing more was taken. Retry the capture.",
        )
        .never_retry()),
        Decision::Part(part) => Ok(part),
        Decision::Wait => Err(has_to_wait(call)),
        Decision::Differ => Err(differ(call, provider, unit_name, taken, recorded)),
    }
}

/// Returns the error of a capture that cannot be told apart from another one at this moment.
pub(crate) fn has_to_wait(call: &CallContext) -> PaymentProcessorError {
    PaymentProcessorError::unavailable(
        format!("{} has to wait", call.subject()),
        "Another capture of this payment is being made at this moment. Nothing more was taken. Look at the payment, \
         and retry the capture in a minute if it is still wanted.",
    )
    .never_retry()
}

/// Returns the error of a payment of which the provider has not taken what Medusa has recorded.
pub(crate) fn differ(
    call: &CallContext,
    provider: &str,
    unit_name: &str,
    taken: Amount,
    recorded: Amount,
) -> PaymentProcessorError {
    // What was taken may be the work of an attempt whose reply was lost.
    let (kind, code) = match call.has_lost_an_attempt() {
        true => (ErrorKind::OutcomeUnknown, ""),
        false => (ErrorKind::Refused, DIFFER),
    };
    PaymentProcessorError::new(
        kind,
        format!("{} is not possible", call.subject()),
        code,
        format!(
            "{provider} has taken {taken} of the payment, and Medusa has recorded captures of {recorded} (in \
             {unit_name}). Nothing more was taken. Look at the payment in {provider}'s dashboard. If more was taken than \
             is recorded, a capture of the difference records it."
        ),
    )
    .never_retry()
}

/// The code of an error that tells a person what the provider has taken and what Medusa has recorded.
pub(crate) const DIFFER: &str = "captures_differ";

/// The code of an error that asks the host to read its rows again and to repeat the call.
pub(crate) const ROWS_ARE_OLD: &str = "capture_rows_are_old";

/// The same of a call that has lost an attempt before.
pub(crate) const ROWS_ARE_OLD_AFTER_LOSS: &str = "capture_rows_are_old_after_loss";

#[derive(Debug, PartialEq, Eq)]
enum Decision {
    Part(Part),
    /// Another capture is being made at this moment.
    Wait,
    Differ,
}

/// Compares what was taken with the other captures that are recorded, and with those that were just made.
fn decide(taken: Amount, recorded: Amount, young: &[Amount], part: Amount) -> Decision {
    match taken.checked_sub(recorded) {
        None => Decision::Differ,
        Some(more) if more.is_zero() => Decision::Part(Part::Take),
        Some(more) if young.is_empty() && more == part => Decision::Part(Part::Taken),
        // The others may have taken it, or an earlier capture of this part and some of them.
        Some(more) if is_this_among(more, part, young) => Decision::Wait,
        Some(more) if is_sum_of_some(more, young) => Decision::Part(Part::Take),
        Some(_) if young.is_empty() => Decision::Differ,
        Some(_) => Decision::Wait,
    }
}

fn is_this_among(more: Amount, part: Amount, young: &[Amount]) -> bool {
    more.checked_sub(part).is_some_and(|rest| is_sum_of_some(rest, young))
}

/// How many captures at the same moment are told apart.
const MOST_AT_ONCE: usize = 12;

/// Returns whether some of the amounts add up to the sum.
fn is_sum_of_some(wanted: Amount, amounts: &[Amount]) -> bool {
    match amounts.split_first() {
        _ if wanted.is_zero() => true,
        Some((first, others)) if amounts.len() <= MOST_AT_ONCE => {
            let rest = wanted.checked_sub(*first);
            rest.is_some_and(|rest| is_sum_of_some(rest, others)) || is_sum_of_some(wanted, others)
        }
        _ => false,
    }
}

fn sum(amounts: &[Amount]) -> Amount {
    let add = |sum: Amount, amount: &Amount| sum.checked_add(*amount).unwrap_or(Amount::MAX);
    amounts.iter().fold(Amount::ZERO, add)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(units: u64) -> Amount {
        Amount::new(units).unwrap()
    }

    fn decided(taken: u64, recorded: u64, young: &[u64], part: u64) -> Decision {
        let young: Vec<_> = young.iter().copied().map(amount).collect();
        decide(amount(taken), amount(recorded), &young, amount(part))
    }

    const TAKE: Decision = Decision::Part(Part::Take);
    const TAKEN: Decision = Decision::Part(Part::Taken);

    #[test]
    fn a_part_is_taken_if_the_provider_has_taken_what_medusa_has_recorded() {
        assert_eq!(decided(0, 0, &[], 5), TAKE);
        assert_eq!(decided(5, 5, &[], 5), TAKE);
    }

    #[test]
    fn what_no_row_accounts_for_is_the_capture_whose_reply_was_lost() {
        assert_eq!(decided(5, 0, &[], 5), TAKEN);
        assert_eq!(decided(12, 5, &[], 7), TAKEN);
        assert_eq!(decided(12, 5, &[], 5), Decision::Differ);
        assert_eq!(decided(0, 5, &[], 5), Decision::Differ);
    }

    #[test]
    fn what_a_capture_at_the_same_moment_may_have_taken_is_not_this_ones() {
        assert_eq!(decided(0, 0, &[5], 5), TAKE);
        assert_eq!(decided(3, 0, &[3], 5), TAKE);
        assert_eq!(decided(8, 0, &[5, 3, 9], 4), TAKE);
        assert_eq!(decided(7, 0, &[5], 7), Decision::Wait);
    }

    #[test]
    fn what_this_capture_or_one_at_the_same_moment_may_have_taken_is_not_taken_again() {
        assert_eq!(decided(5, 0, &[5], 5), Decision::Wait);
        assert_eq!(decided(8, 0, &[5, 3, 9], 5), Decision::Wait);
    }
}
