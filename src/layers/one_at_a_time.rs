use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::{Layer, Next, unanswered};
use crate::call::CallContext;
use crate::canonical::canonical;
use crate::error::Result;
use crate::request::{Request, Response};

/// A call that had to wait is not begun with less time than this left: it would only end with an
/// unknown outcome.
const LEAST_TIME: Duration = Duration::from_millis(200);

/// Lets the calls that change one payment pass one after another, in the order in which they came.
/// Reads are never held back.
///
/// Nothing in Medusa keeps two refunds of one payment apart. Another process on the same database
/// is not held back either: the provider's idempotency keys and look-ups are for that.
#[derive(Default)]
pub struct OneAtATime {
    payments: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl OneAtATime {
    fn turn(&self, payment: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut payments = self.payments.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(payments.entry(payment.to_owned()).or_default())
    }

    /// Forgets a payment that nobody works on or waits for.
    fn leave(&self, payment: &str) {
        let mut payments = self.payments.lock().unwrap_or_else(PoisonError::into_inner);
        if payments.get(payment).is_some_and(|turn| Arc::strong_count(turn) == 1) {
            payments.remove(payment);
        }
    }
}

/// Forgets the payment also where the call is dropped while it waits.
struct Visit<'a> {
    turns: &'a OneAtATime,
    payment: String,
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        self.turns.leave(&self.payment);
    }
}

/// What two calls must have in common to be held apart.
///
/// A payment without an id is known by its whole data: two payments that look the same wait for
/// each other, which is slower and never wrong.
fn payment_of(call: &CallContext, request: &Request) -> String {
    match (call.payment(), request.payment_data()) {
        ("", Some(data)) => canonical(data).into_owned(),
        (payment, _) => payment.to_owned(),
    }
}

#[async_trait]
impl Layer for OneAtATime {
    async fn call(&self, call: &CallContext, request: Request, next: Next<'_>) -> Result<Response> {
        if call.operation().is_read() {
            return next.run(call, request).await;
        }
        let payment = payment_of(call, &request);
        let turn = self.turn(&payment);
        let _visit = Visit { turns: self, payment };
        // Whoever holds a turn is counted when the visit ends, so none outlives it here.
        let (waited, _turn) = match Arc::clone(&turn).try_lock_owned() {
            Ok(guard) => {
                drop(turn);
                (false, guard)
            }
            Err(_) => (true, turn.lock_owned().await),
        };
        if waited && Instant::now() + LEAST_TIME > call.deadline() {
            return Err(unanswered(
                call,
                "had no time left",
                "It had to wait for another call on the same payment.",
            ));
        }
        next.run(call, request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::testing::{Script, Step, capture, refund, retrieve, stack};

    #[tokio::test(start_paused = true)]
    async fn calls_that_change_one_payment_run_one_after_another() {
        let script = Script::new([Step::Slow, Step::Slow, Step::Slow]);
        let stack = stack(&script);
        let results = tokio::join!(
            stack.call(capture("pi_1")),
            stack.call(refund("pi_1", 1)),
            stack.call(capture("pi_1")),
        );
        assert!(results.0.is_ok() && results.1.is_ok() && results.2.is_ok());
        assert_eq!(script.most_at_once(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn different_payments_and_reads_are_not_held_back() {
        let script = Script::new([Step::Slow, Step::Slow, Step::Slow]);
        let stack = stack(&script);
        let results = tokio::join!(
            stack.call(capture("pi_1")),
            stack.call(capture("pi_2")),
            stack.call(retrieve("pi_1")),
        );
        assert!(results.0.is_ok() && results.1.is_ok() && results.2.is_ok());
        assert_eq!(script.most_at_once(), 3);
    }

    #[tokio::test]
    async fn payments_that_nobody_works_on_are_forgotten() {
        let turns = OneAtATime::default();
        let turn = turns.turn("pi_1");
        turns.leave("pi_1");
        assert_eq!(turns.payments.lock().unwrap().len(), 1, "somebody still holds it");
        drop(turn);
        turns.leave("pi_1");
        assert!(turns.payments.lock().unwrap().is_empty());
    }
}
