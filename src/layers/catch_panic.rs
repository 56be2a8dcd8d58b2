use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;

use async_trait::async_trait;
use futures_util::FutureExt;

use super::{Layer, Next, unanswered};
use crate::call::CallContext;
use crate::error::Result;
use crate::request::{Request, Response};

/// Turns a panic in the processor into an error with its message; the process goes on.
///
/// A panic may strike before or after money was moved: the outcome is unknown.
pub struct CatchPanic;

#[async_trait]
impl Layer for CatchPanic {
    async fn call(&self, call: &CallContext, request: Request, next: Next<'_>) -> Result<Response> {
        caught(next.run(call, request)).await.unwrap_or_else(|panic| {
            Err(unanswered(call, "failed", &format!("The processor panicked: {panic}.")))
        })
    }
}

/// Runs a future to its end. If it panics, the error is the panic's message.
pub(crate) async fn caught<T>(future: impl Future<Output = T>) -> Result<T, String> {
    // The future is not polled again after a panic, so nothing sees its broken state.
    let caught = AssertUnwindSafe(future).catch_unwind().await;
    caught.map_err(|panic| message_of(&*panic).to_owned())
}

/// Returns the message of a panic.
pub(crate) fn message_of(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use crate::error::ErrorKind;
    use crate::layers::testing::{Script, Step, capture, retrieve, stack};

    #[tokio::test(start_paused = true)]
    async fn a_panic_becomes_an_error_with_its_message() {
        let script = Script::new([Step::Panic, Step::Done]);
        let stack = stack(&script);
        let error = stack.call(capture("pi_1")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
        assert!(error.detail().contains("out of cheese"), "{error}");
        assert!(stack.call(capture("pi_1")).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_that_panics_moved_nothing() {
        let script = Script::new([Step::Panic, Step::Panic, Step::Panic]);
        let error = stack(&script).call(retrieve("pi_1")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
    }
}
