//! Money that is held: taking it, releasing it, and what PayPal says was done already.

use std::collections::BTreeMap;

use medusa_payment_rs::{Amount, ErrorKind, JsonObject, PaymentProcessorError, Result};

use crate::api::{Api, is_not_found};
use crate::money::Money;
use crate::order::{Capture, CaptureStatus, Order, OrderStatus};
use crate::requests::{capture_authorization, void_authorization};
use crate::stored_state::StoredState;

/// Takes what is held of an order. Returns the order itself if it is captured already: by an earlier
/// call whose reply was lost, in PayPal's dashboard, or when it was authorized.
pub(crate) async fn capture(api: &Api<'_>, order: &Order) -> Result<Option<JsonObject>> {
    let Some(authorization) = order.open_authorizations().last() else {
        let nothing = || {
            let status = order.fields.status;
            let detail =
                format!("PayPal holds no money for this payment (the order is {status:?}).");
            Err(api.refused("not_authorized", detail))
        };
        return captured(api, order).unwrap_or_else(nothing).map(Some);
    };
    let Some(held) = authorization.amount.as_ref().or(order.amount()) else {
        return Err(api.refused("invalid_response", "PayPal's authorization has no amount."));
    };
    let amount = rest(api, held, order.taken())?;
    match api.change::<Capture>(capture_authorization(&authorization.id, &amount)).await {
        Ok(capture) if capture.status.is_taken() => Ok(None),
        Ok(capture) if capture.status == CaptureStatus::Pending => Err(undecided(api, &capture)),
        Ok(capture) => {
            let reason = capture.status_details.reason.as_deref().unwrap_or("CAPTURE_DECLINED");
            Err(api.refused(reason, "PayPal declined the capture; nothing was taken."))
        }
        // It may have been done before: the order shows it.
        Err(error) if error.kind() == ErrorKind::Refused => {
            let now = api.get_order(&order.fields.id).await?;
            captured(api, &now).unwrap_or(Err(error)).map(Some)
        }
        Err(error) => Err(error),
    }
}

/// Returns what of an authorized amount was not taken yet.
fn rest(api: &Api<'_>, held: &Money, taken: Option<Amount>) -> Result<Money> {
    let Some(taken) = taken else { return Ok(held.clone()) };
    match held.amount().and_then(|held| held.checked_sub(taken)) {
        Some(rest) if !rest.is_zero() => Money::new(rest, &held.currency_code),
        _ => Err(api.refused("already_captured", "All of it was taken before, in parts.")),
    }
}

/// Returns the order of a payment that is captured, or why it cannot be recorded as such; `None` if
/// nothing was captured.
fn captured(api: &Api<'_>, order: &Order) -> Option<Result<JsonObject>> {
    if let Some(pending) = order.pending_capture() {
        return Some(Err(undecided(api, pending)));
    }
    let taken = order.taken()?;
    let owed = order.held().or(order.amount()).and_then(Money::amount).unwrap_or(taken);
    if taken < owed {
        let detail = format!(
            "PayPal took {taken} of {owed} (minor units), and Medusa would record all of it. Look at \
             the payment in PayPal's dashboard."
        );
        return Some(Err(api.refused("partially_captured", detail)));
    }
    Some(Ok(order.raw.clone()))
}

/// Returns the error of a payment that PayPal has not decided on: neither a success nor a refusal.
fn undecided(api: &Api<'_>, capture: &Capture) -> PaymentProcessorError {
    let reason = capture.status_details.reason.as_deref().unwrap_or("no reason given");
    let detail = format!(
        "PayPal has the capture {} and has not decided on it yet ({reason}). Look at it in \
         PayPal's dashboard, and capture again when it is completed: no money moves twice.",
        capture.id
    );
    api.exchange.error(ErrorKind::OutcomeUnknown, "capture_pending", detail).never_retry()
}

/// Releases all that is held of an order. What PayPal says was released already is a success, once the
/// order shows it.
pub(crate) async fn release(api: &Api<'_>, order: &Order) -> Result<()> {
    for authorization in order.open_authorizations() {
        let (request, part) =
            (void_authorization(&authorization.id), format!("-{}", authorization.id));
        if let Err(error) = api.change_unseen(request, &part).await {
            if error.kind() != ErrorKind::Refused {
                return Err(error);
            }
            if api.get_order(&order.fields.id).await?.is_paid() {
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Returns what is stored in `data` without the orphaned orders that cannot be paid any more. What a
/// shopper has paid on one is released.
pub(crate) async fn without_orphans(api: &Api<'_>, data: &JsonObject) -> StoredState {
    let mut state = StoredState::of(data);
    let mut left = BTreeMap::new();
    for (id, amount) in std::mem::take(&mut state.orphaned_orders) {
        match api.get_order(&id).await {
            Ok(order) if order.keeps_money() => tracing::error!(
                "{id}, which another payment replaced, was paid: refund it in PayPal's dashboard"
            ),
            Ok(order) if order.fields.status == OrderStatus::Voided => {}
            Ok(order) if order.is_paid() => {
                if let Err(error) = release(api, &order).await {
                    tracing::warn!(
                        "{id}, which another payment replaced, is not released yet ({}); the \
                         payment's next call tries again",
                        error.code()
                    );
                    left.insert(id, amount);
                }
            }
            Err(error) if is_not_found(&error) => {}
            _ => {
                left.insert(id, amount);
            }
        }
    }
    state.orphaned_orders = left;
    state
}
