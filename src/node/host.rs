//! What a host wants of the class.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::boundary::argument::{Argument, Parameter, Refusal};
use super::boundary::outcome::Outcome;
use crate::error::PaymentProcessorError;
use crate::layers::Stack;
use crate::request::{Operation, Response};

/// A processor as the store knows it.
#[derive(Clone)]
pub(crate) struct Service {
    /// The identifier of its class.
    pub(crate) identifier: Arc<str>,
    pub(crate) stack: Arc<Stack>,
}

/// A method of a host's class.
pub(crate) struct Method {
    /// Its name in JavaScript.
    pub(crate) name: &'static str,
    pub(crate) operation: Operation,
    pub(crate) parameters: &'static [Parameter],
    /// Whether an instance has it only if its processor does.
    pub(crate) is_optional: bool,
}

impl Method {
    /// Returns a method that every instance has.
    pub(crate) const fn new(
        name: &'static str,
        operation: Operation,
        parameters: &'static [Parameter],
    ) -> Self {
        Self { name, operation, parameters, is_optional: false }
    }

    /// Returns the same method for instances whose processor has it.
    pub(crate) const fn optional(self) -> Self {
        Self { is_optional: true, ..self }
    }
}

/// A host: the methods of its class, and how requests, answers and errors look there.
#[async_trait]
pub(crate) trait Host: Sync {
    /// Returns the name of the class.
    fn class_name(&self) -> &'static str;

    /// Returns the static property by which the host recognizes the class. Its value is true.
    fn mark(&self) -> &'static str;

    /// Whether the class has the static method `validateOptions`, which the host calls before it constructs anything.
    fn validates_options(&self) -> bool;

    /// Returns the methods of the class.
    fn methods(&self) -> &'static [Method];

    /// Returns the name of a method that does the same as another one, but returns or throws its outcome instead of
    /// a promise.
    fn at_once(&self) -> Option<(&'static str, Operation)>;

    /// Whether a call is made on the worker threads even if its processor does not wait, because the rest of it would
    /// cost the event loop more than two changes of threads.
    fn is_left_to_workers(&self, operation: Operation) -> bool;

    /// Returns how long a call may take if the processor does not say so.
    fn usual_deadline(&self) -> Duration;

    /// Serves the call of a method: makes a request of its arguments, and of the processor's answer what the caller gets.
    async fn serve(
        &self,
        service: &Service,
        operation: Operation,
        arguments: Vec<Argument>,
    ) -> Outcome;

    /// Makes what the method's caller gets of an answer that says nothing of its arguments.
    fn outcome(
        &self,
        operation: Operation,
        answer: Result<Response, PaymentProcessorError>,
    ) -> Outcome;

    /// Returns the name of a method in JavaScript.
    fn method_name(&self, operation: Operation) -> &'static str {
        let is_served_by = |method: &&Method| method.operation == operation;
        self.methods().iter().find(is_served_by).map_or(operation.name(), |method| method.name)
    }

    /// Returns the parameters of a method.
    fn parameters(&self, operation: Operation) -> &'static [Parameter] {
        let is_served_by = |method: &&Method| method.operation == operation;
        self.methods().iter().find(is_served_by).map_or(&[], |method| method.parameters)
    }

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
