//! What a host wants of the class.

use super::boundary::argument::{Argument, Parameter, Refusal};
use super::boundary::outcome::Outcome;
use crate::error::PaymentProcessorError;
use crate::request::{Operation, Request, Response};

/// A host: the names and parameters of its methods, and how requests, answers and errors look there.
pub(crate) trait Host: Sync {
    /// Returns the name of the class.
    fn class_name(&self) -> &'static str;

    /// Returns the static property by which the host recognizes the class, if it has one. Its value is true.
    fn mark(&self) -> Option<&'static str>;

    /// Returns the name of a method in JavaScript.
    fn method_name(&self, operation: Operation) -> &'static str;

    /// Returns the parameters of a method.
    fn parameters(&self, operation: Operation) -> &'static [Parameter];

    /// Makes a request of a method's arguments.
    fn request(&self, operation: Operation, arguments: Vec<Argument>) -> Result<Request, Refusal>;

    /// Makes what the method's caller gets of the processor's answer.
    fn outcome(
        &self,
        operation: Operation,
        answer: Result<Response, PaymentProcessorError>,
    ) -> Outcome;

    /// Returns a message that names the method.
    fn message(&self, operation: Operation, text: &str) -> String {
        format!("medusa-payment-rs: {}: {text}", self.method_name(operation))
    }

    /// Returns the outcome of a request that is not passed on to the processor.
    fn refused(&self, operation: Operation, refusal: Refusal) -> Outcome {
        match refusal {
            Refusal::TypeError(text) => Outcome::TypeError(self.message(operation, &text)),
            Refusal::Error(error) => self.outcome(operation, Err(error)),
        }
    }
}
