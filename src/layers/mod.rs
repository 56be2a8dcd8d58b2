//! The layers around every processor.
//!
//! A [`Layer`] has one method, through which all ten operations pass, so that it works the same way for
//! any processor. A [`Stack`] is a processor with its layers, from the outside in:
//!
//! 1. [`Trace`] logs the call as the store sees it.
//! 2. [`StatusFallback`] answers `get_payment_status` with the status just read, if the provider cannot
//!    be reached.
//! 3. [`Deadline`] bounds the whole call, waiting and repeated attempts included.
//! 4. [`PaymentLock`] lets the calls that change one payment pass one at a time.
//! 5. [`StaleRefundGuard`] holds back a refund whose data are older than the refund before it.
//! 6. [`Retry`] retries attempts that failed for a moment or were lost.
//! 7. [`AttemptTimeout`] bounds each attempt.
//! 8. The processor's own layers, in the order in which they were added.
//! 9. [`CatchPanic`] turns a panic of the processor into an error.

mod attempt_timeout;
mod catch_panic;
mod deadline;
mod payment_lock;
mod retry;
mod stale_refund_guard;
mod status_fallback;
mod trace;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

pub use attempt_timeout::AttemptTimeout;
pub use catch_panic::CatchPanic;
#[cfg(feature = "node")]
pub(crate) use catch_panic::caught;
pub(crate) use catch_panic::message_of;
pub use deadline::Deadline;
pub use payment_lock::PaymentLock;
pub use retry::Retry;
use retry::summed_up;
pub use stale_refund_guard::StaleRefundGuard;
pub use status_fallback::StatusFallback;
pub use trace::Trace;

use crate::account_holders::{AccountHolders, PaymentMethods};
use crate::call::{CallContext, HostCall};
use crate::error::{ErrorKind, PaymentProcessorError, Result};
use crate::idempotency::IdempotencyKeys;
use crate::processor::PaymentProcessor;
#[cfg(feature = "node")]
use crate::request::Operation;
use crate::request::{Request, Response};

/// Something that every call passes on its way to the processor, and its answer on the way back.
#[async_trait]
pub trait Layer: Send + Sync + 'static {
    /// Handles the call, usually by [`next.run`](Next::run) and something before or after it.
    async fn call(&self, call: &CallContext, request: Request, next: Next<'_>) -> Result<Response>;
}

/// The rest of the way: the layers further in, and the processor.
#[derive(Clone, Copy)]
pub struct Next<'a> {
    layers: &'a [Arc<dyn Layer>],
    processor: &'a dyn PaymentProcessor,
}

impl<'a> Next<'a> {
    /// Returns the processor at the end of the way.
    #[must_use]
    pub fn processor(&self) -> &'a dyn PaymentProcessor {
        self.processor
    }

    /// Passes the call on.
    ///
    /// # Errors
    /// What the layers further in or the processor return.
    pub async fn run(self, call: &CallContext, request: Request) -> Result<Response> {
        match self.layers.split_first() {
            Some((layer, layers)) => layer.call(call, request, Next { layers, ..self }).await,
            None => {
                call.begin_attempt();
                dispatch(self.processor, call, request).await
            }
        }
    }
}

async fn dispatch(
    processor: &dyn PaymentProcessor,
    call: &CallContext,
    request: Request,
) -> Result<Response> {
    Ok(match request {
        Request::InitiatePayment(context) => {
            Response::Session(processor.initiate_payment(call, *context).await?)
        }
        Request::UpdatePayment(context) => processor
            .update_payment(call, *context)
            .await?
            .map_or(Response::Unchanged, Response::Session),
        Request::AuthorizePayment { data, context } => {
            Response::Authorization(processor.authorize_payment(call, data, context).await?)
        }
        Request::CapturePayment { data, capture } => {
            if capture.part().is_some() && !processor.captures_in_parts() {
                return Err(without_parts(call));
            }
            Response::Data(processor.capture_payment(call, data, capture).await?)
        }
        Request::RefundPayment { data, amount } => {
            Response::Data(processor.refund_payment(call, data, amount).await?)
        }
        Request::CancelPayment { data } => {
            Response::Data(processor.cancel_payment(call, data).await?)
        }
        Request::DeletePayment { data } => {
            Response::Data(processor.delete_payment(call, data).await?)
        }
        Request::RetrievePayment { data } => {
            Response::Data(processor.retrieve_payment(call, data).await?)
        }
        Request::GetPaymentStatus { data } => {
            Response::Status(processor.get_payment_status(call, data).await?)
        }
        Request::UpdatePaymentData { session_id, data } => {
            Response::Data(processor.update_payment_data(call, session_id, data).await?)
        }
        Request::ReadWebhook(request) => {
            Response::Webhook(Box::new(processor.read_webhook(call, request).await?))
        }
        Request::PaymentState { data } => {
            Response::State(processor.payment_state(call, data).await?)
        }
        Request::RetrieveAccountHolder { id } => {
            let holders = account_holders(processor, call)?;
            Response::Kept(Box::new(holders.retrieve_account_holder(call, id).await?))
        }
        Request::CreateAccountHolder { customer } => {
            let holders = account_holders(processor, call)?;
            Response::Kept(Box::new(holders.create_account_holder(call, *customer).await?))
        }
        Request::UpdateAccountHolder { holder, customer } => {
            let holders = account_holders(processor, call)?;
            Response::Data(holders.update_account_holder(call, holder, *customer).await?)
        }
        Request::DeleteAccountHolder { holder } => {
            account_holders(processor, call)?.delete_account_holder(call, holder).await?;
            Response::Deleted
        }
        Request::ListPaymentMethods { holder } => {
            let methods = payment_methods(processor, call)?;
            Response::PaymentMethods(methods.list_payment_methods(call, holder).await?)
        }
        Request::SavePaymentMethod { holder, data } => {
            let methods = payment_methods(processor, call)?;
            Response::Kept(Box::new(methods.save_payment_method(call, holder, data).await?))
        }
        Request::DeletePaymentMethod { holder, id } => {
            payment_methods(processor, call)?.delete_payment_method(call, holder, id).await?;
            Response::Deleted
        }
    })
}

fn account_holders<'a>(
    processor: &'a dyn PaymentProcessor,
    call: &CallContext,
) -> Result<&'a dyn AccountHolders> {
    processor.account_holders().ok_or_else(|| without(call, "no_account_holders"))
}

fn payment_methods<'a>(
    processor: &'a dyn PaymentProcessor,
    call: &CallContext,
) -> Result<&'a dyn PaymentMethods> {
    processor.payment_methods().ok_or_else(|| without(call, "no_payment_methods"))
}

fn without(call: &CallContext, code: &str) -> PaymentProcessorError {
    let error = format!("{} is not possible", call.subject());
    let detail = format!("The provider \"{}\" does not keep any.", call.provider());
    PaymentProcessorError::invalid(error, code, detail)
}

fn without_parts(call: &CallContext) -> PaymentProcessorError {
    PaymentProcessorError::refused(
        format!("{} was refused", call.subject()),
        "partial_capture_not_supported",
        format!(
            "The provider \"{}\" takes the whole of a payment or nothing. Nothing was taken. Capture the \
             whole amount at once.",
            call.provider()
        ),
    )
}

/// The longest time that a call can be given: longer than anybody waits, and short enough to be added to any
/// instant.
const LONGEST: Duration = Duration::from_secs(365 * 86_400);

/// The limits of a processor's calls, and its own layers.
///
/// ```
/// use std::time::Duration;
/// use medusa_payment_rs::layers::Layers;
///
/// let layers = Layers::default()
///     .deadline(Duration::from_secs(20))
///     .attempt_timeout(Duration::from_secs(8))
///     .max_retries(1);
/// ```
pub struct Layers {
    deadline: Option<Duration>,
    attempt_timeout: Duration,
    max_retries: u32,
    own: Vec<Arc<dyn Layer>>,
}

impl Default for Layers {
    /// Returns the usual limits: 12 s for a call (8 s in Medusa 2), 5 s for an attempt at it, 2 retries.
    ///
    /// Medusa 1 calls a processor inside an open database transaction, and has ten connections. Medusa 2 makes two calls
    /// in a row for one request of a shopper's, and what stands in front of a store gives up after 20 to 30 s.
    fn default() -> Self {
        Self {
            deadline: None,
            attempt_timeout: Duration::from_secs(5),
            max_retries: 2,
            own: Vec::new(),
        }
    }
}

impl Layers {
    /// Sets how long a whole call may take, a year at most.
    #[must_use]
    pub fn deadline(self, deadline: Duration) -> Self {
        Self { deadline: Some(deadline.min(LONGEST)), ..self }
    }

    /// Sets how long one attempt may take.
    #[must_use]
    pub fn attempt_timeout(self, attempt_timeout: Duration) -> Self {
        Self { attempt_timeout, ..self }
    }

    /// Sets how often a call is retried.
    #[must_use]
    pub fn max_retries(self, max_retries: u32) -> Self {
        Self { max_retries, ..self }
    }

    /// Adds a layer of the processor's own, inside the ones that were added before. It sees every attempt.
    #[must_use]
    pub fn with(mut self, layer: impl Layer) -> Self {
        self.own.push(Arc::new(layer));
        self
    }

    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn limit(&self) -> Duration {
        self.deadline.unwrap_or(HostCall::default().usual_deadline)
    }

    fn into_chain(self) -> Vec<Arc<dyn Layer>> {
        let mut chain: Vec<Arc<dyn Layer>> = vec![
            Arc::new(Trace),
            Arc::new(StatusFallback::default()),
            Arc::new(Deadline),
            Arc::new(PaymentLock::default()),
            Arc::new(StaleRefundGuard::default()),
            Arc::new(Retry::new(self.max_retries)),
            Arc::new(AttemptTimeout::new(self.attempt_timeout)),
        ];
        chain.extend(self.own);
        chain.push(Arc::new(CatchPanic));
        chain
    }
}

/// A processor with its layers: what a host calls.
pub struct Stack {
    identifier: &'static str,
    processor: Arc<dyn PaymentProcessor>,
    chain: Vec<Arc<dyn Layer>>,
    deadline: Option<Duration>,
    keys: IdempotencyKeys,
    #[cfg(feature = "node")]
    immediate: Vec<Operation>,
}

impl Stack {
    /// Puts `layers` around `processor`.
    #[must_use]
    pub fn new(
        identifier: &'static str,
        processor: Arc<dyn PaymentProcessor>,
        layers: Layers,
    ) -> Self {
        Self {
            identifier,
            deadline: layers.deadline,
            chain: layers.into_chain(),
            keys: IdempotencyKeys::default(),
            // Asked here, so that a panic in it is an error at boot.
            #[cfg(feature = "node")]
            immediate: Operation::ALL
                .into_iter()
                .filter(|operation| processor.is_immediate(*operation))
                .collect(),
            processor,
        }
    }

    /// Returns the identifier under which the processor is registered.
    #[must_use]
    pub fn identifier(&self) -> &'static str {
        self.identifier
    }

    /// Returns how long a call may take, if a host's calls usually may take `usual`.
    #[must_use]
    pub fn deadline_or(&self, usual: Duration) -> Duration {
        self.deadline.unwrap_or(usual)
    }

    /// Whether the processor has this operation: not every one has the optional ones.
    #[cfg(feature = "node")]
    pub(crate) fn has(&self, operation: Operation) -> bool {
        match operation {
            Operation::RetrieveAccountHolder
            | Operation::CreateAccountHolder
            | Operation::UpdateAccountHolder
            | Operation::DeleteAccountHolder => self.processor.account_holders().is_some(),
            Operation::ListPaymentMethods
            | Operation::SavePaymentMethod
            | Operation::DeletePaymentMethod => self.processor.payment_methods().is_some(),
            _ => true,
        }
    }

    /// Returns the processor.
    #[cfg(feature = "node")]
    pub(crate) fn processor(&self) -> &dyn PaymentProcessor {
        self.processor.as_ref()
    }

    /// Whether the processor captures parts of a payment.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn captures_in_parts(&self) -> bool {
        self.processor.captures_in_parts()
    }

    /// Whether the processor says that it answers `operation` without waiting.
    #[cfg(feature = "node")]
    pub(crate) fn is_immediate(&self, operation: Operation) -> bool {
        self.immediate.contains(&operation)
    }

    /// Makes one logical call.
    ///
    /// # Errors
    /// What the processor or a layer returns.
    pub async fn call(&self, request: Request) -> Result<Response> {
        self.call_from(HostCall::default(), request).await
    }

    /// Makes one logical call for a host.
    pub(crate) async fn call_from(&self, host: HostCall, request: Request) -> Result<Response> {
        let processor = self.processor.as_ref();
        let payment_id = request.payment_data().and_then(|data| processor.payment_id(data));
        let limit = self.deadline_or(host.usual_deadline);
        let call = CallContext::begin(self.identifier, payment_id, &request, &self.keys, limit)
            .made_by(host);
        let next = Next { layers: &self.chain, processor };
        let result = next.run(&call, request).await.map_err(|error| match call.was_reached() {
            true => error,
            // The layer that held the call back knows nothing of an attempt that was lost before it.
            false => summed_up(error, &call),
        });
        call.settle(&result);
        result
    }
}

/// Returns the error of a call that ended without an answer: unknown if it may have had an effect.
fn unanswered(call: &CallContext, what: &str, detail: &str) -> PaymentProcessorError {
    let may_have_moved = call.was_reached() && !call.operation().is_read();
    let kind = if may_have_moved { ErrorKind::OutcomeUnknown } else { ErrorKind::Unavailable };
    let error = format!("{} {what}", call.subject());
    PaymentProcessorError::new(kind, error, "", format!("{detail} {}", kind.advice()))
}

#[cfg(test)]
mod testing;
