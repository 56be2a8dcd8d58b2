use async_trait::async_trait;
use tokio::time::timeout_at;

use super::{Layer, Next, unanswered};
use crate::call::CallContext;
use crate::error::Result;
use crate::request::{Request, Response};

/// Ends a call at its [deadline](CallContext::deadline), whatever it is waiting for.
///
/// A call that was still waiting for its turn has moved nothing; one that had reached the processor may
/// have.
pub struct Deadline;

#[async_trait]
impl Layer for Deadline {
    async fn call(&self, call: &CallContext, request: Request, next: Next<'_>) -> Result<Response> {
        match timeout_at(call.deadline(), next.run(call, request)).await {
            Ok(result) => result,
            Err(_) => Err(unanswered(
                call,
                "was not answered in time",
                "The time for the call was over before there was an answer.",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::error::ErrorKind;
    use crate::layers::Layers;
    use crate::layers::testing::{Script, Step, capture, stack_with};

    fn long_attempts() -> Layers {
        Layers::default().attempt_timeout(Duration::from_secs(60))
    }

    #[tokio::test(start_paused = true)]
    async fn no_call_outlives_its_deadline() {
        let script = Script::new([Step::Hang]);
        let started = tokio::time::Instant::now();
        let error = stack_with(&script, long_attempts()).call(capture("pi_1")).await.unwrap_err();
        assert_eq!(started.elapsed().as_secs(), 12);
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_of_any_length_can_be_added_to_the_clock() {
        let layers = Layers::default()
            .deadline(Duration::MAX)
            .attempt_timeout(Duration::MAX)
            .max_retries(u32::MAX);
        let script = Script::new([Step::Unavailable, Step::Done]).carrying_keys();
        let stack = stack_with(&script, layers);
        assert!(stack.call(capture("pi_1")).await.is_ok());
        // What a host adds to it does not overflow either.
        assert!(stack.deadline_or(Duration::ZERO).checked_add(Duration::from_secs(1)).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_never_got_its_turn_has_moved_nothing() {
        let script = Script::new([Step::Hang]);
        let stack = stack_with(&script, long_attempts());
        let (first, second) =
            tokio::join!(stack.call(capture("pi_1")), stack.call(capture("pi_1")));
        assert_eq!(first.unwrap_err().kind(), ErrorKind::OutcomeUnknown);
        assert_eq!(second.unwrap_err().kind(), ErrorKind::Unavailable);
        assert_eq!(script.calls(), 1);
    }
}
