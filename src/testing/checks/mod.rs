//! The checks, by the ids of the table.

mod faults;
mod input;
mod life;
mod money;
mod repetition;
mod updates;

use super::harness::Fault;
use super::rules::Check;
use super::trial::{Checked, Trial, failed};
use crate::request::Operation;

pub(super) async fn run(check: &Check, trial: &mut Trial<'_>) -> Checked {
    if let Some(operation) = check.operation {
        return run_for(check.family, trial, operation).await;
    }
    match check.family {
        "answers-are-objects" => life::answers_are_objects(trial).await,
        "authorize-paid" => life::authorize_paid(trial).await,
        "capture-takes-all" => life::capture_takes_all(trial).await,
        "retrieve-keeps" => life::retrieve_keeps(trial).await,
        "status-known" => life::status_known(trial).await,
        "status-canceled" => life::status_canceled(trial).await,
        "authorize-unpaid" => life::authorize_unpaid(trial).await,
        "authorize-captured" => life::authorize_captured(trial).await,

        "authorize-twice" => repetition::authorize_twice(trial).await,
        "capture-twice" => repetition::capture_twice(trial).await,
        "cancel-twice" => repetition::cancel_twice(trial).await,
        "delete-twice" => repetition::delete_twice(trial).await,
        "refund-repeated" => repetition::refund_repeated(trial).await,
        "at-once-authorize" => repetition::at_once_authorize(trial).await,
        "at-once-capture" => repetition::at_once_capture(trial).await,
        "at-once-refund" => repetition::at_once_refund(trial).await,
        "at-once-refund-too-much" => repetition::at_once_refund_too_much(trial).await,

        "refund-pays" => money::refund_pays(trial).await,
        "refund-too-much" => money::refund_too_much(trial).await,
        "refund-same-amount" => money::refund_same_amount(trial).await,
        "refund-after-decline" => money::refund_after_decline(trial).await,
        "refund-after-lost-reply" => money::refund_after_lost_reply(trial).await,
        "cancel-releases" => money::cancel_releases(trial).await,
        "cancel-captured" => money::cancel_captured(trial).await,
        "capture-canceled" => money::capture_canceled(trial).await,
        "delete-unpayable" => money::delete_unpayable(trial).await,
        "delete-authorized" => money::delete_authorized(trial).await,

        "update-amount" => updates::amount(trial).await,
        "update-unchanged" => updates::unchanged(trial).await,
        "update-currency" => updates::currency(trial).await,
        "update-customer" => updates::customer(trial).await,
        "update-authorized" => updates::authorized(trial).await,
        "update-captured" => updates::captured(trial).await,

        "optional-guest" => input::optional_guest(trial).await,
        "json-order" => input::json_order(trial).await,
        "json-unknown" => input::json_unknown(trial).await,
        "shopper-harmless" => input::shopper_harmless(trial).await,
        "shopper-money" => input::shopper_money(trial).await,
        "shopper-hostile" => input::shopper_hostile(trial).await,

        "down-status" => faults::down_status(trial).await,
        "lost-initiate" => faults::lost_initiate(trial).await,
        unknown => failed(format!("there is no check {unknown}")),
    }
}

async fn run_for(family: &str, trial: &mut Trial<'_>, operation: Operation) -> Checked {
    match family {
        "missing-payment" => input::missing_payment(trial, operation).await,
        "declined" => faults::refused(trial, operation, Fault::Decline).await,
        "declined-quietly" => faults::refused(trial, operation, Fault::DeclineQuietly).await,
        "garbled" => faults::refused(trial, operation, Fault::Garble).await,
        "hang" => faults::refused(trial, operation, Fault::Hang).await,
        "down" => faults::down(trial, operation).await,
        "cut-off" => faults::converges(trial, operation, Fault::CutOff).await,
        "lost" => faults::converges(trial, operation, Fault::LoseReply).await,
        "restarted" => faults::restarted(trial, operation).await,
        "stale-refusal" => faults::stale_refusal(trial, operation).await,
        unknown => failed(format!("there is no check {unknown}")),
    }
}
