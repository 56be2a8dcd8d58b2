//! From a method call in JavaScript to the processor and back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::boundary::{self, Argument};
use super::log;
use super::mailbox::{CallId, Mailbox, Message, Outcome};
use super::runtime::runtime;
use super::watchdog;
use crate::error::PaymentProcessorError;
use crate::layers::{Stack, caught};
use crate::request::Operation;

/// How long after its deadline a call is given up by force: its own layers end it on time unless
/// the processor blocks its thread.
const GRACE: Duration = Duration::from_secs(1);

/// The answer that a call owes. The first one counts.
pub(crate) struct Answer {
    mailbox: Arc<Mailbox>,
    call: CallId,
    operation: Operation,
    given: AtomicBool,
}

impl Answer {
    fn give(&self, outcome: Outcome) {
        if let Some(message) = self.message(outcome) {
            self.mailbox.send(message);
        }
    }

    /// From a worker thread.
    fn give_with_others(&self, outcome: Outcome) {
        if let Some(message) = self.message(outcome) {
            self.mailbox.send_with_others(message);
        }
    }

    fn message(&self, outcome: Outcome) -> Option<Message> {
        let is_first = !self.given.swap(true, Ordering::AcqRel);
        is_first.then_some(Message::Settle { call: self.call, outcome })
    }

    /// The answer of a call that ended by no fault of its caller, and may have moved money.
    pub(crate) fn give_up(&self, detail: &str) {
        let error = format!("{} failed", self.operation.name());
        let error = if self.operation.is_read() {
            PaymentProcessorError::unavailable(error, detail)
        } else {
            PaymentProcessorError::outcome_unknown(error, detail)
        };
        // Not its detail, which may be a panic's message with a payment's data in it.
        let text = format!("medusa-payment-rs: {} ({})", error.error(), error.code());
        let level = tracing::Level::ERROR;
        if !self.given.load(Ordering::Acquire) {
            self.mailbox.send(Message::Log { call: self.call, level, text });
        }
        self.give(boundary::outcome(self.operation, Err(error)));
    }
}

/// Runs a call on the worker threads; its outcome arrives at the mailbox, whatever happens.
pub(crate) fn start(
    mailbox: Arc<Mailbox>,
    call: CallId,
    stack: Arc<Stack>,
    operation: Operation,
    arguments: Vec<Argument>,
) {
    let given = AtomicBool::new(false);
    let answer = Arc::new(Answer { mailbox, call, operation, given });
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(reason) => {
            return answer.give(Outcome::Error(boundary::message(operation, &reason)));
        }
    };
    let limit = stack.deadline() + GRACE;
    let watch = watchdog::watch(Instant::now() + limit, limit, Arc::clone(&answer));
    let scope = (Arc::clone(&answer.mailbox), call);
    runtime.spawn(log::CALL.scope(scope, async move {
        match caught(serve(stack, operation, arguments)).await {
            Ok(outcome) => answer.give_with_others(outcome),
            Err(panic) => answer.give_up(&format!("A layer panicked: {panic}.")),
        }
        drop(watch);
    }));
}

async fn serve(stack: Arc<Stack>, operation: Operation, arguments: Vec<Argument>) -> Outcome {
    match boundary::request(operation, arguments) {
        Ok(request) => boundary::outcome(operation, stack.call(request).await),
        Err(refusal) => refusal.into_outcome(operation),
    }
}
