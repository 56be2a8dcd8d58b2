//! Captures in part: whether the part is to be taken is [`captures`]' rule. Stripe has no list of an intent's captures,
//! only how much was taken in all.

use super::super::api::Api;
use super::super::form::Form;
use super::super::intent::{Intent, IntentStatus};
use super::super::requests;
use super::super::units;
use super::stored_state::StoredState;
use crate::amount::Amount;
use crate::call::CallContext;
use crate::captures::{self, Part};
use crate::error::{PaymentProcessorError, Result};
use crate::http::HttpRequest;
use crate::refunds::Keyed;

/// What the amounts of Stripe's intents are in, for messages.
const UNIT: &str = "Stripe's unit";

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
    let taken = fields.amount_received.unwrap_or_default();
    // A part of one that was canceled since may have been taken.
    if !is_held && fields.status != IntentStatus::Succeeded && taken.is_zero() {
        let status: String = intent.raw.get("status").unwrap_or_default();
        let detail = format!("Stripe says that {id} is {status}. Nothing was captured.");
        return Err(api.refused("not_capturable", detail));
    }
    let left = fields.amount.checked_sub(taken).unwrap_or_default();
    let capturable = fields.amount_capturable.filter(|_| is_held).unwrap_or(left);
    let currency = &fields.currency;
    let wanted = units::part_of(part, currency, Some(capturable))
        .or_else(|| units::to_stripe(part, currency).filter(|_| !is_held))
        .ok_or_else(|| not_in_steps(part, currency))?;
    let is_stored = |row: &str| state.captures.contains_key(row);
    let unit = |amount| units::to_stripe(amount, currency);
    match captures::part_in(call, "Stripe", UNIT, taken, wanted, unit, is_stored)? {
        Part::Taken => {
            tracing::info!(
                "{id}: Stripe has taken {wanted} (Stripe's unit) before; it is recorded now"
            );
            let mut state = state.clone();
            state.record_capture(call, wanted);
            return Ok((intent.with_charges_id(), state));
        }
        Part::Take if !is_held => return Err(released(api, id, taken, fields.amount)),
        Part::Take => {}
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
    let (intent, was_replayed) = taken_with(api, call, &request, &key).await?;
    let now = intent.fields.amount_received.unwrap_or_default();
    let is_taken = taken.checked_add(wanted).is_some_and(|expected| now >= expected);
    if !is_taken && !was_replayed {
        return Err(captures::differ(call, "Stripe", UNIT, now, taken));
    }
    let mut state = state.clone();
    state.record_capture(call, wanted);
    if !stays_open && !is_last {
        state.released = capturable.checked_sub(wanted);
    }
    Ok((intent, state))
}

/// Captures, and returns the intent with whether an attempt of this call had captured it. A stored failure is stepped over
/// only if nothing but this call can have taken what Stripe has taken since: it was looked at before.
async fn taken_with(
    api: &Api<'_>,
    call: &CallContext,
    request: &HttpRequest,
    key: &str,
) -> Result<(Intent, bool)> {
    if call.rows().young_captures.is_empty() {
        return api.exchange.change_telling_replays(request, key).await;
    }
    match api.exchange.once(request, key).await? {
        Keyed::Done(intent) => Ok((intent, false)),
        Keyed::Replayed(intent) => Ok((intent, true)),
        Keyed::Refused(error) | Keyed::InUse(error) => Err(error),
        Keyed::FailureReplayed | Keyed::OfAnotherRequest => Err(api.under_way()),
    }
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
             more can be captured. Ask the shopper for a new payment of the rest. With the option `multicapture` the \
             rest of later payments stays held, if the card allows it."
        )
    } else {
        format!("All {amount} (Stripe's unit) of {id} was captured before. Nothing more was taken.")
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
            "Stripe took {taken} of {amount} (Stripe's unit) of {id} before and released the rest, so the whole cannot \
             be captured. Capture just what was taken: that records it."
        ),
    )
}
