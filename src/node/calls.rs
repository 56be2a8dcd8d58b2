//! From a method call in JavaScript to the processor and back.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::boundary::{self, Argument};
use super::log;
use super::realm::{CallId, Mailbox, Message, Outcome};
use super::runtime::runtime;
use crate::error::PaymentProcessorError;
use crate::layers::{Stack, panic_message};
use crate::request::Operation;

/// How long after its deadline a call is given up by force: its own layers end it on time unless
/// the processor blocks its thread.
const GRACE: Duration = Duration::from_secs(1);

/// Runs a call on the worker threads; its outcome arrives at the mailbox, whatever happens.
pub(crate) fn start(
    mailbox: Arc<Mailbox>,
    id: CallId,
    stack: Arc<Stack>,
    operation: Operation,
    arguments: Vec<Argument>,
) {
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(reason) => {
            let outcome = Outcome::Error(boundary::message(operation, &reason));
            return mailbox.send(Message::Settle { call: id, outcome });
        }
    };
    let limit = stack.deadline() + GRACE;
    let call = log::CALL.scope((Arc::clone(&mailbox), id), serve(stack, operation, arguments));
    runtime.spawn(async move {
        let outcome = supervised(operation, limit, call).await;
        mailbox.send(Message::Settle { call: id, outcome });
    });
}

async fn serve(stack: Arc<Stack>, operation: Operation, arguments: Vec<Argument>) -> Outcome {
    match boundary::request(operation, arguments) {
        Ok(request) => boundary::outcome(operation, stack.call(request).await),
        Err(refusal) => refusal.into_outcome(operation),
    }
}

/// The call in a task of its own, so that one that blocks its thread or panics in a layer still
/// gets its answer.
async fn supervised(
    operation: Operation,
    limit: Duration,
    call: impl Future<Output = Outcome> + Send + 'static,
) -> Outcome {
    let task = tokio::spawn(call);
    let abort = task.abort_handle();
    let detail = match tokio::time::timeout(limit, task).await {
        Ok(Ok(outcome)) => return outcome,
        Ok(Err(failure)) => match failure.try_into_panic() {
            Ok(panic) => format!("A layer panicked: {}.", panic_message(panic.as_ref())),
            Err(_) => "The call was aborted.".to_owned(),
        },
        Err(_) => {
            abort.abort();
            format!("There was no answer after {} ms.", limit.as_millis())
        }
    };
    let error = format!("{} failed", operation.name());
    let error = if operation.is_read() {
        PaymentProcessorError::unavailable(error, detail)
    } else {
        PaymentProcessorError::outcome_unknown(error, detail)
    };
    tracing::error!("{error}");
    boundary::outcome(operation, Err(error))
}
