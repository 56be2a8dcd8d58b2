//! Refunds that are paid once, whatever is lost on the way.
//!
//! The payment's data names the refunds that Medusa has booked. A refund that Medusa asked for, that
//! Stripe has, and that is not among them is one whose reply was lost: it is taken over instead of
//! being paid again. That holds after a restart and on another server, and it holds when Stripe has
//! forgotten the idempotency key, which it does after a day.

use std::time::Duration;

use super::api::{Api, MOST_REPLAYS};
use super::intent::Refund;
use super::reply::failed;
use super::requests::create_refund;
use crate::amount::Amount;
use crate::error::{ErrorKind, PaymentProcessorError, Result};

/// Refunds `amount` of `intent`, or takes over the refund of that amount that is not in `booked` yet.
///
/// `settling` is how long another server may take from Stripe's answer to storing it.
pub(super) async fn refund(
    api: &Api<'_>,
    intent: &str,
    amount: Amount,
    booked: &[String],
    settling: Duration,
) -> Result<Refund> {
    let mut key = api.key("");
    for replays in 1..=MOST_REPLAYS {
        let listed = api.list_refunds(intent).await?;
        if let Some(refund) = listed.refunds.iter().find(|refund| is_lost(refund, amount, booked)) {
            return taken_over(api, refund.clone(), listed.now, settling);
        }
        let reply = api.send(&create_refund(intent, amount), Some(&key)).await?;
        let (replayed, now) = (reply.replayed, reply.now);
        if replayed && !reply.is_success() {
            // A stored failure. The list has just shown that nothing came of it.
            key = api.key(&format!(".{replays}"));
            continue;
        }
        let body = reply
            .into_body(api.call, false)
            .map_err(|error| with_strangers(error, &listed.refunds, booked))?;
        let refund: Refund = serde_json::from_str(&body).map_err(crate::json::JsonError::from)?;
        if !replayed {
            return not_void(api, refund);
        }
        let is_over = booked.contains(&refund.id)
            || listed.refunds.iter().any(|known| known.id == refund.id && known.is_void());
        if !is_over {
            return taken_over(api, refund, now, settling);
        }
        // What is replayed is booked already or came back since: this one is another refund.
        key = api.key(&format!(".{replays}"));
    }
    Err(PaymentProcessorError::unavailable(
        failed(api.call, ErrorKind::Unavailable),
        "Stripe only repeats what it answered to earlier attempts. Nothing was moved. Try again in \
         a day, or refund in Stripe's dashboard.",
    )
    .never_retry())
}

/// Whether Medusa asked for this refund and never heard of it.
fn is_lost(refund: &Refund, amount: Amount, booked: &[String]) -> bool {
    refund.is_ours() && refund.amount == amount && !refund.is_void() && !booked.contains(&refund.id)
}

/// A refund that an earlier attempt made. Where it cannot have been this call's, and is so young that
/// another server may still be storing it, both would book it.
fn taken_over(api: &Api<'_>, refund: Refund, now: u64, settling: Duration) -> Result<Refund> {
    let age = Duration::from_secs(now.saturating_sub(refund.created));
    if api.call.attempt() <= 1 && age < settling {
        return Err(PaymentProcessorError::unavailable(
            format!("{} of {} has to wait", api.call.operation().name(), api.call.payment()),
            format!(
                "A refund of this amount was made just now ({}). Nothing more was moved. Look at \
                 the payment, and repeat the refund in {} seconds if it is not booked by then.",
                refund.id,
                settling.as_secs()
            ),
        )
        .never_retry());
    }
    tracing::info!("took over {}, whose reply was lost", refund.id);
    not_void(api, refund)
}

fn not_void(api: &Api<'_>, refund: Refund) -> Result<Refund> {
    if refund.is_void() {
        return Err(PaymentProcessorError::refused(
            failed(api.call, ErrorKind::Refused),
            refund.failure_reason.as_deref().unwrap_or("refund_failed"),
            format!("The refund {} failed at the bank; the money stays with the store.", refund.id),
        ));
    }
    Ok(refund)
}

/// A refusal may come from refunds that Medusa does not know of: names them. Stripe has no code for a
/// refund of more than is left, which looks like a request that was wrong as such.
fn with_strangers(
    error: PaymentProcessorError,
    refunds: &[Refund],
    booked: &[String],
) -> PaymentProcessorError {
    let strangers: Vec<String> = refunds
        .iter()
        .filter(|refund| !refund.is_void() && !booked.contains(&refund.id))
        .map(|refund| format!("{} over {}", refund.id, refund.amount))
        .collect();
    let is_no = matches!(error.kind(), ErrorKind::Refused | ErrorKind::Invalid);
    if strangers.is_empty() || !is_no {
        return error;
    }
    let detail = format!(
        "{} Stripe has refunds of this payment that were not made here or are not booked: {}.",
        error.detail(),
        strangers.join(", ")
    );
    PaymentProcessorError::new(error.kind(), error.error(), error.code(), detail)
}
