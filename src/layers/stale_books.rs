use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::{Layer, Next, described};
use crate::call::CallContext;
use crate::error::{PaymentProcessorError, Result};
use crate::request::{Request, Response};

/// How long a refund may still come with books from before the last one: longer than Medusa takes
/// from reading a payment to storing it, and short enough that a refund which it did not commit can
/// soon be repeated.
const RECENT: Duration = Duration::from_secs(10);

/// How many refunds are remembered at most; past that the oldest is forgotten.
const CAPACITY: usize = 10_000;

/// Refuses a refund that does not know of the one before it.
///
/// Medusa hands over a payment's data as it was when its own transaction began, and nothing in it
/// keeps two refunds of one payment apart: both would be booked, and the second would overwrite what
/// the first left in the payment (`refundPayment`, `dist/services/payment-provider.js`). A refund
/// that comes with the very data of one that has just succeeded, be it the last or one before that, is
/// asked to come again. Its caller then sees the others; where the one was not committed, the
/// repetition carries its key.
///
/// Another server on the same database is not known here: there, the provider's keys and ceilings
/// hold.
#[derive(Default)]
pub struct StaleBooks {
    recent: Mutex<Recent>,
}

/// The refunds that have just succeeded.
#[derive(Default)]
struct Recent {
    /// When each was made.
    refunds: HashMap<Fingerprint, Instant>,
    /// The same in their order: what is over is found without a look at the others.
    order: VecDeque<(Instant, Fingerprint)>,
}

/// What tells a payment with its data from others. Where two were taken for the same, a refund would
/// have to come again, and nothing else.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Fingerprint(u64);

impl Fingerprint {
    fn of(payment: &str, data: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        (payment, data).hash(&mut hasher);
        Self(hasher.finish())
    }
}

impl Recent {
    fn insert(&mut self, books: Fingerprint) {
        let at = Instant::now();
        self.order.push_back((at, books));
        self.refunds.insert(books, at);
        while let Some((made, _)) = self.order.front()
            && (made.elapsed() >= RECENT || self.order.len() > CAPACITY)
        {
            let Some((made, books)) = self.order.pop_front() else { break };
            // A refund that was repeated has been made since.
            if self.refunds.get(&books) == Some(&made) {
                self.refunds.remove(&books);
            }
        }
    }
}

impl StaleBooks {
    fn is_stale(&self, books: Fingerprint) -> bool {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.refunds.get(&books).is_some_and(|made| made.elapsed() < RECENT)
    }

    fn remember(&self, books: Fingerprint) {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner).insert(books);
    }
}

#[async_trait]
impl Layer for StaleBooks {
    async fn call(&self, call: &CallContext, request: Request, next: Next<'_>) -> Result<Response> {
        let before = match &request {
            Request::RefundPayment { data, .. } if !call.payment().is_empty() => {
                Fingerprint::of(call.payment(), data.as_str())
            }
            _ => return next.run(call, request).await,
        };
        if self.is_stale(before) {
            return Err(PaymentProcessorError::unavailable(
                format!("{} has to wait", described(call)),
                "Another refund of this payment was made just now. Nothing was moved. Look at the \
                 payment, and repeat the refund in ten seconds if it is still wanted.",
            ));
        }
        let answer = next.run(call, request).await;
        if answer.is_ok() {
            self.remember(before);
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::layers::testing::{Script, Step, refund, stack};

    #[tokio::test(start_paused = true)]
    async fn of_refunds_at_once_only_the_first_is_made() {
        let script = Script::new([Step::Slow]);
        let stack = stack(&script);
        let (first, second, third) = tokio::join!(
            stack.call(refund("pi_1", 700)),
            stack.call(refund("pi_1", 700)),
            stack.call(refund("pi_1", 300)),
        );
        assert!(first.is_ok());
        for refused in [second, third] {
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::Unavailable);
        }
        assert_eq!(script.calls(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refund_that_failed_does_not_hold_back_the_next() {
        let script = Script::new([Step::Refuse, Step::Hang, Step::Done]);
        let stack = stack(&script);
        assert!(stack.call(refund("pi_1", 700)).await.is_err());
        assert!(stack.call(refund("pi_1", 700)).await.is_err());
        assert!(stack.call(refund("pi_1", 700)).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_refund_that_medusa_did_not_commit_is_repeated_with_its_key() {
        let script = Script::new([Step::Done, Step::Done]);
        let stack = stack(&script);
        assert!(stack.call(refund("pi_1", 700)).await.is_ok());
        assert!(stack.call(refund("pi_1", 700)).await.is_err());
        tokio::time::advance(RECENT).await;
        assert!(stack.call(refund("pi_1", 700)).await.is_ok());
        let keys = script.keys();
        assert_eq!(keys.first(), keys.last());
    }

    fn remembered(books: &StaleBooks) -> (usize, usize) {
        let recent = books.recent.lock().unwrap();
        (recent.refunds.len(), recent.order.len())
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_remembered_is_forgotten_in_time() {
        let books = StaleBooks::default();
        books.remember(Fingerprint::of("pi_1", "{}"));
        tokio::time::advance(RECENT).await;
        books.remember(Fingerprint::of("pi_2", "{}"));
        assert_eq!(remembered(&books), (1, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn books_from_before_any_recent_refund_are_stale() {
        let books = StaleBooks::default();
        books.remember(Fingerprint::of("pi_1", "0"));
        books.remember(Fingerprint::of("pi_1", "1"));
        assert!(books.is_stale(Fingerprint::of("pi_1", "0")));
        assert!(books.is_stale(Fingerprint::of("pi_1", "1")));
        assert!(!books.is_stale(Fingerprint::of("pi_1", "2")));
        assert!(!books.is_stale(Fingerprint::of("pi_2", "0")));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refund_that_was_repeated_is_remembered_from_then_on() {
        let books = StaleBooks::default();
        books.remember(Fingerprint::of("pi_1", "{}"));
        tokio::time::advance(RECENT / 2).await;
        books.remember(Fingerprint::of("pi_1", "{}"));
        tokio::time::advance(RECENT / 2).await;
        books.remember(Fingerprint::of("pi_2", "{}"));
        assert!(books.is_stale(Fingerprint::of("pi_1", "{}")));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_remembered_is_bounded() {
        let books = StaleBooks::default();
        for payment in 0..=CAPACITY {
            books.remember(Fingerprint::of(&payment.to_string(), "{}"));
        }
        assert_eq!(remembered(&books), (CAPACITY, CAPACITY));
        assert!(!books.is_stale(Fingerprint::of("0", "{}")));
        assert!(books.is_stale(Fingerprint::of(&CAPACITY.to_string(), "{}")));
    }
}
