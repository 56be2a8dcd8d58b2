//! Refunds, cancellations and deletions, and what each must refuse.

use crate::request::{Operation, Request};
use crate::testing::harness::Fault;
use crate::testing::trial::{Checked, Trial, expect, refund};

pub(super) async fn refund_pays(trial: &Trial<'_>) -> Checked {
    let part = trial.refunded(trial.captured().await?, trial.part()).await?;
    trial.has_refunded(&part, trial.part()).await?;
    let rest = trial.refunded(part, trial.total() - trial.part()).await?;
    trial.has_refunded(&rest, trial.total()).await
}

pub(super) async fn refund_too_much(trial: &Trial<'_>) -> Checked {
    let data = trial.captured().await?;
    trial.call(refund(data.clone(), trial.total() + 10)).await.refused()?;
    trial.has_refunded(&data, 0).await?;
    let part = trial.refunded(data, trial.part()).await?;
    let left = trial.total() - trial.part();
    trial.call(refund(part.clone(), left + 10)).await.refused()?;
    trial.has_refunded(&part, trial.part()).await
}

pub(super) async fn refund_same_amount(trial: &Trial<'_>) -> Checked {
    let once = trial.refunded(trial.captured().await?, trial.part()).await?;
    let twice = trial.refunded(once, trial.part()).await?;
    trial.has_refunded(&twice, 2 * trial.part()).await
}

pub(super) async fn refund_after_decline(trial: &mut Trial<'_>) -> Checked {
    let data = trial.captured().await?;
    trial.inject(Fault::Decline, Operation::RefundPayment).await?;
    trial.call(refund(data.clone(), trial.part())).await.refused()?;
    trial.has_refunded(&data, 0).await?;
    trial.harness.clear().await;
    let request = refund(data.clone(), trial.part());
    trial.repeated(request).await?;
    trial.has_refunded(&data, trial.part()).await
}

pub(super) async fn refund_after_lost_reply(trial: &mut Trial<'_>) -> Checked {
    let request = refund(trial.captured().await?, trial.part());
    trial.inject(Fault::LoseReply, Operation::RefundPayment).await?;
    let mut answer = trial.heard(request.clone()).await;
    trial.harness.clear().await;
    if !answer.is_success() {
        answer = trial.repeated(request).await?;
    }
    let once = answer.data().map(|data| trial.store(data)).unwrap_or_default();
    let next = refund(once.clone(), trial.part());
    let twice = trial.repeated(next).await?;
    let newest = twice.data().map_or(once, |data| trial.store(data));
    trial.has_refunded(&newest, 2 * trial.part()).await
}

pub(super) async fn cancel_releases(trial: &Trial<'_>) -> Checked {
    trial.must_hold()?;
    let data = trial.cancel(trial.authorized().await?).await?;
    let ledger = trial.ledger(&data).await?;
    expect("whether the provider has canceled it", ledger.canceled, true)?;
    expect("what the provider has held and captured", (ledger.held, ledger.captured), (0, 0))
}

pub(super) async fn cancel_captured(trial: &Trial<'_>) -> Checked {
    let data = trial.captured().await?;
    trial.call(Request::CancelPayment { data: data.clone() }).await.refused()?;
    trial.has_captured(&data, trial.total()).await
}

/// With the result of the cancellation: a processor without a provider knows nothing else.
pub(super) async fn capture_canceled(trial: &Trial<'_>) -> Checked {
    trial.must_hold()?;
    let data = trial.cancel(trial.authorized().await?).await?;
    trial.call(Request::capture(data.clone())).await.refused()?;
    trial.has_captured(&data, 0).await
}

pub(super) async fn delete_unpayable(trial: &Trial<'_>) -> Checked {
    let data = trial.started().await?;
    trial.delete(data.clone()).await?;
    trial.is_unpayable(&data).await
}

pub(super) async fn delete_authorized(trial: &Trial<'_>) -> Checked {
    trial.must_hold()?;
    let data = trial.delete(trial.authorized().await?).await?;
    let ledger = trial.ledger(&data).await?;
    expect("what the provider has held and captured", (ledger.held, ledger.captured), (0, 0))
}
