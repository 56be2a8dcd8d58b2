//! Medusa 2: the class `AbstractPaymentProvider`.
//!
//! `methods` has the names of Medusa's methods. `request` makes a request of the one object that each is called with: `input`
//! reads it, `amount` its decimals, `rows` what Medusa has written of a capture or refund, and `session` what the class has
//! stored itself. `outcome` makes of an answer what Medusa understands, and `merge` what it stores; `webhook` says what it
//! does after an event. `background` goes on with what Medusa does not wait for.

mod amount;
mod background;
mod input;
mod merge;
mod methods;
mod outcome;
mod request;
mod rows;
mod session;
pub(super) mod webhook;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use request::Asked;

use crate::call::HostCall;
use crate::error::{ErrorKind, PaymentProcessorError};
use crate::json::JsonObject;
use crate::node::boundary::argument::{Argument, Arguments};
use crate::node::boundary::outcome::Outcome;
use crate::node::host::{Host, Method, Service};
use crate::request::{Operation, Request, Response};
use crate::types::PaymentProcessorSessionResponse;

/// Medusa 2 as a host.
pub(crate) struct Medusa2;

/// One request of a shopper's can make two calls in a row (a session is replaced: deleted, and started anew), and what
/// stands in front of a store gives up after 20 to 30 s.
const USUAL_DEADLINE: Duration = Duration::from_secs(8);

#[async_trait]
impl Host for Medusa2 {
    fn class_name(&self) -> &'static str {
        "AbstractPaymentProvider"
    }

    fn mark(&self) -> &'static str {
        "_isPaymentProvider"
    }

    fn validates_options(&self) -> bool {
        true
    }

    fn methods(&self) -> &'static [Method] {
        &methods::METHODS
    }

    fn at_once(&self) -> Option<(&'static str, Operation)> {
        None
    }

    /// A capture and a refund merge what they have changed into the payment's data. One after another, captures by `manual`
    /// of 3 KB cost the event loop 1.47 times as much as JSON and a bare round trip in one call, and on the worker threads
    /// 1.27 times.
    fn is_left_to_workers(&self, operation: Operation) -> bool {
        matches!(operation, Operation::CapturePayment | Operation::RefundPayment)
    }

    fn usual_deadline(&self) -> Duration {
        USUAL_DEADLINE
    }

    async fn serve(
        &self,
        service: &Service,
        operation: Operation,
        arguments: Vec<Argument>,
    ) -> Outcome {
        let mut asked = match request::request(operation, &mut Arguments::new(arguments)) {
            Ok(asked) => asked,
            Err(refusal) => return self.refused(operation, refusal),
        };
        let id_of = |data: &JsonObject| service.stack.processor().payment_id(data);
        if let Some(answer) = asked.answer.take() {
            return Outcome::Json(answer);
        }
        let request = match asked.request.take() {
            Some(request) if !is_about_nothing(&request, id_of) => request,
            _ => return outcome::success(Response::Data(asked.stored.clone()), &asked, id_of),
        };
        let host = HostCall {
            usual_deadline: USUAL_DEADLINE,
            rows: asked.rows.clone(),
            provider: Some(Arc::clone(&service.identifier)),
        };
        let unfinished = goes_on(service, operation).then(|| (host.clone(), request.clone()));
        match (service.stack.call_from(host, request).await, unfinished) {
            (Ok(response), _) => outcome::success(response, &asked, id_of),
            (Err(error), Some((host, request))) if operation == Operation::InitiatePayment => {
                match not_started(service, host, request, &error) {
                    Some(session) => outcome::success(Response::Session(session), &asked, id_of),
                    None => self.outcome(operation, Err(error)),
                }
            }
            (Err(error), Some((host, request))) => {
                let payment = id_of(&asked.stored).unwrap_or_default();
                given_up(service, host, request, payment, &asked, error)
            }
            (Err(error), None) => self.outcome(operation, Err(error)),
        }
    }

    fn outcome(
        &self,
        operation: Operation,
        answer: Result<Response, PaymentProcessorError>,
    ) -> Outcome {
        match answer {
            Err(error) => outcome::failure(operation, &error),
            Ok(response) => outcome::success(response, &Asked::of(JsonObject::empty()), |_| None),
        }
    }
}

/// Whether the request gives up a payment that the provider never had.
fn is_about_nothing(request: &Request, id_of: impl Fn(&JsonObject) -> Option<String>) -> bool {
    match request {
        Request::CancelPayment { data } | Request::DeletePayment { data } => id_of(data).is_none(),
        _ => false,
    }
}

/// Whether the work of a failed call goes on after Medusa has its answer.
fn goes_on(service: &Service, operation: Operation) -> bool {
    match operation {
        Operation::CancelPayment | Operation::DeletePayment => true,
        // Repeated with its key, it finds the payment that Medusa does not know.
        Operation::InitiatePayment => service.stack.processor().is_repeatable(operation),
        _ => false,
    }
}

/// Returns what is stored of a payment although its start has failed. If nothing is, what it may have left at the provider
/// is given up.
fn not_started(
    service: &Service,
    host: HostCall,
    request: Request,
    error: &PaymentProcessorError,
) -> Option<PaymentProcessorSessionResponse> {
    if error.kind() != ErrorKind::OutcomeUnknown {
        return None;
    }
    if let Request::InitiatePayment(context) = &request
        && let Some(session) = service.stack.processor().unconfirmed_session(context)
    {
        let (provider, session_id) = (&service.identifier, &context.resource_id);
        tracing::warn!(
            "{provider} has not confirmed the start of {session_id} ({}): the next call for the session finds out \
             whether it took effect",
            error.code()
        );
        return Some(session);
    }
    background::undo(service.clone(), host, request);
    None
}

/// Returns the outcome of a call that gives up a payment and has failed.
fn given_up(
    service: &Service,
    host: HostCall,
    request: Request,
    payment: String,
    asked: &Asked,
    error: PaymentProcessorError,
) -> Outcome {
    let is_cancellation = request.operation() == Operation::CancelPayment;
    let (provider, code) = (&service.identifier, error.code());
    let failure = outcome::failure(request.operation(), &error);
    if !asked.may_go_on || !background::may_pass(&error) {
        if is_cancellation {
            tracing::error!(
                "{provider} did not cancel {payment} ({code}), and Medusa goes on as if it had: money may still be held \
                 or taken for it. {}",
                error.detail()
            );
        }
        return failure;
    }
    if is_cancellation {
        tracing::error!(
            "{provider} has not canceled {payment} yet ({code}); it is tried again for ten minutes"
        );
    } else {
        tracing::warn!(
            "{provider} has not given up {payment} yet ({code}); it is tried again for ten minutes"
        );
    }
    background::finish(service.clone(), host, request, payment);
    if is_cancellation {
        return failure;
    }
    outcome::success(Response::Data(asked.stored.clone()), asked, |_| None)
}
