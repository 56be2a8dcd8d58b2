use std::time::Duration;

use async_trait::async_trait;
use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::time::{Instant, sleep};

use super::{Layer, Next};
use crate::call::CallContext;
use crate::captures::{ROWS_ARE_OLD, ROWS_ARE_OLD_AFTER_LOSS};
use crate::error::{ErrorKind, PaymentProcessorError, Result, Retryability};
use crate::request::{Request, Response};

/// The delays before the retries: half to all of 0.5 s, 1 s, 2 s, …, so that clients that failed together do
/// not return together. The crate adds a random part of each delay to it, up to all of it.
const BACKOFF: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(250))
    .with_factor(2.0)
    .with_jitter();

/// Retries an attempt that failed for a moment or was lost, if the processor says that this cannot move money
/// twice ([`is_repeatable`](crate::PaymentProcessor::is_repeatable)): after random, growing delays, and never
/// past the call's deadline.
pub struct Retry {
    max_retries: u32,
}

impl Retry {
    /// Retries at most `max_retries` times.
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
        let max_retries = usize::try_from(self.max_retries).unwrap_or(usize::MAX);
        let mut delays = BACKOFF.with_max_times(max_retries).build();
        loop {
            let error = match next.run(call, request.clone()).await {
                Err(error) if is_lost(error.kind()) => error,
                // The provider did not look at it, so it says nothing about the attempt before it.
                Err(error) if error.kind() == ErrorKind::Invalid => {
                    return Err(summed_up(error, call));
                }
                answer => return answer,
            };
            if error.kind() == ErrorKind::OutcomeUnknown {
                call.lose_an_attempt();
            }
            let delay = delays.next().and_then(|usual| delay_after(&error, usual));
            let Some(delay) = delay.filter(|delay| is_in_time(call, *delay)) else {
                return Err(summed_up(error, call));
            };
            tracing::warn!(
                "{}.{} {}; retried in {} ms",
                call.provider(),
                call.operation().name(),
                error.kind().code(),
                delay.as_millis()
            );
            sleep(delay).await;
        }
    }
}

fn is_lost(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Unavailable | ErrorKind::OutcomeUnknown)
}

/// Returns the error of the whole call. A last attempt that certainly moved nothing says nothing about an
/// earlier one whose outcome is unknown.
pub(super) fn summed_up(last: PaymentProcessorError, call: &CallContext) -> PaymentProcessorError {
    if call.has_lost_an_attempt() && last.kind() != ErrorKind::OutcomeUnknown {
        let kind = ErrorKind::OutcomeUnknown;
        // That the last attempt moved nothing would be read as if the call had moved nothing.
        let reason = last.detail().trim_end_matches(last.kind().advice()).trim_end();
        // The host's to read: it repeats the call with its rows as they are now.
        let code = if last.code() == ROWS_ARE_OLD { ROWS_ARE_OLD_AFTER_LOSS } else { "" };
        return PaymentProcessorError::new(
            kind,
            format!("{} was not answered", call.subject()),
            code,
            format!("An attempt was lost, and the next one failed: {reason} {}", kind.advice()),
        );
    }
    last
}

/// Returns how long to wait after `error`, or `None` if another attempt will not help.
fn delay_after(error: &PaymentProcessorError, usual: Duration) -> Option<Duration> {
    match error.retryability() {
        Retryability::AsUsual => Some(usual),
        Retryability::After(delay) => Some(delay.max(usual)),
        Retryability::Never => None,
    }
}

/// Whether the call still has time after `delay`, which may be as long as a provider likes.
fn is_in_time(call: &CallContext, delay: Duration) -> bool {
    Instant::now().checked_add(delay).is_some_and(|then| then < call.deadline())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use backon::BackoffBuilder;

    use super::BACKOFF;
    use crate::error::ErrorKind;
    use crate::layers::Layers;
    use crate::layers::testing::{Script, Step, capture, refund, retrieve, stack, stack_with};

    #[tokio::test(start_paused = true)]
    async fn a_lost_read_is_retried() {
        let script = Script::new([Step::Unavailable, Step::Hang, Step::Done]);
        assert!(stack(&script).call(retrieve("pi_1")).await.is_ok());
        assert_eq!(script.calls(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_does_not_carry_its_key_is_never_retried() {
        for step in [Step::Unavailable, Step::Hang, Step::Panic] {
            let script = Script::new([step, Step::Done]);
            assert!(stack(&script).call(capture("pi_1")).await.is_err());
            assert_eq!(script.calls(), 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_carries_its_key_is_retried_with_the_same_key() {
        let script = Script::new([Step::Hang, Step::Unavailable, Step::Done]).carrying_keys();
        assert!(stack(&script).call(refund("pi_1", 5)).await.is_ok());
        let keys = script.keys();
        assert_eq!(keys.len(), 3);
        assert!(keys.iter().all(|key| key == &keys[0]));
    }

    #[test]
    fn each_delay_is_half_to_all_of_half_a_second_doubled_with_each_retry() {
        let mut first = Vec::new();
        for _ in 0..100 {
            for (delay, longest) in
                BACKOFF.build().zip([500, 1000, 2000].map(Duration::from_millis))
            {
                assert!(longest / 2 <= delay && delay <= longest, "{delay:?}");
                first.extend((longest.as_millis() == 500).then_some(delay));
            }
        }
        first.sort();
        first.dedup();
        assert!(first.len() > 90, "the delays are not random");
    }

    #[tokio::test(start_paused = true)]
    async fn a_lost_attempt_is_retried_as_often_as_the_layers_say() {
        for max_retries in [0, 1, 4] {
            let script = Script::new([Step::Unavailable; 9]);
            let layers =
                Layers::default().max_retries(max_retries).deadline(Duration::from_secs(60));
            assert!(stack_with(&script, layers).call(retrieve("pi_1")).await.is_err());
            assert_eq!(script.calls(), max_retries as usize + 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_provider_that_asks_for_a_pause_gets_it() {
        let script = Script::new([Step::BusyFor(3), Step::Done]).carrying_keys();
        let started = tokio::time::Instant::now();
        assert!(stack(&script).call(refund("pi_1", 5)).await.is_ok());
        assert_eq!(started.elapsed().as_secs(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_provider_that_asks_for_a_longer_pause_than_the_deadline_allows_is_not_asked_again() {
        let script = Script::new([Step::BusyFor(60), Step::Done]).carrying_keys();
        let started = tokio::time::Instant::now();
        let error = stack(&script).call(refund("pi_1", 5)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert_eq!(started.elapsed().as_secs(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_provider_calls_final_is_not_retried() {
        let script = Script::new([Step::UnavailableForGood, Step::Done]).carrying_keys();
        assert!(stack(&script).call(refund("pi_1", 5)).await.is_err());
        assert_eq!(script.calls(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_is_not_retried() {
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
