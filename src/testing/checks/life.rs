//! A payment whose shopper pays and whose provider does what it is asked.

use crate::json::JsonObject;
use crate::request::Request;
use crate::testing::trial::{Checked, Trial, failed};
use crate::types::PaymentProcessorContext;

pub(super) async fn answers_are_objects(trial: &Trial<'_>) -> Checked {
    let captured = trial.captured().await?;
    let data = trial.refunded(captured, trial.part()).await?;
    trial.data(Request::RetrievePayment { data }).await?;
    let other = trial.started().await?;
    let context =
        PaymentProcessorContext { payment_session_data: other.clone(), ..trial.context() };
    trial.updated(context).await?;
    if trial.harness.captures_at_once() {
        trial.delete(other).await?;
    } else {
        trial.cancel(other).await?;
    }
    trial.delete(trial.started().await?).await?;
    Ok(())
}

pub(super) async fn authorize_paid(trial: &Trial<'_>) -> Checked {
    trial.authorized().await.map(|_| ())
}

pub(super) async fn capture_takes_all(trial: &Trial<'_>) -> Checked {
    let data = trial.captured().await?;
    trial.has_captured(&data, trial.total()).await?;
    trial.has_refunded(&data, 0).await
}

pub(super) async fn retrieve_keeps(trial: &Trial<'_>) -> Checked {
    let data = trial.authorized().await?;
    let data = trial.data(Request::RetrievePayment { data }).await?;
    let captured = trial.capture(data).await?;
    trial.has_captured(&captured, trial.total()).await
}

pub(super) async fn status_known(trial: &Trial<'_>) -> Checked {
    let status = async |data: JsonObject| trial.call(Request::GetPaymentStatus { data }).await;
    let data = trial.started().await?;
    status(data.clone()).await.succeeded()?;
    trial.harness.pay(&data).await;
    let authorized = trial.authorize(data).await?;
    status(authorized.clone()).await.authorized()?;
    status(trial.capture(authorized).await?).await.authorized()?;
    Ok(())
}

pub(super) async fn status_canceled(trial: &Trial<'_>) -> Checked {
    trial.must_hold()?;
    let data = trial.cancel(trial.authorized().await?).await?;
    let answer = trial.call(Request::GetPaymentStatus { data }).await.succeeded()?;
    if answer.is_authorized() { failed("a canceled payment is called authorized") } else { Ok(()) }
}

pub(super) async fn authorize_unpaid(trial: &Trial<'_>) -> Checked {
    let data = trial.started().await?;
    let answer = trial.call(trial.authorization(data)).await.answered()?;
    match answer.data() {
        Some(data) if answer.is_authorized() => trial.has_held(&trial.store(data)).await,
        _ => Ok(()),
    }
}

pub(super) async fn authorize_captured(trial: &Trial<'_>) -> Checked {
    trial.authorize(trial.captured().await?).await.map(|_| ())
}
