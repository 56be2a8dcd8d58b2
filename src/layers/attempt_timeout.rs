use std::time::Duration;

use async_trait::async_trait;

use super::{Layer, Next, unanswered};
use crate::call::CallContext;
use crate::error::Result;
use crate::request::{Request, Response};

/// Bounds each attempt at a call in time, so that a lost one leaves time for another.
///
/// An attempt that is cut off may have moved money: its outcome is unknown.
pub struct AttemptTimeout {
    limit: Duration,
}

impl AttemptTimeout {
    /// Gives each attempt `limit`.
    #[must_use]
    pub fn new(limit: Duration) -> Self {
        Self { limit }
    }
}

#[async_trait]
impl Layer for AttemptTimeout {
    async fn call(&self, call: &CallContext, request: Request, next: Next<'_>) -> Result<Response> {
        match tokio::time::timeout(self.limit, next.run(call, request)).await {
            Ok(result) => result,
            Err(_) => Err(unanswered(
                call,
                "was not answered in time",
                &format!("The provider did not answer within {} ms.", self.limit.as_millis()),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::error::ErrorKind;
    use crate::layers::testing::{Script, Step, capture, stack};

    #[tokio::test(start_paused = true)]
    async fn an_attempt_that_hangs_has_an_unknown_outcome() {
        let script = Script::new([Step::Hang]);
        let error = stack(&script).call(capture("pi_1")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
        assert!(error.error().contains("capture_payment of pi_1"), "{error}");
    }
}
