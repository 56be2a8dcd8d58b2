//! Refunds that are paid once, whatever is lost on the way.
//!
//! The payment's data names the refunds that Medusa has booked. A refund that Medusa asked for,
//! that PayPal's order shows, and that is not among them is one whose reply was lost: it is taken
//! over instead of being paid again. That holds after a restart and on another server, and it holds
//! when PayPal has forgotten the request's id, which it does after 45 days.

use std::time::Duration;

use medusa_payment_rs::{ErrorKind, PaymentProcessorError, Result};

use crate::api::Api;
use crate::clock::seconds_since_1970;
use crate::money::Money;
use crate::order::{Capture, CaptureStatus, Order, Refund};
use crate::requests::refund_capture;

/// How often a stored answer is stepped over.
const MOST_REPLAYS: usize = 8;

/// Refunds `amount` of an order, or takes over the refund of that amount that is not in `booked`
/// yet.
///
/// `settling` is how long another server may take from PayPal's answer to storing it.
pub(crate) async fn refund(
    api: &Api<'_>,
    order_id: &str,
    amount: impl Fn(&Order) -> Result<Money>,
    booked: &[String],
    settling: Duration,
) -> Result<Refund> {
    let mut key = api.key("");
    for replays in 1..=MOST_REPLAYS {
        let (order, now) = api.get_order_and_time(order_id).await?;
        let amount = amount(&order)?;
        if let Some(refund) = order.refunds().find(|refund| is_lost(refund, &amount, booked)) {
            return taken_over(api, refund.clone(), now, settling);
        }
        let capture = capture_to_refund(api, &order)?;
        let answer = api
            .refund(&refund_capture(&capture.id, &amount, &key), &key)
            .await
            .map_err(|error| with_strangers(error, &order, booked))?;
        let refund = answer.refund;
        if !answer.is_replay {
            return not_void(api, refund);
        }
        let is_over = booked.contains(&refund.id)
            || order.refunds().any(|known| known.id == refund.id && known.is_void());
        if !is_over {
            return taken_over(api, refund, answer.now, settling);
        }
        // What is replayed is booked already or came back since: this one is another refund.
        key = api.key(&format!(".{replays}"));
    }
    Err(PaymentProcessorError::unavailable(
        api.failed(ErrorKind::Unavailable),
        "PayPal only repeats what it answered to earlier attempts. Nothing was moved. Refund in \
         PayPal's dashboard.",
    )
    .never_retry())
}

/// Whether Medusa asked for this refund and never heard of it.
fn is_lost(refund: &Refund, amount: &Money, booked: &[String]) -> bool {
    refund.is_ours()
        && refund.amount.as_ref().is_some_and(|refunded| refunded.equals(amount))
        && !refund.is_void()
        && !booked.contains(&refund.id)
}

/// The capture that the money comes from: one that has some left, before one that PayPal will
/// refuse.
fn capture_to_refund<'a>(api: &Api<'_>, order: &'a Order) -> Result<&'a Capture> {
    let mut taken: Vec<&Capture> =
        order.captures().filter(|capture| capture.status.is_taken()).collect();
    taken.sort_by_key(|capture| capture.status == CaptureStatus::Refunded);
    if let Some(capture) = taken.first() {
        return Ok(capture);
    }
    let (code, detail) = match order.pending_capture() {
        Some(_) => {
            ("capture_pending", "PayPal has not decided on the capture yet. Try again later.")
        }
        None => ("not_captured", "Nothing was captured: cancel the payment instead."),
    };
    Err(api.refused(code, detail))
}

/// A refund that an earlier attempt made. Where it cannot have been this call's, and is so young
/// that another server may still be storing it, both would book it.
fn taken_over(api: &Api<'_>, refund: Refund, now: u64, settling: Duration) -> Result<Refund> {
    let made = refund.create_time.as_deref().and_then(seconds_since_1970);
    let age = Duration::from_secs(now.saturating_sub(made.unwrap_or(0)));
    if api.call.attempt() <= 1 && age < settling {
        return Err(PaymentProcessorError::unavailable(
            api.failed(ErrorKind::Unavailable),
            format!(
                "A refund of this amount was made just now ({}). Nothing more was moved. Look at \
                 the payment, and repeat the refund in {} seconds if it is not booked by then.",
                refund.id,
                settling.as_secs()
            ),
        )
        .never_retry());
    }
    tracing::info!("took over the refund {}, whose reply was lost", refund.id);
    not_void(api, refund)
}

fn not_void(api: &Api<'_>, refund: Refund) -> Result<Refund> {
    if refund.is_void() {
        return Err(api.refused(
            refund.status_details.reason.as_deref().unwrap_or("REFUND_FAILED"),
            format!("The refund {} failed; the money stays with the store.", refund.id),
        ));
    }
    Ok(refund)
}

/// A refusal may come from refunds that Medusa does not know of: names them.
fn with_strangers(
    error: PaymentProcessorError,
    order: &Order,
    booked: &[String],
) -> PaymentProcessorError {
    let strangers: Vec<String> = order
        .refunds()
        .filter(|refund| !refund.is_void() && !booked.contains(&refund.id))
        .map(|refund| match &refund.amount {
            Some(amount) => format!("{} over {} {}", refund.id, amount.value, amount.currency_code),
            None => refund.id.clone(),
        })
        .collect();
    if strangers.is_empty() || error.kind() != ErrorKind::Refused {
        return error;
    }
    let detail = format!(
        "{} PayPal has refunds of this payment that were not made here or are not booked: {}.",
        error.detail(),
        strangers.join(", ")
    );
    PaymentProcessorError::new(error.kind(), error.error(), error.code(), detail)
}
