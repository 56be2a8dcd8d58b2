//! Money that is held: taking it, releasing it, and what PayPal says was done already.

use std::collections::BTreeMap;

use medusa_payment_rs::captures::{self, Part};
use medusa_payment_rs::{
    Amount, CallContext, ErrorKind, JsonObject, PaymentProcessorError, Result,
};

use crate::api::{Api, is_not_found};
use crate::money::Money;
use crate::order::{Capture, CaptureStatus, Order, OrderStatus};
use crate::requests::{capture_authorization, void_authorization};
use crate::stored_state::StoredState;

/// Takes what is held of an order. Returns the order itself if it is captured already: by an earlier
/// call whose reply was lost, in PayPal's dashboard, or when it was authorized.
pub(crate) async fn capture(api: &Api<'_>, order: &Order) -> Result<Option<JsonObject>> {
    if let Some(pending) = order.pending_capture() {
        return Err(undecided(api, pending));
    }
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
    match api.change(capture_authorization(&authorization.id, &amount, true)).await {
        Ok(capture) => taken(api, &capture).map(|()| None),
        // It may have been done before: the order shows it.
        Err(error) if error.kind() == ErrorKind::Refused => {
            let now = api.get_order(&order.fields.id).await?;
            captured(api, &now).unwrap_or(Err(error)).map(Some)
        }
        Err(error) => Err(error),
    }
}

/// Takes a part of what is held of an order, unless an earlier call whose reply was lost, or a person in PayPal's dashboard,
/// has taken it and Medusa has not recorded it. The part that is all that is left is the last one: nothing stays held.
///
/// PayPal takes more than it holds, up to 115 %, if it is asked to: that a part is left is decided here.
pub(crate) async fn capture_part(
    api: &Api<'_>,
    call: &CallContext,
    order: &Order,
    part: Amount,
) -> Result<Part> {
    // It may be a part whose capture failed as undecided: until then nothing says what was taken.
    if let Some(pending) = order.pending_capture() {
        return Err(undecided(api, pending));
    }
    let so_far = order.taken().unwrap_or_default();
    if captures::part(call, "PayPal", so_far, part)? == Part::Taken {
        tracing::info!("{}: PayPal has taken {part} before; it is recorded now", order.fields.id);
        return Ok(Part::Taken);
    }
    let Some(authorization) = order.open_authorizations().last() else {
        let (code, detail) = if so_far.is_zero() {
            ("not_authorized", "PayPal holds no money for this payment.".to_owned())
        } else {
            let detail = format!(
                "PayPal has taken {so_far} (minor units) of this payment and holds nothing more of it. Nothing more \
                 was taken."
            );
            ("nothing_left_to_capture", detail)
        };
        return Err(api.refused(code, detail));
    };
    let held = authorization.amount.as_ref().or(order.amount());
    let left = held.and_then(Money::amount).and_then(|held| held.checked_sub(so_far));
    let (Some(held), Some(left)) = (held, left) else {
        return Err(api.refused("invalid_response", "PayPal's authorization has no amount."));
    };
    if part > left {
        let detail = format!(
            "{part} is more than the {left} (minor units) that PayPal holds. Nothing was taken."
        );
        return Err(api.refused("amount_too_large", detail));
    }
    let money = Money::new(part, &held.currency_code)?;
    let request = capture_authorization(&authorization.id, &money, part == left);
    // Another part of the same amount is wanted, too, and comes with the same data if the two come at once: the key is
    // this capture's own.
    let key = call.row().map_or_else(|| api.exchange.key(""), |row| format!("capture-{row}"));
    let capture: Capture = api.change_with_key(request, &key).await?;
    taken(api, &capture).map(|()| Part::Take)
}

/// Returns why a capture that PayPal has made brought no money.
fn taken(api: &Api<'_>, capture: &Capture) -> Result<()> {
    match capture.status {
        status if status.is_taken() => Ok(()),
        CaptureStatus::Pending => Err(undecided(api, capture)),
        _ => {
            let reason = capture.status_details.reason.as_deref().unwrap_or("CAPTURE_DECLINED");
            Err(api.refused(reason, "PayPal declined the capture; nothing was taken."))
        }
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
            // Neither is anything held, nor was anything more captured in the meantime.
            let now = api.get_order(&order.fields.id).await?;
            let is_released = now.open_authorizations().next().is_none()
                && now.pending_capture().is_none()
                && now.taken() == order.taken();
            if !is_released {
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
