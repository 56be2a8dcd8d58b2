//! A provider that refuses, is down, hangs, or whose replies are lost.

use crate::error::ErrorKind;
use crate::request::{Operation, Request};
use crate::testing::harness::Fault;
use crate::testing::operations::{done, moved, needs_provider, prepared, undone};
use crate::testing::trial::{Answer, Checked, Stop, Trial, failed, where_known};

/// Calls the operation while the provider has the fault, and takes no success for granted.
async fn under_fault(
    trial: &mut Trial<'_>,
    operation: Operation,
    fault: Fault,
) -> Checked<(Request, Answer)> {
    let request = prepared(trial, operation).await?;
    trial.inject(fault, operation).await?;
    let answer = trial.heard(request.clone()).await;
    trial.harness.clear().await;
    if !answer.is_success() {
        undone(trial, &request).await?;
    } else if needs_provider(operation) {
        return Ok((request, answer.refused()?));
    } else {
        done(trial, &request, &answer).await?;
    }
    Ok((request, answer))
}

/// Whatever the answer is, Medusa must not record it as done.
pub(super) async fn refused(trial: &mut Trial<'_>, operation: Operation, fault: Fault) -> Checked {
    let (_, answer) = under_fault(trial, operation, fault).await?;
    if fault == Fault::Hang && needs_provider(operation) {
        return not_called_refused(&answer);
    }
    Ok(())
}

/// Nobody knows what a provider did that has not answered.
fn not_called_refused(answer: &Answer) -> Checked {
    match answer.error().map(|error| error.kind()) {
        Some(ErrorKind::Refused | ErrorKind::Invalid) => {
            failed(format!("a call that was never answered is called refused: {answer}"))
        }
        _ => Ok(()),
    }
}

pub(super) async fn down(trial: &mut Trial<'_>, operation: Operation) -> Checked {
    let (request, answer) = under_fault(trial, operation, Fault::Unavailable).await?;
    let is_over = match operation {
        Operation::AuthorizePayment => answer.is_authorized(),
        _ => answer.is_success(),
    };
    if is_over { Ok(()) } else { again(trial, &request).await }
}

pub(super) async fn down_status(trial: &Trial<'_>) -> Checked {
    let data = trial.authorized().await?;
    trial.inject(Fault::Unavailable, Operation::GetPaymentStatus).await?;
    let answer = trial.call(Request::GetPaymentStatus { data }).await;
    trial.harness.clear().await;
    answer.authorized().map(|_| ())
}

/// Repeats the call until it is done. Money that moved twice on the way is worse than that it never
/// succeeds.
async fn again(trial: &mut Trial<'_>, request: &Request) -> Checked {
    match trial.repeated(request.clone()).await {
        Ok(answer) => done(trial, request, &answer).await,
        Err(Stop::Failed(message)) => {
            trial.complain(message);
            where_known(moved(trial, request).await)
        }
        Err(skipped) => Err(skipped),
    }
}

/// Calls the operation while its reply is lost, and repeats it unless it has found out itself.
pub(super) async fn converges(
    trial: &mut Trial<'_>,
    operation: Operation,
    fault: Fault,
) -> Checked {
    let request = prepared(trial, operation).await?;
    trial.inject(fault, operation).await?;
    let answer = trial.heard(request.clone()).await;
    trial.harness.clear().await;
    if answer.is_success() {
        return done(trial, &request, &answer).await;
    }
    if let Some(error) = answer.error()
        && error.kind() != ErrorKind::OutcomeUnknown
        && moved(trial, &request).await.is_ok()
    {
        trial.complain(format!("money was moved, and the answer says that it was not: {answer}"));
    }
    again(trial, &request).await
}

/// The first answer may have been a success: a process can end before Medusa has stored it.
pub(super) async fn restarted(trial: &mut Trial<'_>, operation: Operation) -> Checked {
    let request = prepared(trial, operation).await?;
    trial.inject(Fault::LoseReply, operation).await?;
    trial.heard(request.clone()).await;
    trial.harness.clear().await;
    trial.restart().await;
    again(trial, &request).await
}

/// A provider that stores its answers replays the refusal to the new process, which knows of no later attempt.
pub(super) async fn stale_refusal(trial: &mut Trial<'_>, operation: Operation) -> Checked {
    let request = prepared(trial, operation).await?;
    trial.inject(Fault::Decline, operation).await?;
    trial.call(request.clone()).await.refused()?;
    trial.harness.clear().await;
    undone(trial, &request).await?;
    trial.inject(Fault::LoseReply, operation).await?;
    trial.heard(request.clone()).await;
    trial.harness.clear().await;
    trial.restart().await;
    let answer = trial.heard(request.clone()).await;
    if answer.is_success() {
        return done(trial, &request, &answer).await;
    }
    if let Some(ErrorKind::Refused | ErrorKind::Invalid) = answer.error().map(|error| error.kind())
        && moved(trial, &request).await.is_ok()
    {
        trial.complain(format!("money was moved, and the answer says that it was not: {answer}"));
    }
    again(trial, &request).await
}

pub(super) async fn lost_initiate(trial: &mut Trial<'_>) -> Checked {
    let request = Request::InitiatePayment(Box::new(trial.context()));
    trial.inject(Fault::LoseReply, Operation::InitiatePayment).await?;
    let answer = trial.heard(request.clone()).await;
    trial.harness.clear().await;
    let payments = trial.payments().await?;
    if payments > 1 {
        return failed(format!("one call started {payments} payments at the provider"));
    }
    if !answer.is_success() {
        trial.repeated(request).await?;
    }
    Ok(())
}
