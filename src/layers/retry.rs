use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::{Layer, Next, described};
use crate::call::CallContext;
use crate::error::{ErrorKind, PaymentProcessorError, Repetition, Result};
use crate::request::{Request, Response};

/// The longest wait before the first repetition; it doubles with each one.
const FIRST_DELAY: Duration = Duration::from_millis(500);

/// Repeats an attempt that was lost, where the processor says that this cannot move money twice
/// ([`is_repeatable`](crate::PaymentProcessor::is_repeatable)); with jittered exponential backoff,
/// never past the call's deadline.
pub struct Retry {
    max_retries: u32,
}

impl Retry {
    /// Repeats at most `max_retries` times.
    #[must_use]
    pub fn new(max_retries: u32) -> Self {
        Self { max_retries }
    }
}

#[async_trait]
impl Layer for Retry {
    async fn call(&self, call: &CallContext, request: Request, next: Next<'_>) -> Result<Response> {
        if !next.processor().is_repeatable(call.operation()) {
            return next.run(call, request).await;
        }
        let mut outcome_unknown = false;
        for retry in 0..=self.max_retries {
            let error = match next.run(call, request.clone()).await {
                Err(error) if is_lost(error.kind()) => error,
                // It was not looked at, so it says nothing about the attempt before it.
                Err(error) if error.kind() == ErrorKind::Invalid => {
                    return Err(summed_up(error, outcome_unknown, call));
                }
                answer => return answer,
            };
            outcome_unknown |= error.kind() == ErrorKind::OutcomeUnknown;
            let delay = match error.repetition() {
                Repetition::AsUsual => delay_before(retry),
                Repetition::After(delay) => delay.max(delay_before(retry)),
                Repetition::Never => return Err(summed_up(error, outcome_unknown, call)),
            };
            // Nothing limits what a provider may ask for.
            let too_late =
                Instant::now().checked_add(delay).is_none_or(|then| then >= call.deadline());
            if retry == self.max_retries || too_late {
                return Err(summed_up(error, outcome_unknown, call));
            }
            tracing::warn!(
                "{}.{} {}; repeated in {} ms",
                call.identifier(),
                call.operation().name(),
                error.kind().code(),
                delay.as_millis()
            );
            sleep(delay).await;
        }
        next.run(call, request).await
    }
}

fn is_lost(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Unavailable | ErrorKind::OutcomeUnknown)
}

/// An attempt that certainly did nothing does not make an earlier, unknown one known.
fn summed_up(
    last: PaymentProcessorError,
    outcome_unknown: bool,
    call: &CallContext,
) -> PaymentProcessorError {
    if outcome_unknown && last.kind() != ErrorKind::OutcomeUnknown {
        return PaymentProcessorError::outcome_unknown(
            format!("{} was not answered", described(call)),
            format!(
                "An attempt was lost, and the next one failed: {} Repeat the same action: it finds \
                 out first.",
                last.detail()
            ),
        );
    }
    last
}

/// Half to all of 0.5 s, 1 s, 2 s, …: clients that failed together do not come back together.
fn delay_before(retry: u32) -> Duration {
    let longest = FIRST_DELAY.saturating_mul(2_u32.saturating_pow(retry));
    let [.., random] = Uuid::new_v4().into_bytes();
    let jitter = f64::from(random) / 255.0;
    longest.mul_f64(0.5 + jitter / 2.0)
}

#[cfg(test)]
mod tests {
    use crate::error::ErrorKind;
    use crate::layers::testing::{Script, Step, capture, refund, retrieve, stack};

    #[tokio::test(start_paused = true)]
    async fn a_lost_read_is_repeated() {
        let script = Script::new([Step::Unavailable, Step::Hang, Step::Done]);
        assert!(stack(&script).call(retrieve("pi_1")).await.is_ok());
        assert_eq!(script.calls(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_does_not_carry_its_key_is_never_repeated() {
        for step in [Step::Unavailable, Step::Hang, Step::Panic] {
            let script = Script::new([step, Step::Done]);
            assert!(stack(&script).call(capture("pi_1")).await.is_err());
            assert_eq!(script.calls(), 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_carries_its_key_is_repeated_with_the_same_key() {
        let script = Script::new([Step::Hang, Step::Unavailable, Step::Done]).carrying_keys();
        assert!(stack(&script).call(refund("pi_1", 5)).await.is_ok());
        let keys = script.keys();
        assert_eq!(keys.len(), 3);
        assert!(keys.iter().all(|key| key == &keys[0]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_provider_that_asks_for_time_gets_it() {
        let script = Script::new([Step::BusyFor(3), Step::Done]).carrying_keys();
        let started = tokio::time::Instant::now();
        assert!(stack(&script).call(refund("pi_1", 5)).await.is_ok());
        assert_eq!(started.elapsed().as_secs(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_provider_that_asks_for_more_time_than_there_is_is_not_asked_again() {
        let script = Script::new([Step::BusyFor(60), Step::Done]).carrying_keys();
        let started = tokio::time::Instant::now();
        let error = stack(&script).call(refund("pi_1", 5)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert_eq!(started.elapsed().as_secs(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_provider_says_is_final_is_not_repeated() {
        let script = Script::new([Step::UnavailableForGood, Step::Done]).carrying_keys();
        assert!(stack(&script).call(refund("pi_1", 5)).await.is_err());
        assert_eq!(script.calls(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_is_not_repeated() {
        let script = Script::new([Step::Refuse, Step::Done]).carrying_keys();
        let error = stack(&script).call(capture("pi_1")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert_eq!(script.calls(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn an_unknown_attempt_stays_unknown_when_the_next_one_is_not_even_sent() {
        let script =
            Script::new([Step::Hang, Step::Unavailable, Step::Unavailable]).carrying_keys();
        let error = stack(&script).call(refund("pi_1", 5)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
        assert_eq!(script.calls(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn an_unknown_attempt_stays_unknown_when_the_next_one_is_not_accepted() {
        let script = Script::new([Step::Hang, Step::Invalid]).carrying_keys();
        let error = stack(&script).call(refund("pi_1", 5)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_under_the_same_key_settles_an_unknown_attempt() {
        let script = Script::new([Step::Hang, Step::Refuse]).carrying_keys();
        let error = stack(&script).call(refund("pi_1", 5)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
    }
}
