//! Money that is held: taking it, releasing it, and what PayPal says was done already.

use medusa_payment_rs::{Amount, ErrorKind, JsonObject, PaymentProcessorError, Result};

use crate::api::{Api, is_not_found};
use crate::books::Books;
use crate::money::Money;
use crate::order::{Capture, CaptureStatus, Order, OrderStatus};
use crate::requests::capture_hold;

/// Takes what is held of an order. The order itself, where it is captured already: by an earlier
/// call whose reply was lost, in PayPal's dashboard, or when it was authorized.
pub(crate) async fn capture(api: &Api<'_>, order: &Order) -> Result<Option<JsonObject>> {
    let Some(hold) = order.open_holds().last() else {
        let nothing = || {
            let status = order.fields.status;
            let detail =
                format!("PayPal holds no money for this payment (the order is {status:?}).");
            Err(api.refused("not_authorized", detail))
        };
        return captured(api, order).unwrap_or_else(nothing).map(Some);
    };
    let Some(held) = hold.amount.as_ref().or(order.amount()) else {
        return Err(api.refused("invalid_response", "PayPal's authorization has no amount."));
    };
    let amount = rest(api, held, order.taken())?;
    match api.capture(&capture_hold(&hold.id, &amount)).await {
        Ok(capture) if capture.status.is_taken() => Ok(None),
        Ok(capture) if capture.status == CaptureStatus::Pending => Err(undecided(api, &capture)),
        Ok(capture) => {
            let reason = capture.status_details.reason.as_deref().unwrap_or("CAPTURE_DECLINED");
            Err(api.refused(reason, "PayPal declined the capture; nothing was taken."))
        }
        // Done already, perhaps: that is for the order to show.
        Err(error) if error.kind() == ErrorKind::Refused => {
            let now = api.get_order(&order.fields.id).await?;
            captured(api, &now).unwrap_or(Err(error)).map(Some)
        }
        Err(error) => Err(error),
    }
}

/// What of an authorized amount was not taken yet.
fn rest(api: &Api<'_>, held: &Money, taken: Option<Amount>) -> Result<Money> {
    let Some(taken) = taken else { return Ok(held.clone()) };
    match held.amount().and_then(|held| held.checked_sub(taken)) {
        Some(rest) if !rest.is_zero() => Money::new(rest, &held.currency_code),
        _ => Err(api.refused("already_captured", "All of it was taken before, in parts.")),
    }
}

/// The order of a payment that is captured, or why it cannot be booked as such; `None` where
/// nothing was captured.
fn captured(api: &Api<'_>, order: &Order) -> Option<Result<JsonObject>> {
    if let Some(pending) = order.pending_capture() {
        return Some(Err(undecided(api, pending)));
    }
    let taken = order.taken()?;
    let owed = order.held().or(order.amount()).and_then(Money::amount).unwrap_or(taken);
    if taken < owed {
        let detail = format!(
            "PayPal took {taken} of {owed} (minor units), and Medusa would book all of it. Look at \
             the payment in PayPal's dashboard."
        );
        return Some(Err(api.refused("partially_captured", detail)));
    }
    Some(Ok(order.raw.clone()))
}

/// The error of a payment that PayPal has not decided on: neither a success nor a refusal.
fn undecided(api: &Api<'_>, capture: &Capture) -> PaymentProcessorError {
    let kind = ErrorKind::OutcomeUnknown;
    let reason = capture.status_details.reason.as_deref().unwrap_or("no reason given");
    let detail = format!(
        "PayPal has the capture {} and has not decided on it yet ({reason}). Look at it in \
         PayPal's dashboard, and capture again when it is completed: no money moves twice.",
        capture.id
    );
    PaymentProcessorError::new(kind, api.failed(kind), "capture_pending", detail).never_retry()
}

/// Releases all that is held of an order. What PayPal says was released already is a success, once
/// it was seen.
pub(crate) async fn release(api: &Api<'_>, order: &Order) -> Result<()> {
    for hold in order.open_holds() {
        if let Err(error) = api.void(&hold.id).await {
            if error.kind() != ErrorKind::Refused {
                return Err(error);
            }
            let now = api.get_order(&order.fields.id).await?;
            if now.is_paid() {
                return Err(error);
            }
        }
    }
    Ok(())
}

/// The books without the superseded orders that are over for good. What a shopper has paid on one
/// is released.
pub(crate) async fn settled(api: &Api<'_>, data: &JsonObject) -> Books {
    let mut books = Books::of(data);
    let mut left = Vec::new();
    for id in std::mem::take(&mut books.superseded) {
        match api.get_order(&id).await {
            Ok(order) if order.keeps_money() => tracing::error!(
                "{id}, which another payment took the place of, was paid: refund it in PayPal's \
                 dashboard"
            ),
            Ok(order) if order.fields.status == OrderStatus::Voided => {}
            Ok(order) if order.is_paid() => {
                if release(api, &order).await.is_err() {
                    tracing::warn!(
                        "{id}, which another payment took the place of, is not released yet"
                    );
                    left.push(id);
                }
            }
            Err(error) if is_not_found(&error) => {}
            _ => left.push(id),
        }
    }
    books.superseded = left;
    books
}
