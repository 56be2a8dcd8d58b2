//! From a method call in JavaScript to the processor and back.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use tracing::Level;

use super::boundary::{self, Argument};
use super::log;
use super::mailbox::{CallId, Line, Mailbox, Message, Outcome};
use super::runtime::runtime;
use super::watchdog;
use crate::error::PaymentProcessorError;
use crate::layers::{Stack, caught};
use crate::request::Operation;

/// How long after its deadline a call is given up by force: its own layers end it on time unless
/// the processor blocks its thread.
const GRACE: Duration = Duration::from_secs(1);

/// How long a call on the event loop may keep it from everything else before the log hears of it. One
/// that is answered without waiting takes some microseconds.
const HELD_UP: Duration = Duration::from_millis(250);

/// The answer that a call owes, and what its log says until then. The first answer counts.
pub(crate) struct Answer {
    mailbox: Arc<Mailbox>,
    call: CallId,
    operation: Operation,
    given: AtomicBool,
    /// The log of a call that is still where it was made, where its answer may be had too.
    kept: Mutex<Option<Vec<Line>>>,
}

impl Answer {
    pub(crate) fn log(&self, level: Level, text: String) {
        match self.kept().as_mut() {
            Some(lines) => lines.push((level, text)),
            None => self.mailbox.send(Message::Log { call: self.call, level, text }),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Option<Vec<Line>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

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
        boundary::outcome(self.operation, Err(error))
    }

    /// What serving the call came to, also where a layer panicked.
    fn outcome(&self, served: Result<Outcome, String>) -> Outcome {
        served.unwrap_or_else(|panic| self.given_up(&format!("A layer panicked: {panic}.")))
    }
}

/// A call that is to be made.
pub(crate) struct Call {
    answer: Arc<Answer>,
    stack: Arc<Stack>,
    served: Pin<Box<dyn Future<Output = Result<Outcome, String>> + Send>>,
}

impl Call {
    pub(crate) fn new(
        mailbox: Arc<Mailbox>,
        call: CallId,
        stack: Arc<Stack>,
        operation: Operation,
        arguments: Vec<Argument>,
    ) -> Self {
        let (given, kept) = (AtomicBool::new(false), Mutex::new(None));
        let answer = Arc::new(Answer { mailbox, call, operation, given, kept });
        let served = caught(serve(Arc::clone(&stack), operation, arguments));
        let served = Box::pin(log::CALL.scope(Arc::clone(&answer), served));
        Self { answer, stack, served }
    }

    /// Makes the call on this thread, JavaScript's own, where the processor says that it answers without
    /// waiting: that spares it two changes of threads. Its log and its answer; or nothing where it goes on
    /// on the worker threads.
    pub(crate) fn answered_here(&mut self) -> Option<(Vec<Line>, Outcome)> {
        // What others have to say comes first.
        let is_next = self.is_immediate() && self.answer.mailbox.is_empty();
        if is_next { self.answered_at_once() } else { None }
    }

    fn is_immediate(&self) -> bool {
        self.stack.is_immediate(self.answer.operation)
    }

    /// As [`answered_here`](Self::answered_here), for a caller that cannot wait for what others have to say.
    pub(crate) fn answered_at_once(&mut self) -> Option<(Vec<Line>, Outcome)> {
        if !self.is_immediate() {
            return None;
        }
        let operation = self.answer.operation;
        let runtime = runtime().ok()?;
        *self.answer.kept() = Some(Vec::new());
        let begun = Instant::now();
        let polled = {
            // For the timers and tasks of whoever is called.
            let _entered = runtime.enter();
            // Nobody has to be woken: a worker thread that goes on with it polls it first.
            self.served.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        };
        let held_up = begun.elapsed();
        if held_up >= HELD_UP {
            let (provider, name) = (self.stack.identifier(), operation.name());
            let text = format!(
                "medusa-payment-rs: {provider}.{name} held up the event loop for {} ms, though `is_immediate` says \
                 that it does not wait",
                held_up.as_millis()
            );
            self.answer.log(Level::WARN, text);
        }
        let outcome = match polled {
            Poll::Ready(served) => Some(self.answer.outcome(served)),
            Poll::Pending => None,
        };
        let lines = self.answer.kept().take().unwrap_or_default();
        if let Some(outcome) = outcome {
            return Some((lines, outcome));
        }
        for (level, text) in lines {
            self.answer.log(level, text);
        }
        None
    }

    /// Makes the call on the worker threads, or goes on with it there. Its answer arrives at the mailbox,
    /// whatever happens.
    pub(crate) fn start(self) {
        let Self { answer, stack, served } = self;
        let runtime = match runtime() {
            Ok(runtime) => runtime,
            Err(reason) => {
                return answer.give(Outcome::Error(boundary::message(answer.operation, &reason)));
            }
        };
        let limit = stack.deadline() + GRACE;
        let watch = watchdog::watch(Instant::now() + limit, limit, Arc::clone(&answer));
        runtime.spawn(async move {
            let outcome = answer.outcome(served.await);
            answer.give_with_others(outcome);
            drop(watch);
        });
    }
}

async fn serve(stack: Arc<Stack>, operation: Operation, arguments: Vec<Argument>) -> Outcome {
    match boundary::request(operation, arguments) {
        Ok(request) => boundary::outcome(operation, stack.call(request).await),
        Err(refusal) => refusal.into_outcome(operation),
    }
}
