//! Calls that come twice, one after the other or at once.

use crate::request::Request;
use crate::testing::trial::{Checked, Trial, expect, failed, refund, where_known};

pub(super) async fn authorize_twice(trial: &Trial<'_>) -> Checked {
    let data = trial.authorize(trial.authorized().await?).await?;
    trial.has_held(&data).await
}

pub(super) async fn capture_twice(trial: &Trial<'_>) -> Checked {
    let authorized = trial.authorized().await?;
    let captured = trial.capture(authorized.clone()).await?;
    for data in [captured, authorized] {
        let again = trial.capture(data).await?;
        trial.has_captured(&again, trial.total()).await?;
        trial.has_refunded(&again, 0).await?;
    }
    Ok(())
}

/// Medusa ignores the result of a cancellation, and comes with the old data.
pub(super) async fn cancel_twice(trial: &Trial<'_>) -> Checked {
    trial.must_hold()?;
    let authorized = trial.authorized().await?;
    let canceled = trial.cancel(authorized.clone()).await?;
    trial.cancel(canceled).await?;
    trial.cancel(authorized).await.map(|_| ())
}

pub(super) async fn delete_twice(trial: &Trial<'_>) -> Checked {
    let data = trial.started().await?;
    trial.delete(data.clone()).await?;
    trial.delete(data.clone()).await?;
    where_known(trial.is_unpayable(&data).await)
}

pub(super) async fn refund_repeated(trial: &Trial<'_>) -> Checked {
    let data = trial.captured().await?;
    let paid = trial.refunded(data.clone(), trial.part()).await?;
    let again = trial.call(refund(data, trial.part())).await.answered()?;
    let newest = again.data().map_or(paid, |data| trial.store(data));
    trial.has_refunded(&newest, trial.part()).await
}

pub(super) async fn at_once_authorize(trial: &Trial<'_>) -> Checked {
    let data = trial.started().await?;
    trial.harness.pay(&data).await;
    let (first, second) =
        tokio::join!(trial.authorize(data.clone()), trial.authorize(data.clone()));
    first?;
    second?;
    trial.has_held(&trial.authorize(data).await?).await
}

pub(super) async fn at_once_capture(trial: &Trial<'_>) -> Checked {
    let request = Request::capture(trial.authorized().await?);
    let (first, second) = tokio::join!(trial.call(request.clone()), trial.call(request));
    let (first, second) = (first.answered()?, second.answered()?);
    match first.data().or(second.data()) {
        Some(data) => trial.has_captured(&trial.store(data), trial.total()).await,
        None => failed(format!("neither is a success: {first}; {second}")),
    }
}

pub(super) async fn at_once_refund(trial: &Trial<'_>) -> Checked {
    match refunds_at_once(trial, trial.part()).await? {
        0 => failed("neither of two refunds at once is a success"),
        _ => Ok(()),
    }
}

pub(super) async fn at_once_refund_too_much(trial: &Trial<'_>) -> Checked {
    refunds_at_once(trial, trial.total() - trial.part()).await.map(|_| ())
}

/// Two refunds with the same data, as two clicks make them. Returns how many were answered with a
/// success.
async fn refunds_at_once(trial: &Trial<'_>, amount: u64) -> Checked<u64> {
    let data = trial.captured().await?;
    let request = refund(data.clone(), amount);
    let (first, second) = tokio::join!(trial.call(request.clone()), trial.call(request));
    let (first, second) = (first.answered()?, second.answered()?);
    let paid = u64::from(first.is_success()) + u64::from(second.is_success());
    let newest = second.data().or(first.data()).map_or(data, |data| trial.store(data));
    let what = format!("what the provider has refunded, {paid} of 2 answers being a success");
    expect(&what, trial.ledger(&newest).await?.refunded, paid * amount)?;
    Ok(paid)
}
