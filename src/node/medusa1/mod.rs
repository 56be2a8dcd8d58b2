//! Medusa 1: the class `AbstractPaymentProcessor`.
//!
//! `methods` has the names of Medusa's methods and of their parameters. `request` makes a request of their arguments, with
//! `context` for the one that Medusa calls `PaymentProcessorContext`, and `amount` for amounts. `outcome` makes of an answer
//! what Medusa understands and stores.

mod amount;
mod context;
mod methods;
mod outcome;
mod request;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::call::HostCall;
use crate::error::PaymentProcessorError;
use crate::node::boundary::argument::{Argument, Refusal};
use crate::node::boundary::outcome::Outcome;
use crate::node::host::{Host, Method, Service};
use crate::request::{Operation, Request, Response};

/// Medusa 1 as a host.
pub(crate) struct Medusa1;

#[async_trait]
impl Host for Medusa1 {
    fn class_name(&self) -> &'static str {
        "AbstractPaymentProcessor"
    }

    fn mark(&self) -> &'static str {
        "_isPaymentProcessor"
    }

    fn validates_options(&self) -> bool {
        false
    }

    fn methods(&self) -> &'static [Method] {
        &methods::METHODS
    }

    fn at_once(&self) -> Option<(&'static str, Operation)> {
        Some(methods::READ_WEBHOOK_SYNC)
    }

    fn is_left_to_workers(&self, _operation: Operation) -> bool {
        false
    }

    fn usual_deadline(&self) -> Duration {
        HostCall::default().usual_deadline
    }

    async fn serve(
        &self,
        service: &Service,
        operation: Operation,
        arguments: Vec<Argument>,
    ) -> Outcome {
        let provider = Some(Arc::clone(&service.identifier));
        let asked = request::rows(operation, &arguments).and_then(|rows| {
            let host = HostCall { provider, rows, ..HostCall::default() };
            Ok(request_of(service, operation, arguments)?.map(|request| (host, request)))
        });
        match asked {
            Ok(Some((host, request))) => {
                self.outcome(operation, service.stack.call_from(host, request).await)
            }
            Ok(None) => self.outcome(operation, Ok(Response::PaymentMethods(Vec::new()))),
            Err(refusal) => self.refused(operation, refusal),
        }
    }

    fn outcome(
        &self,
        operation: Operation,
        answer: Result<Response, PaymentProcessorError>,
    ) -> Outcome {
        match answer {
            Ok(response) => outcome::success(response),
            // Its type has no error object (`getPaymentStatus(…): Promise<PaymentSessionStatus>`).
            Err(error) if operation == Operation::GetPaymentStatus => {
                Outcome::Error(self.message(operation, &error.to_string()))
            }
            // Nor has this one's: Medusa's route takes what it resolves with for a list. An empty one would tell a shopper that
            // nothing is saved.
            Err(error) if operation == Operation::ListPaymentMethods => outcome::thrown(&error),
            Err(error) if matches!(operation, Operation::ReadWebhook | Operation::PaymentState) => {
                outcome::failure_with_kind(&error)
            }
            Err(error) => outcome::failure(&error),
        }
    }
}

/// Returns the request of a method call; `None` if nothing is saved that could be asked for.
fn request_of(
    service: &Service,
    operation: Operation,
    arguments: Vec<Argument>,
) -> Result<Option<Request>, Refusal> {
    if operation == Operation::ListPaymentMethods {
        let processor = service.stack.processor();
        return request::saved_methods(processor, &service.identifier, arguments);
    }
    request::request(operation, arguments).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz;
    use crate::node::boundary::argument::Parameter;

    #[test]
    fn a_failure_is_an_error_object_from_every_method_whose_type_has_one() {
        for operation in operations() {
            let answer = Err(PaymentProcessorError::refused("", "", ""));
            match (operation, Medusa1.outcome(operation, answer)) {
                (Operation::GetPaymentStatus, Outcome::Error(text)) => {
                    assert!(text.starts_with("medusa-payment-rs: getPaymentStatus: "), "{text}");
                }
                (Operation::ListPaymentMethods, Outcome::MedusaError(text)) => {
                    assert!(text.contains(r#""type":"not_allowed""#), "{text}");
                }
                (Operation::GetPaymentStatus | Operation::ListPaymentMethods, _) => {
                    panic!("not thrown: {operation:?}")
                }
                (_, Outcome::Json(text)) => assert!(text.contains(r#""code":"refused""#), "{text}"),
                _ => panic!("no error: {operation:?}"),
            }
        }
    }

    fn operations() -> impl Iterator<Item = Operation> {
        methods::METHODS.iter().map(|method| method.operation)
    }

    fn argument(parameter: &Parameter, text: &str) -> Argument {
        match parameter {
            Parameter::Json(_) | Parameter::Member(_) => Argument::Json(text.to_owned()),
            Parameter::Number => Argument::Number(text.parse().unwrap_or(f64::NAN)),
            Parameter::Text => Argument::Text(text.to_owned()),
            Parameter::Bytes => Argument::Bytes(text.as_bytes().to_vec()),
        }
    }

    proptest::proptest! {
        #[test]
        fn fuzz_no_argument_crashes_and_what_is_accepted_can_be_stored(
            first in fuzz::json_text(fuzz::with_members(
                serde_json::json!({"amount": 10, "currency_code": "eur", "resource_id": "cart_1"}),
                &["amount", "currency_code", "resource_id", "customer", "context", "paymentSessionData"],
            )),
            second in fuzz::json_text(fuzz::json_value()),
            index in 0..methods::METHODS.len(),
        ) {
            let texts = [first, second];
            let Method { operation, parameters, .. } = methods::METHODS[index];
            let arguments = parameters.iter().zip(&texts);
            let arguments = arguments.map(|(parameter, text)| argument(parameter, text)).collect();
            let Ok(request) = request::request(operation, arguments) else { return Ok(()) };
            let Some(data) = request.payment_data() else { return Ok(()) };
            let Outcome::Json(text) = Medusa1.outcome(operation, Ok(Response::Data(data.clone())))
            else {
                return Err(proptest::test_runner::TestCaseError::fail("no JSON"));
            };
            if !texts.iter().all(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()) {
                // V8 writes no such text. Nothing crashed.
                return Ok(());
            }
            let stored: serde_json::Value = match serde_json::from_str(&text) {
                Ok(stored) => stored,
                // Infinity to JavaScript.
                Err(error) if error.to_string().starts_with("number out of range") => return Ok(()),
                Err(error) => panic!("{error}: {text}"),
            };
            proptest::prop_assert!(stored.is_object() && stored.get("error").is_none(), "{text}");
            proptest::prop_assert!(!text.replace("\\\\", "").contains("\\u0000"), "{text}");
        }
    }
}
