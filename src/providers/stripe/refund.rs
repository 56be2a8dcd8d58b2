//! Refunds that are paid once, whatever is lost on the way.
//!
//! The payment's data names the refunds that Medusa has booked. A refund that Medusa asked for, that
//! Stripe has, and that is not among them is one whose reply was lost: it is taken over instead of
//! being paid again. That holds after a restart and on another server, and it holds when Stripe has
//! forgotten the idempotency key, which it does after a day. Where it certainly has not, because the
//! payment itself is younger, there is nothing to look up before the key says so.
//!
//! The key of a refund follows from the last one that is booked, and not from the amount: of refunds
//! that start from the same books, whichever server they are made on, Stripe makes one. Medusa itself
//! would book both, and the later would overwrite what the earlier left in the payment
//! (`refundPayment`, `dist/services/payment-provider.js`).

use std::time::Duration;

use super::api::{Api, MOST_REPLAYS};
use super::intent::Refund;
use super::reply::{Reply, failed};
use super::requests::create_refund;
use crate::amount::Amount;
use crate::error::{ErrorKind, PaymentProcessorError, Result};

/// The code of a request that has the key of another one.
const OTHER_REQUEST: &str = "idempotency_error";

/// Refunds `amount` of `intent`, or takes over the refund of that amount that is not in `booked` yet.
///
/// `created` is when the intent was, in seconds since 1970, where that is known; `settling` is how long
/// another server may take from Stripe's answer to storing it.
pub(super) async fn refund(
    api: &Api<'_>,
    intent: &str,
    amount: Amount,
    booked: &[String],
    created: Option<u64>,
    settling: Duration,
) -> Result<Refund> {
    let base = format!("refund-{intent}-{}", booked.last().map_or("none", String::as_str));
    if api.call.attempt() == 1
        && created.is_some_and(|created| api.keys_live_since(created))
        && let Some(result) = first(api, intent, amount, booked, &base).await
    {
        return result;
    }
    let mut key = base.clone();
    for steps in 1..=MOST_REPLAYS {
        let listed = api.list_refunds(intent).await?;
        let lost = listed.refunds.iter().filter(|refund| is_unbooked(refund, booked));
        let now = listed.now;
        if let Some(other) = lost.clone().find(|refund| refund.amount != amount)
            && is_fresh(other, now, settling)
        {
            return Err(was_just_made(api, other, settling));
        }
        if let Some(refund) = lost.clone().find(|refund| refund.amount == amount) {
            return taken_over(api, refund.clone(), now, settling);
        }
        let reply = create(api, intent, amount, &key).await?;
        let (replayed, now) = (reply.replayed, reply.now());
        // What comes after this step is looked at anew: a stored failure, or a refund that has been
        // booked or has come back since, belongs to an earlier call.
        key = format!("{base}.{steps}");
        if replayed && !reply.is_success() {
            continue;
        }
        let body = match reply.into_body(api.call, false) {
            Ok(body) => body,
            // Another refund was tried from the same books.
            Err(error) if error.code() == OTHER_REQUEST => continue,
            Err(error) => return Err(with_strangers(error, &listed.refunds, booked)),
        };
        let refund = parsed(&body)?;
        if !replayed {
            return not_void(api, refund);
        }
        let is_over = booked.contains(&refund.id)
            || listed.refunds.iter().any(|known| known.id == refund.id && known.is_void());
        if !is_over {
            return taken_over(api, refund, now, settling);
        }
    }
    Err(PaymentProcessorError::unavailable(
        failed(api.call, ErrorKind::Unavailable),
        "Stripe only repeats what it answered to earlier attempts. Nothing was moved. Try again in \
         a day, or refund in Stripe's dashboard.",
    )
    .never_retry())
}

/// Makes the first refund from these books, or finds out by their key that it is not the first: then there
/// is no result.
async fn first(
    api: &Api<'_>,
    intent: &str,
    amount: Amount,
    booked: &[String],
    key: &str,
) -> Option<Result<Refund>> {
    let reply = match create(api, intent, amount, key).await {
        Ok(reply) if reply.replayed => return None,
        Ok(reply) => reply,
        Err(lost) => return Some(Err(lost)),
    };
    Some(match reply.into_body(api.call, false) {
        Ok(body) => parsed(&body).and_then(|refund| not_void(api, refund)),
        Err(error) if error.code() == OTHER_REQUEST => return None,
        Err(error) if is_no(&error) => Err(match api.list_refunds(intent).await {
            Ok(listed) => with_strangers(error, &listed.refunds, booked),
            Err(_) => error,
        }),
        Err(error) => Err(error),
    })
}

/// Asks Stripe for the refund.
async fn create(api: &Api<'_>, intent: &str, amount: Amount, key: &str) -> Result<Reply> {
    let was_in_doubt = api.call.in_doubt();
    api.call.set_in_doubt(true);
    let reply = match api.send(&create_refund(intent, amount), Some(key)).await {
        Err(lost) if lost.kind() == ErrorKind::OutcomeUnknown => return Err(lost),
        reply => reply,
    };
    let is_answered = reply.as_ref().map_or(true, Reply::says_what_was_done);
    api.call.set_in_doubt(was_in_doubt || !is_answered);
    match reply {
        // No request of this call can be the one that is being served.
        Ok(reply) if reply.key_is_in_use() && !was_in_doubt => Err(has_to_wait(
            api,
            "Another refund of this payment is being made at this moment. Nothing more was moved. Look at \
             the payment, and repeat the refund if it is still wanted.",
        )),
        reply => reply,
    }
}

fn parsed(refund: &str) -> Result<Refund> {
    Ok(serde_json::from_str(refund).map_err(crate::json::JsonError::from)?)
}

/// Whether Medusa asked for this refund and has not booked it.
fn is_unbooked(refund: &Refund, booked: &[String]) -> bool {
    refund.is_ours() && !refund.is_void() && !booked.contains(&refund.id)
}

/// Whether a refund is so young that another server may still be storing it.
fn is_fresh(refund: &Refund, now: u64, settling: Duration) -> bool {
    Duration::from_secs(now.saturating_sub(refund.created)) < settling
}

fn has_to_wait(api: &Api<'_>, detail: impl Into<String>) -> PaymentProcessorError {
    let error = format!("{} of {} has to wait", api.call.operation().name(), api.call.payment());
    PaymentProcessorError::unavailable(error, detail).never_retry()
}

fn was_just_made(api: &Api<'_>, other: &Refund, settling: Duration) -> PaymentProcessorError {
    has_to_wait(
        api,
        format!(
            "Another refund of this payment, {} over {}, was made just now. Nothing more was moved. \
             Look at the payment, and repeat the refund in {} seconds if it is still wanted.",
            other.id,
            other.amount,
            settling.as_secs()
        ),
    )
}

/// A refund that an earlier attempt made. Where it cannot have been this call's, and another server may
/// still be storing it, both would book it.
fn taken_over(api: &Api<'_>, refund: Refund, now: u64, settling: Duration) -> Result<Refund> {
    if !api.call.in_doubt() && is_fresh(&refund, now, settling) {
        return Err(was_just_made(api, &refund, settling));
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

fn is_no(error: &PaymentProcessorError) -> bool {
    matches!(error.kind(), ErrorKind::Refused | ErrorKind::Invalid)
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
    if strangers.is_empty() || !is_no(&error) {
        return error;
    }
    let detail = format!(
        "{} Stripe has refunds of this payment that were not made here or are not booked: {}.",
        error.detail(),
        strangers.join(", ")
    );
    PaymentProcessorError::new(error.kind(), error.error(), error.code(), detail)
}
