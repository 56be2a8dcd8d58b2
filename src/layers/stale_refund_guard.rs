use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use async_trait::async_trait;

use super::{Layer, Next};
use crate::call::CallContext;
use crate::canonical::canonical;
use crate::error::{PaymentProcessorError, Result};
use crate::json::JsonObject;
use crate::memory::Recent;
use crate::request::{Request, Response};
use crate::types::Capture;

/// How long after a refund, or a part of a capture, another one may come with the data from before it: longer than Medusa takes from
/// reading a payment to storing it, and short enough that a refund which Medusa did not commit can soon be
/// retried.
const LONGEST: Duration = Duration::from_secs(10);

/// How many of them are remembered at most.
const MOST: usize = 10_000;

/// Holds back a refund, or a part of a capture, whose data are older than the one before it.
///
/// Medusa hands over a payment's data as they were when its own transaction began, and does not keep two
/// refunds of one payment apart: it would record both, and the second would overwrite what the first left in
/// the payment (`refundPayment`, `dist/services/payment-provider.js`). So a refund that comes with the same
/// data as one that has just succeeded, the last or an earlier one, is told to wait. On a retry it comes with
/// the new data; if Medusa did not commit the first, it comes with the first one's key.
///
/// Medusa 2 does keep the amounts of two refunds apart, and of two parts of a capture, but gives both the same data all the
/// same (`capturePayment`, `refundPayment`, `@medusajs/payment/dist/services/payment-module.js`): a part of a capture is held
/// back like a refund.
///
/// This layer knows only of this process: against another server on the same database the provider's
/// idempotency keys and limits help.
pub struct StaleRefundGuard {
    moved: Recent<Fingerprint, ()>,
}

impl Default for StaleRefundGuard {
    fn default() -> Self {
        Self { moved: Recent::new(MOST, LONGEST) }
    }
}

/// Identifies a payment and its data. If two were taken for the same, a refund would have to wait, and nothing
/// else would happen.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Fingerprint(u64);

impl Fingerprint {
    fn of(payment: &str, data: &JsonObject) -> Self {
        let mut hasher = DefaultHasher::new();
        (payment, canonical(data)).hash(&mut hasher);
        Self(hasher.finish())
    }
}

#[async_trait]
impl Layer for StaleRefundGuard {
    async fn call(&self, call: &CallContext, request: Request, next: Next<'_>) -> Result<Response> {
        let (before, what) = match &request {
            _ if call.payment().is_empty() => return next.run(call, request).await,
            Request::RefundPayment { data, .. } => {
                (Fingerprint::of(call.payment(), data), "refund")
            }
            Request::CapturePayment { data, capture: Capture::Part(_) } => {
                (Fingerprint::of(call.payment(), data), "capture")
            }
            _ => return next.run(call, request).await,
        };
        if self.moved.get(&before).is_some() {
            return Err(PaymentProcessorError::unavailable(
                format!("{} has to wait", call.subject()),
                format!(
                    "Another refund or capture of this payment was made just now. Nothing was moved. Look at \
                     the payment, and retry the {what} in ten seconds if it is still wanted."
                ),
            ));
        }
        let answer = next.run(call, request).await;
        if answer.is_ok() {
            self.moved.insert(before, ());
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::Amount;
    use crate::call::{HostCall, Rows};
    use crate::error::ErrorKind;
    use crate::layers::testing::{Script, Step, refund, stack};

    #[tokio::test(start_paused = true)]
    async fn of_several_refunds_at_once_only_the_first_is_made() {
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
    async fn a_call_that_repeats_a_lost_one_is_not_told_that_nothing_was_moved() {
        let stack = stack(&Script::new([Step::Done]));
        assert!(stack.call(refund("pi_1", 700)).await.is_ok());
        let rows = Rows { were_read_again: true, after_loss: true, ..Rows::default() };
        let host = HostCall { rows, ..HostCall::default() };
        let again = stack.call_from(host, refund("pi_1", 700)).await;
        assert_eq!(again.unwrap_err().kind(), ErrorKind::OutcomeUnknown);
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
    async fn a_refund_that_medusa_did_not_commit_is_retried_with_its_key() {
        let script = Script::new([Step::Done, Step::Done]);
        let stack = stack(&script);
        assert!(stack.call(refund("pi_1", 700)).await.is_ok());
        assert!(stack.call(refund("pi_1", 700)).await.is_err());
        tokio::time::advance(LONGEST).await;
        assert!(stack.call(refund("pi_1", 700)).await.is_ok());
        let keys = script.keys();
        assert_eq!(keys.first(), keys.last());
    }

    #[tokio::test(start_paused = true)]
    async fn stale_data_are_recognized_however_they_are_spelled() {
        let script = Script::new([Step::Done]);
        let stack = stack(&script);
        let refund = |data| Request::RefundPayment {
            data: JsonObject::parse(data).unwrap(),
            amount: Amount::new(700).unwrap(),
        };
        assert!(stack.call(refund(r#"{"id":"pi_1","amount":1500.0}"#)).await.is_ok());
        let again = stack.call(refund(r#"{"amount": 1500, "id": "pi_1"}"#)).await;
        assert_eq!(again.unwrap_err().kind(), ErrorKind::Unavailable);
    }

    #[tokio::test(start_paused = true)]
    async fn data_from_before_any_recent_refund_are_stale() {
        let script = Script::new([Step::Done; 4]);
        let stack = stack(&script);
        let refund = |id, known: u8| Request::RefundPayment {
            data: JsonObject::empty().with([("id", id), ("known", known.into())]),
            amount: Amount::new(700).unwrap(),
        };
        for known in [0, 1] {
            assert!(stack.call(refund("pi_1".into(), known)).await.is_ok());
        }
        for known in [0, 1] {
            assert!(stack.call(refund("pi_1".into(), known)).await.is_err());
        }
        assert!(stack.call(refund("pi_1".into(), 2)).await.is_ok());
        assert!(stack.call(refund("pi_2".into(), 0)).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_refund_that_was_retried_is_remembered_from_then_on() {
        let script = Script::new([Step::Done, Step::Done]);
        let stack = stack(&script);
        assert!(stack.call(refund("pi_1", 700)).await.is_ok());
        tokio::time::advance(LONGEST).await;
        assert!(stack.call(refund("pi_1", 700)).await.is_ok());
        tokio::time::advance(LONGEST / 2).await;
        assert!(stack.call(refund("pi_1", 700)).await.is_err());
    }
}
