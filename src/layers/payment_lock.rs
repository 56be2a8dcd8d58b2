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

/// A call that had to wait is not begun if less time than this is left: it would probably end with an
/// unknown outcome.
const LEAST_TIME: Duration = Duration::from_millis(200);

/// Lets the calls that change one payment pass one at a time, in the order in which they came. Reads are
/// never held back.
///
/// Medusa does not keep two refunds of one payment apart. This layer knows only of this process: against
/// another server on the same database the provider's idempotency keys and look-ups help.
#[derive(Default)]
pub struct PaymentLock {
    payments: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl PaymentLock {
    fn turn(&self, payment: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut payments = self.payments.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(payments.entry(payment.to_owned()).or_default())
    }

    /// Forgets the payment, unless another call works on it or waits for it.
    fn leave(&self, payment: &str) {
        let mut payments = self.payments.lock().unwrap_or_else(PoisonError::into_inner);
        if payments.get(payment).is_some_and(|turn| Arc::strong_count(turn) == 1) {
            payments.remove(payment);
        }
    }
}

/// Leaves the payment when it is dropped, which also happens if the call is given up while it waits.
struct Visit<'a> {
    lock: &'a PaymentLock,
    payment: String,
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        self.lock.leave(&self.payment);
    }
}

/// Returns what the calls have in common that pass one at a time.
///
/// A payment without an id is known by its whole data: two payments that look the same wait for each
/// other, which is slower but never wrong.
fn payment_of(call: &CallContext, request: &Request) -> String {
    match (call.payment(), request.payment_data()) {
        ("", Some(data)) => canonical(data).into_owned(),
        (payment, _) => payment.to_owned(),
    }
}

#[async_trait]
impl Layer for PaymentLock {
    async fn call(&self, call: &CallContext, request: Request, next: Next<'_>) -> Result<Response> {
        if call.operation().is_read() {
            return next.run(call, request).await;
        }
        let payment = payment_of(call, &request);
        let turn = self.turn(&payment);
        let _visit = Visit { lock: self, payment };
        // A clone of the turn that outlives the visit would count as another call.
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
                "Another call on the same payment took the time that it had.",
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
    async fn calls_that_change_one_payment_run_one_at_a_time() {
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
    async fn a_payment_without_a_call_is_forgotten() {
        let lock = PaymentLock::default();
        let turn = lock.turn("pi_1");
        lock.leave("pi_1");
        assert_eq!(lock.payments.lock().unwrap().len(), 1, "another call still holds it");
        drop(turn);
        lock.leave("pi_1");
        assert!(lock.payments.lock().unwrap().is_empty());
    }
}
