use std::time::Duration;

use async_trait::async_trait;

use super::{Layer, Next};
use crate::call::CallContext;
use crate::error::{ErrorKind, Result};
use crate::memory::Recent;
use crate::request::{Operation, Request, Response};
use crate::types::PaymentSessionStatus;

/// How many payments are remembered at most.
const MOST: usize = 10_000;

/// How long a status that was read may stand in for the provider's own answer: long enough for a cart that is
/// being completed, and too short for a later decision to rest on it.
const LONGEST: Duration = Duration::from_secs(120);

/// Answers `get_payment_status` with the status that this process has just read for the payment, if the
/// provider cannot be reached.
///
/// It bridges a moment and nothing else: what the provider itself answers, a refusal or an unknown payment
/// included, is passed on as it is, and so is an outage once the status was read more than two minutes ago.
///
/// Medusa asks right after an authorization, with its own row of the payment already committed: an
/// error there leaves a cart that can never be completed
/// (`Payment … already exists`, `dist/strategies/cart-completion.js`).
pub struct StatusFallback {
    read: Recent<String, PaymentSessionStatus>,
}

impl Default for StatusFallback {
    fn default() -> Self {
        Self { read: Recent::new(MOST, LONGEST) }
    }
}

#[async_trait]
impl Layer for StatusFallback {
    async fn call(&self, call: &CallContext, request: Request, next: Next<'_>) -> Result<Response> {
        let answer = next.run(call, request).await;
        if call.payment().is_empty() {
            return answer;
        }
        match &answer {
            Ok(Response::Authorization(authorization)) => {
                self.read.insert(call.payment().to_owned(), authorization.status);
            }
            Ok(Response::Status(status)) => self.read.insert(call.payment().to_owned(), *status),
            // Medusa's subscribers update sessions in the background, also while their cart is
            // being completed.
            Ok(Response::Unchanged) => {}
            // What was read before a change no longer holds.
            Ok(_) => {
                if !call.operation().is_read() {
                    self.read.remove(call.payment());
                }
            }
            Err(error) => {
                if call.operation() == Operation::GetPaymentStatus
                    && error.kind() == ErrorKind::Unavailable
                    && let Some(status) = self.read.get(call.payment())
                {
                    tracing::warn!(
                        "{}.{} {}; answered with the status that was just read, {}",
                        call.provider(),
                        call.operation().name(),
                        error.kind().code(),
                        status.as_str()
                    );
                    return Ok(Response::Status(status));
                }
                if error.kind() == ErrorKind::OutcomeUnknown && !call.operation().is_read() {
                    self.read.remove(call.payment());
                }
            }
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::testing::{Script, Step, authorize, capture, stack, status, update};

    fn lost() -> [Step; 3] {
        [Step::Unavailable, Step::Unavailable, Step::Unavailable]
    }

    #[tokio::test(start_paused = true)]
    async fn the_status_that_was_just_read_answers_for_a_provider_that_cannot_be_reached() {
        let script = Script::new(std::iter::once(Step::Done).chain(lost()));
        let stack = stack(&script);
        stack.call(authorize("pi_1")).await.unwrap();
        let answer = stack.call(status("pi_1")).await.unwrap();
        assert_eq!(answer, Response::Status(PaymentSessionStatus::Authorized));
    }

    #[tokio::test(start_paused = true)]
    async fn a_status_older_than_two_minutes_is_not_an_answer() {
        let script = Script::new(std::iter::once(Step::Done).chain(lost()).chain(lost()));
        let stack = stack(&script);
        stack.call(authorize("pi_1")).await.unwrap();
        tokio::time::advance(Duration::from_secs(110)).await;
        assert!(stack.call(status("pi_1")).await.is_ok());
        tokio::time::advance(Duration::from_secs(10)).await;
        let error = stack.call(status("pi_1")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_from_memory_does_not_make_the_status_newer() {
        let lost = std::iter::repeat_with(lost).take(3).flatten();
        let script = Script::new(std::iter::once(Step::Done).chain(lost));
        let stack = stack(&script);
        stack.call(authorize("pi_1")).await.unwrap();
        for _ in 0..2 {
            tokio::time::advance(Duration::from_secs(50)).await;
            assert!(stack.call(status("pi_1")).await.is_ok());
        }
        tokio::time::advance(Duration::from_secs(50)).await;
        assert!(stack.call(status("pi_1")).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_provider_itself_answers_is_never_replaced_by_a_remembered_status() {
        for (step, kind) in [
            (Step::Refuse, ErrorKind::Refused),
            (Step::Invalid, ErrorKind::Invalid),
            (Step::OutcomeUnknown, ErrorKind::OutcomeUnknown),
        ] {
            let script = Script::new([Step::Done, step, step, step]);
            let stack = stack(&script);
            stack.call(authorize("pi_1")).await.unwrap();
            let error = stack.call(status("pi_1")).await.unwrap_err();
            assert_eq!(error.kind(), kind);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_payment_that_was_never_read_has_no_status() {
        let script = Script::new(lost());
        assert!(stack(&script).call(status("pi_1")).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_status_from_before_a_change_is_not_an_answer() {
        let script = Script::new([Step::Done, Step::Done].into_iter().chain(lost()));
        let stack = stack(&script);
        stack.call(authorize("pi_1")).await.unwrap();
        stack.call(capture("pi_1")).await.unwrap();
        assert!(stack.call(status("pi_1")).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_status_from_before_a_change_with_an_unknown_outcome_is_not_an_answer() {
        let script = Script::new([Step::Done, Step::Hang].into_iter().chain(lost()));
        let stack = stack(&script);
        stack.call(authorize("pi_1")).await.unwrap();
        stack.call(capture("pi_1")).await.unwrap_err();
        assert!(stack.call(status("pi_1")).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_that_was_refused_leaves_the_status_as_it_was() {
        let script = Script::new([Step::Done, Step::Refuse].into_iter().chain(lost()));
        let stack = stack(&script);
        stack.call(authorize("pi_1")).await.unwrap();
        stack.call(capture("pi_1")).await.unwrap_err();
        assert!(stack.call(status("pi_1")).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn an_update_that_changes_nothing_leaves_the_status_as_it_was() {
        let script = Script::new([Step::Done, Step::Done].into_iter().chain(lost()));
        let stack = stack(&script);
        stack.call(authorize("pi_1")).await.unwrap();
        stack.call(update("pi_1")).await.unwrap();
        assert!(stack.call(status("pi_1")).await.is_ok());
    }
}
