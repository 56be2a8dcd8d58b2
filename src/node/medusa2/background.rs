//! Goes on with what has to be done although nobody waits for it any more.
//!
//! A `deletePayment` that fails for a moment would block the checkout, and Medusa would later take the cart for paid over
//! the old amount; a `cancelPayment` that fails is logged by Medusa and forgotten, with the money still held
//! (`@medusajs/core-flows`, the steps behind a cart's refresh and an order's cancellation). So both go on here, for a
//! bounded time, and end with a line of the log that says what a person has to do.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::call::HostCall;
use crate::error::{ErrorKind, PaymentProcessorError};
use crate::layers::Stack;
use crate::node::calls::log;
use crate::request::Request;

/// The pauses before the attempts: about ten minutes in all.
const PAUSES: [Duration; 5] = [
    Duration::from_secs(2),
    Duration::from_secs(10),
    Duration::from_secs(60),
    Duration::from_secs(180),
    Duration::from_secs(360),
];

/// How many payments are waited for at most.
const MOST: usize = 1_000;

static WAITING: AtomicUsize = AtomicUsize::new(0);

/// Counts a payment that is waited for.
struct Waiting;

impl Waiting {
    /// Returns `None` if there are too many already.
    fn begin() -> Option<Self> {
        let begin = |waiting| (waiting < MOST).then_some(waiting + 1);
        WAITING.fetch_update(Ordering::AcqRel, Ordering::Acquire, begin).ok().map(|_| Self)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        WAITING.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Whether a failure may pass by itself.
pub(super) fn may_pass(error: &PaymentProcessorError) -> bool {
    matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::OutcomeUnknown)
}

/// Makes the call again and again until it is done or refused. `payment` names the payment in the log.
pub(super) fn finish(stack: Arc<Stack>, host: HostCall, request: Request, payment: String) {
    let (provider, operation) = (stack.identifier(), request.operation().name());
    let Some(waiting) = Waiting::begin() else {
        tracing::error!(
            "{provider}.{operation} of {payment} is not tried again: {MOST} payments are waited for already. \
             Look at the payment in the provider's dashboard, and cancel it there."
        );
        return;
    };
    let work = async move {
        let _waiting = waiting;
        for pause in PAUSES {
            tokio::time::sleep(pause).await;
            match stack.call_from(host.clone(), request.clone()).await {
                Ok(_) => {
                    tracing::info!("{provider}.{operation} of {payment} is done now");
                    return;
                }
                Err(error) if may_pass(&error) => {}
                Err(error) => {
                    tracing::error!(
                        "{provider}.{operation} of {payment} was refused ({}): money may be held or taken for it. \
                         Look at the payment in the provider's dashboard.",
                        error.code()
                    );
                    return;
                }
            }
        }
        tracing::error!(
            "{provider}.{operation} of {payment} could not be done: the provider was not available for ten minutes. \
             Look at the payment in its dashboard, and cancel it there."
        );
    };
    tokio::spawn(log::in_same_call(work));
}
