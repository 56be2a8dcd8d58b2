//! The answer that a call owes to its caller.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::Level;

use crate::error::PaymentProcessorError;
use crate::node::boundary::outcome::Outcome;
use crate::node::host::Host;
use crate::node::realm::mailbox::Mailbox;
use crate::node::realm::message::{CallId, Line, Message};
use crate::request::Operation;

/// The answer of a call, and its log until then. The first answer counts.
pub(crate) struct Answer {
    host: &'static dyn Host,
    mailbox: Arc<Mailbox>,
    call: CallId,
    operation: Operation,
    given: AtomicBool,
    /// The log of a call that is still where it was made: its answer may be given there too.
    kept: Mutex<Option<Vec<Line>>>,
}

impl Answer {
    pub(crate) fn new(
        host: &'static dyn Host,
        mailbox: Arc<Mailbox>,
        call: CallId,
        operation: Operation,
    ) -> Self {
        let (given, kept) = (AtomicBool::new(false), Mutex::new(None));
        Self { host, mailbox, call, operation, given, kept }
    }

    pub(crate) fn host(&self) -> &'static dyn Host {
        self.host
    }

    pub(crate) fn operation(&self) -> Operation {
        self.operation
    }

    /// Whether no message is on its way that comes before this answer.
    pub(crate) fn is_next(&self) -> bool {
        self.mailbox.is_empty()
    }

    /// Adds a line to the call's log.
    pub(crate) fn log(&self, level: Level, text: String) {
        match self.kept().as_mut() {
            Some(lines) => lines.push((level, text)),
            None => self.mailbox.send(Message::Log { call: self.call, level, text }),
        }
    }

    /// Keeps the log here, until [`kept_log`](Self::kept_log).
    pub(crate) fn keep_log(&self) {
        *self.kept() = Some(Vec::new());
    }

    /// Returns the log that was kept. What follows is sent.
    pub(crate) fn kept_log(&self) -> Vec<Line> {
        self.kept().take().unwrap_or_default()
    }

    fn kept(&self) -> MutexGuard<'_, Option<Vec<Line>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the answer.
    pub(crate) fn give(&self, outcome: Outcome) {
        if let Some(message) = self.message(outcome) {
            self.mailbox.send(message);
        }
    }

    /// Gives the answer from a worker thread.
    pub(crate) fn give_with_others(&self, outcome: Outcome) {
        if let Some(message) = self.message(outcome) {
            self.mailbox.send_with_others(message);
        }
    }

    fn message(&self, outcome: Outcome) -> Option<Message> {
        let is_first = !self.given.swap(true, Ordering::AcqRel);
        is_first.then_some(Message::Settle { call: self.call, outcome })
    }

    /// Answers a call that ended by no fault of its caller, and may have moved money.
    pub(crate) fn give_up(&self, detail: &str) {
        let outcome = self.given_up(detail);
        self.give(outcome);
    }

    fn given_up(&self, detail: &str) -> Outcome {
        let error = format!("{} failed", self.operation.name());
        let error = if self.operation.is_read() {
            PaymentProcessorError::unavailable(error, detail)
        } else {
            PaymentProcessorError::outcome_unknown(error, detail)
        };
        if !self.given.load(Ordering::Acquire) {
            // Not its detail, which may be a panic's message with a payment's data in it.
            let text = format!("medusa-payment-rs: {} ({})", error.error(), error.code());
            self.log(Level::ERROR, text);
        }
        self.host.outcome(self.operation, Err(error))
    }

    /// Returns the outcome of a call that was served, even if a layer panicked.
    pub(crate) fn outcome(&self, served: Result<Outcome, String>) -> Outcome {
        served.unwrap_or_else(|panic| self.given_up(&format!("A layer panicked: {panic}.")))
    }
}
