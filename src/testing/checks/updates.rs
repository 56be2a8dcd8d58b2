//! A cart that changes while its payment is under way.

use crate::json::JsonObject;
use crate::request::Request;
use crate::testing::operations::currency_of;
use crate::testing::trial::{Checked, Trial, expect, failed, money};
use crate::types::{Customer, PaymentProcessorContext};

const STILL: &str = "the payments of this cart that are not canceled";

fn context(trial: &Trial<'_>, data: &JsonObject) -> PaymentProcessorContext {
    PaymentProcessorContext { payment_session_data: data.clone(), ..trial.context() }
}

pub(super) async fn amount(trial: &Trial<'_>) -> Checked {
    let old = trial.started().await?;
    let amount = trial.total() + trial.part();
    let changed = PaymentProcessorContext { amount: money(amount), ..context(trial, &old) };
    let data = trial.updated(changed).await?;
    trial.can_be_paid(&data, amount).await
}

pub(super) async fn unchanged(trial: &Trial<'_>) -> Checked {
    let mut data = trial.started().await?;
    for _ in 0..2 {
        data = trial.updated(context(trial, &data)).await?;
    }
    expect(STILL, trial.payments().await?, 1)
}

pub(super) async fn currency(trial: &Trial<'_>) -> Checked {
    let old = trial.started().await?;
    let usual = trial.context().currency_code;
    let other = if usual == "usd" { "eur" } else { "usd" };
    let changed =
        PaymentProcessorContext { currency_code: other.to_owned(), ..context(trial, &old) };
    let data = trial.updated(changed).await?;
    let left = currency_of(trial.payable(&old).await?);
    if left.as_deref().is_some_and(|left| left != other) {
        return failed(format!("the shopper can still pay in {left:?} with the old session data"));
    }
    let current = currency_of(trial.payable(&data).await?);
    expect("the currency that the shopper pays", current.as_deref(), Some(other))
}

pub(super) async fn customer(trial: &Trial<'_>) -> Checked {
    let old = trial.started().await?;
    let customer = Customer {
        id: Some("cus_01KITTESTCUSTOMER".to_owned()),
        has_account: Some(true),
        email: Some("account@example.com".to_owned()),
        metadata: Some(JsonObject::empty()),
        ..Customer::default()
    };
    let email = "account@example.com".to_owned();
    let changed =
        PaymentProcessorContext { customer: Some(customer), email, ..context(trial, &old) };
    trial.updated(changed).await?;
    expect(STILL, trial.payments().await?, 1)
}

pub(super) async fn authorized(trial: &Trial<'_>) -> Checked {
    let data = trial.authorized().await?;
    let email = "new@example.com".to_owned();
    let data = trial.updated(PaymentProcessorContext { email, ..context(trial, &data) }).await?;
    let captured = trial.capture(trial.authorize(data).await?).await?;
    trial.has_captured(&captured, trial.total()).await
}

pub(super) async fn captured(trial: &Trial<'_>) -> Checked {
    let captured = trial.captured().await?;
    let email = "new@example.com".to_owned();
    let changed = PaymentProcessorContext { email, ..context(trial, &captured) };
    let answer = trial.call(Request::UpdatePayment(Box::new(changed))).await.answered()?;
    let data = answer.data().map_or(captured, |data| trial.store(data));
    trial.has_captured(&data, trial.total()).await?;
    let refunded = trial.refunded(data, trial.part()).await?;
    trial.has_refunded(&refunded, trial.part()).await
}
