//! Captures in part.
//!
//! Stripe has no list of an intent's captures, only how much was taken in all. Medusa has a row for each capture, which is
//! there before Stripe is asked and is deleted if that fails. So the two are compared: what Stripe has taken and no row
//! accounts for is the work of a capture whose reply was lost, and the next capture of that amount is that one.

use std::collections::BTreeMap;

use super::super::api::Api;
use super::super::form::Form;
use super::super::intent::{Intent, IntentStatus};
use super::super::requests;
use super::stored_state::StoredState;
use super::units;
use crate::amount::Amount;
use crate::call::CallContext;
use crate::error::{PaymentProcessorError, Result};

/// What a capture of a part has to do.
#[derive(Debug, PartialEq, Eq)]
enum Decision {
    /// Stripe has taken what Medusa has recorded: the part is not taken yet.
    Take,
    /// An earlier capture, whose reply was lost, has taken it.
    Taken,
    /// Another capture is being made at this moment.
    Wait,
    /// Stripe has taken something that Medusa does not know of, or not what it has recorded.
    Differ,
}

/// Compares what Stripe has taken with the other captures that Medusa has recorded, and with those that were just made.
fn decide(taken: Amount, recorded: Amount, young: &[Amount], part: Amount) -> Decision {
    match taken.checked_sub(recorded) {
        None => Decision::Differ,
        Some(more) if more.is_zero() => Decision::Take,
        Some(more) if young.is_empty() && more == part => Decision::Taken,
        Some(more) if is_sum_of_some(more, young) => Decision::Take,
        Some(_) if young.is_empty() => Decision::Differ,
        Some(_) => Decision::Wait,
    }
}

/// Whether some of the amounts come to the sum. Of more than a few it is not found out.
fn is_sum_of_some(sum: Amount, amounts: &[Amount]) -> bool {
    if sum.is_zero() {
        return true;
    }
    match amounts.split_first() {
        Some((first, others)) if amounts.len() <= 12 => {
            let rest = sum.checked_sub(*first);
            rest.is_some_and(|rest| is_sum_of_some(rest, others)) || is_sum_of_some(sum, others)
        }
        _ => false,
    }
}

/// Takes `part` of the intent, in the currency's minor unit, and returns the intent with what is to be stored of it.
pub(super) async fn capture_part(
    api: &Api<'_>,
    call: &CallContext,
    id: &str,
    part: Amount,
    several: bool,
    state: &StoredState,
) -> Result<(Intent, StoredState)> {
    let intent = api.retrieve_intent_with_charge(id).await?;
    let fields = &intent.fields;
    let is_held = fields.status == IntentStatus::RequiresCapture;
    if !is_held && fields.status != IntentStatus::Succeeded {
        let status: String = intent.raw.get("status").unwrap_or_default();
        let detail = format!("Stripe says that {id} is {status}. Nothing was captured.");
        return Err(api.refused("not_capturable", detail));
    }
    let taken = fields.amount_received.unwrap_or_default();
    let left = fields.amount.checked_sub(taken).unwrap_or_default();
    let capturable = fields.amount_capturable.filter(|_| is_held).unwrap_or(left);
    let currency = &fields.currency;
    let wanted = units::part_of(part, currency, Some(capturable))
        .or_else(|| units::to_stripe(part, currency).filter(|_| !is_held))
        .ok_or_else(|| not_in_steps(part, currency))?;
    let rows = call.rows();
    let recorded = sum(&rows.captures, currency);
    let young = in_stripes_unit(&rows.young_captures, currency);
    match decide(taken, recorded, &young, wanted) {
        Decision::Taken => {
            tracing::info!(
                "{id}: Stripe has taken {wanted} (Stripe's unit) before; it is recorded now"
            );
            let mut state = state.clone();
            state.record_capture(call, wanted);
            return Ok((intent.with_charges_id(), state));
        }
        Decision::Wait => return Err(another_one(call)),
        Decision::Differ => return Err(differs(api, id, taken, recorded)),
        Decision::Take if !is_held => return Err(released(api, id, taken, fields.amount)),
        Decision::Take => {}
    }
    if wanted > capturable {
        let detail = format!(
            "{wanted} is more than the {capturable} (Stripe's unit) that are held. Nothing was captured."
        );
        return Err(api.refused("amount_too_large", detail));
    }
    let is_last = wanted == capturable;
    let stays_open = !is_last && several && intent.allows_several_captures();
    let form = Form::default().with("amount_to_capture", wanted);
    let form = if stays_open { form.with("final_capture", false) } else { form };
    let request = requests::capture_with(id, &form);
    // Another part of the same amount is wanted, too: the key is this capture's own.
    let key = format!("capture-{}", call.mark());
    let intent: Intent = api.exchange.change_past_replays(&request, &key).await?;
    let now = intent.fields.amount_received.unwrap_or_default();
    if taken.checked_add(wanted).is_none_or(|expected| now < expected) {
        return Err(differs(api, id, now, recorded));
    }
    let mut state = state.clone();
    state.record_capture(call, wanted);
    if !stays_open && !is_last {
        state.released = capturable.checked_sub(wanted);
    }
    Ok((intent, state))
}

fn in_stripes_unit(rows: &BTreeMap<String, Amount>, currency: &str) -> Vec<Amount> {
    rows.values().filter_map(|amount| units::to_stripe(*amount, currency)).collect()
}

fn sum(rows: &BTreeMap<String, Amount>, currency: &str) -> Amount {
    let amounts = in_stripes_unit(rows, currency).into_iter();
    amounts.fold(Amount::ZERO, |sum, amount| sum.checked_add(amount).unwrap_or(Amount::MAX))
}

/// Returns the error of an amount that Stripe cannot move exactly.
pub(super) fn not_in_steps(amount: Amount, currency: &str) -> PaymentProcessorError {
    PaymentProcessorError::invalid(
        "The amount is not valid",
        "invalid_amount",
        format!(
            "{amount} (minor units) is not a multiple of Stripe's smallest step in {}. Nothing was moved.",
            currency.to_uppercase()
        ),
    )
}

fn released(api: &Api<'_>, id: &str, taken: Amount, amount: Amount) -> PaymentProcessorError {
    let detail = if taken < amount {
        format!(
            "Stripe took {taken} of {amount} (Stripe's unit) of {id} with an earlier capture and released the rest: nothing \
             more can be captured. Ask the shopper for a new payment of the rest. The option `multicapture` keeps the \
             rest of later payments."
        )
    } else {
        format!(
            "All {amount} (Stripe's unit) of {id} were captured before. Nothing more was taken."
        )
    };
    api.refused("nothing_left_to_capture", detail)
}

/// Returns the error of a capture of the whole payment of which Stripe has taken a part before, in its dashboard.
pub(super) fn partly_taken(
    api: &Api<'_>,
    id: &str,
    taken: Amount,
    amount: Amount,
) -> PaymentProcessorError {
    api.refused(
        "partially_captured",
        format!(
            "Stripe took {taken} of {amount} (Stripe's unit) of {id} before and released the rest, and Medusa would record \
             all of it. A capture of what was taken records that."
        ),
    )
}

fn differs(api: &Api<'_>, id: &str, taken: Amount, recorded: Amount) -> PaymentProcessorError {
    api.refused(
        "captures_differ",
        format!(
            "Stripe has taken {taken} of {id}, and Medusa has recorded captures of {recorded} (Stripe's unit). Look at the \
             payment in Stripe's dashboard. A capture of the difference records it."
        ),
    )
}

fn another_one(call: &CallContext) -> PaymentProcessorError {
    PaymentProcessorError::unavailable(
        format!("{} has to wait", call.subject()),
        "Another capture of this payment is being made at this moment. Nothing more was taken. Look at the payment, and \
         retry the capture in a minute if it is still wanted.",
    )
    .never_retry()
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

    #[test]
    fn a_part_is_taken_if_stripe_has_taken_what_medusa_has_recorded() {
        assert_eq!(decided(0, 0, &[], 5), Decision::Take);
        assert_eq!(decided(5, 5, &[], 5), Decision::Take);
    }

    #[test]
    fn what_no_row_accounts_for_is_the_capture_whose_reply_was_lost() {
        assert_eq!(decided(5, 0, &[], 5), Decision::Taken);
        assert_eq!(decided(12, 5, &[], 7), Decision::Taken);
        assert_eq!(decided(12, 5, &[], 5), Decision::Differ);
        assert_eq!(decided(0, 5, &[], 5), Decision::Differ);
    }

    #[test]
    fn what_a_capture_at_the_same_moment_may_have_taken_is_not_this_ones() {
        assert_eq!(decided(0, 0, &[5], 5), Decision::Take);
        assert_eq!(decided(5, 0, &[5], 5), Decision::Take);
        assert_eq!(decided(8, 0, &[5, 3, 9], 5), Decision::Take);
        assert_eq!(decided(7, 0, &[5], 7), Decision::Wait);
    }
}
