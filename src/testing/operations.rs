//! The ten operations as checks repeat them under every fault: how one is prepared, and what shows
//! that it is done.

use super::harness::Payable;
use super::trial::{Answer, Checked, Stop, Trial, expect, money, refund, where_known};
use crate::json::JsonObject;
use crate::request::{Operation, Request};
use crate::types::PaymentProcessorContext;

/// Brings a payment as far as the operation needs it, and returns the call.
pub(super) async fn prepared(trial: &Trial<'_>, operation: Operation) -> Checked<Request> {
    Ok(match operation {
        Operation::InitiatePayment => Request::InitiatePayment(Box::new(trial.context())),
        Operation::UpdatePayment => Request::UpdatePayment(Box::new(PaymentProcessorContext {
            amount: money(trial.total() + trial.part()),
            payment_session_data: trial.started().await?,
            ..trial.context()
        })),
        Operation::AuthorizePayment => {
            let data = trial.started().await?;
            trial.harness.pay(&data).await;
            trial.authorization(data)
        }
        Operation::CapturePayment => Request::capture(trial.authorized().await?),
        Operation::RefundPayment => refund(trial.captured().await?, trial.part()),
        Operation::CancelPayment if trial.harness.captures_at_once() => {
            Request::CancelPayment { data: trial.started().await? }
        }
        Operation::CancelPayment => Request::CancelPayment { data: trial.authorized().await? },
        Operation::DeletePayment => Request::DeletePayment { data: trial.started().await? },
        Operation::RetrievePayment => Request::RetrievePayment { data: trial.authorized().await? },
        Operation::GetPaymentStatus => {
            Request::GetPaymentStatus { data: trial.authorized().await? }
        }
        Operation::UpdatePaymentData => Request::UpdatePaymentData {
            session_id: trial.harness.session_id(&trial.started().await?),
            data: trial.harness.harmless(),
        },
        // Webhooks differ too much from one provider to the next for a common preparation.
        Operation::ReadWebhook | Operation::PaymentState => {
            return Err(Stop::Skipped("webhooks have no checks".to_owned()));
        }
        Operation::RetrieveAccountHolder
        | Operation::CreateAccountHolder
        | Operation::UpdateAccountHolder
        | Operation::DeleteAccountHolder
        | Operation::ListPaymentMethods
        | Operation::SavePaymentMethod
        | Operation::DeletePaymentMethod => {
            return Err(Stop::Skipped("optional operations have no checks".to_owned()));
        }
    })
}

/// Whether a success is a lie while the provider is not there to do it.
pub(super) fn needs_provider(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::InitiatePayment
            | Operation::UpdatePayment
            | Operation::CapturePayment
            | Operation::RefundPayment
            | Operation::CancelPayment
    )
}

/// Whether the operation has left nothing in the provider's books.
pub(super) async fn undone(trial: &Trial<'_>, request: &Request) -> Checked {
    let Some(data) = request.payment_data() else { return Ok(()) };
    where_known(match request.operation() {
        Operation::CapturePayment if !trial.harness.captures_at_once() => {
            trial.has_captured(data, 0).await
        }
        Operation::RefundPayment => trial.has_refunded(data, 0).await,
        Operation::CancelPayment => canceled(trial, data, false).await,
        _ => Ok(()),
    })
}

/// Whether the operation has moved money in the provider's books, and once. `Skipped` where it moves
/// none, or the books are not known.
pub(super) async fn moved(trial: &Trial<'_>, request: &Request) -> Checked {
    match request {
        Request::CapturePayment { data, .. } => trial.has_captured(data, trial.total()).await,
        Request::RefundPayment { data, amount } => {
            trial.has_refunded(data, amount.minor_units()).await
        }
        Request::CancelPayment { data } => canceled(trial, data, true).await,
        _ => Err(Stop::Skipped("it moves no money".to_owned())),
    }
}

/// Sees from a success that the operation is done, and may go on with the payment.
pub(super) async fn done(trial: &Trial<'_>, request: &Request, answer: &Answer) -> Checked {
    let data = answer.data();
    where_known(match request {
        Request::InitiatePayment(_) => {
            trial.can_be_paid(&data.cloned().unwrap_or_default(), trial.total()).await
        }
        Request::UpdatePayment(context) => {
            let data = data.unwrap_or(&context.payment_session_data);
            trial.can_be_paid(data, context.amount.minor_units()).await
        }
        Request::AuthorizePayment { data, .. } if answer.is_authorized() => {
            trial.has_held(data).await
        }
        Request::DeletePayment { data } => trial.is_unpayable(data).await,
        Request::RetrievePayment { .. } => {
            let data = trial.store(&data.cloned().unwrap_or_default());
            let captured = trial.capture(data).await?;
            trial.has_captured(&captured, trial.total()).await
        }
        other => moved(trial, other).await,
    })
}

async fn canceled(trial: &Trial<'_>, data: &JsonObject, expected: bool) -> Checked {
    let ledger = trial.ledger(data).await?;
    expect("whether the provider has canceled it", ledger.canceled, expected)
}

/// In which currency a shopper can still pay.
pub(super) fn currency_of(payable: Payable) -> Option<String> {
    match payable {
        Payable::Nothing => None,
        Payable::Sum { currency, .. } => Some(currency),
    }
}
