//! From a method call in JavaScript to the processor and back.

pub(crate) mod answer;
pub(crate) mod log;
pub(crate) mod runtime;
mod watchdog;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use tracing::Level;

use answer::Answer;
use runtime::runtime;

use crate::layers::caught;
use crate::node::boundary::argument::Argument;
use crate::node::boundary::outcome::Outcome;
use crate::node::host::Service;
use crate::node::realm::message::Line;

/// How long after its deadline a call is given up by force: its own layers end it on time unless
/// the processor blocks its thread.
const GRACE: Duration = Duration::from_secs(1);

/// How long a call on the event loop may keep it from everything else before the log says so. One
/// that is answered without waiting takes some microseconds.
const HELD_UP: Duration = Duration::from_millis(250);

/// A call that is to be made.
pub(crate) struct Call {
    answer: Arc<Answer>,
    service: Service,
    served: Pin<Box<dyn Future<Output = Result<Outcome, String>> + Send>>,
}

impl Call {
    pub(crate) fn new(answer: Answer, service: Service, arguments: Vec<Argument>) -> Self {
        let answer = Arc::new(answer);
        let (host, operation) = (answer.host(), answer.operation());
        let serving = service.clone();
        let served = caught(async move { host.serve(&serving, operation, arguments).await });
        let served = Box::pin(log::CALL.scope(Arc::clone(&answer), served));
        Self { answer, service, served }
    }

    /// Makes the call on this thread, JavaScript's own, if the processor says that it answers without
    /// waiting: that spares it two changes of threads. Returns its log and its outcome, or nothing if it goes
    /// on on the worker threads.
    pub(crate) fn answered_here(&mut self) -> Option<(Vec<Line>, Outcome)> {
        if self.answer.is_next() { self.answered_at_once() } else { None }
    }

    /// As [`answered_here`](Self::answered_here), for a caller that cannot wait for what is delivered first.
    pub(crate) fn answered_at_once(&mut self) -> Option<(Vec<Line>, Outcome)> {
        let (host, operation) = (self.answer.host(), self.answer.operation());
        if !self.service.stack.is_immediate(operation) || host.is_left_to_workers(operation) {
            return None;
        }
        let runtime = runtime().ok()?;
        self.answer.keep_log();
        let begun = Instant::now();
        let polled = {
            // For the processor's timers and tasks.
            let _entered = runtime.enter();
            // Nothing has to be woken: a worker thread that goes on with it polls it first.
            self.served.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        };
        self.report_hold_up(begun.elapsed());
        let outcome = match polled {
            Poll::Ready(served) => Some(self.answer.outcome(served)),
            Poll::Pending => None,
        };
        let lines = self.answer.kept_log();
        if let Some(outcome) = outcome {
            return Some((lines, outcome));
        }
        for (level, text) in lines {
            self.answer.log(level, text);
        }
        None
    }

    fn report_hold_up(&self, duration: Duration) {
        if duration < HELD_UP {
            return;
        }
        let (provider, name) = (&self.service.identifier, self.answer.operation().name());
        let text = format!(
            "medusa-payment-rs: {provider}.{name} held up the event loop for {} ms, though `is_immediate` says \
             that it does not wait",
            duration.as_millis()
        );
        self.answer.log(Level::WARN, text);
    }

    /// Makes the call on the worker threads, or goes on with it there. Its answer arrives at the mailbox,
    /// whatever happens.
    pub(crate) fn start(self) {
        let Self { answer, service, served } = self;
        let runtime = match runtime() {
            Ok(runtime) => runtime,
            Err(reason) => {
                let message = answer.host().message(answer.operation(), &reason);
                return answer.give(Outcome::Error(message));
            }
        };
        let limit = service.stack.deadline_or(answer.host().usual_deadline()) + GRACE;
        let watch = watchdog::watch(Instant::now() + limit, limit, Arc::clone(&answer));
        runtime.spawn(async move {
            let outcome = answer.outcome(served.await);
            answer.give_with_others(outcome);
            drop(watch);
        });
    }
}
