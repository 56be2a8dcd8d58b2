//! Goes on with what has to be done after Medusa has had its answer.
//!
//! A `deletePayment` that fails for a moment would block the checkout, and Medusa would later take the cart for paid over
//! the old amount; a `cancelPayment` that fails is logged by Medusa and forgotten, with the money still held
//! (`@medusajs/core-flows`, the steps behind a cart's refresh and an order's cancellation). So both go on here, for a
//! bounded time, and end with a line of the log that says what a person has to do.
//!
//! An `initiatePayment` whose reply is lost leaves a payment at the provider that Medusa does not know: Medusa deletes
//! the session, and the shopper's next try has another one. It is found with the key of the call, and given up.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::call::HostCall;
use crate::error::{ErrorKind, PaymentProcessorError};
use crate::node::calls::log;
use crate::node::host::Service;
use crate::request::{Operation, Request, Response};

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
pub(super) fn finish(service: Service, host: HostCall, request: Request, payment: String) {
    spawn(service, request.operation(), payment.clone(), move |Service { stack, .. }| {
        let (host, request) = (host.clone(), request.clone());
        async move { stack.call_from(host, request).await.map(drop) }
    });
}

/// Gives up the payment that a call has started whose reply was lost.
pub(super) fn undo(service: Service, host: HostCall, request: Request) {
    let Request::InitiatePayment(context) = &request else { return };
    let session = context.resource_id.clone();
    spawn(service, request.operation(), session, move |Service { stack, .. }| {
        let (host, request) = (host.clone(), request.clone());
        async move {
            match stack.call_from(host.clone(), request).await? {
                Response::Session(session) => {
                    let data = session.session_data;
                    stack.call_from(host, Request::DeletePayment { data }).await.map(drop)
                }
                _ => Ok(()),
            }
        }
    });
}

/// Works again and again until it is done or refused.
fn spawn<F>(
    service: Service,
    operation: Operation,
    payment: String,
    work: impl Fn(Service) -> F + Send + 'static,
) where
    F: Future<Output = Result<(), PaymentProcessorError>> + Send,
{
    let (provider, operation) = (Arc::clone(&service.identifier), operation.name());
    let Some(waiting) = Waiting::begin() else {
        tracing::error!(
            "{provider}.{operation} of {payment} is not tried again: {MOST} payments are waited for already. \
             Look at the payment in the provider's dashboard, and cancel it there."
        );
        return;
    };
    let until_done = async move {
        let _waiting = waiting;
        for pause in PAUSES {
            tokio::time::sleep(pause).await;
            match work(service.clone()).await {
                Ok(()) => {
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
    tokio::spawn(log::in_same_call(until_done));
}
