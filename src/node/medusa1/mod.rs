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

use crate::error::PaymentProcessorError;
use crate::node::boundary::argument::{Argument, Parameter, Refusal};
use crate::node::boundary::outcome::Outcome;
use crate::node::host::Host;
use crate::request::{Operation, Request, Response};

/// Medusa 1 as a host.
pub(crate) struct Medusa1;

impl Host for Medusa1 {
    fn class_name(&self) -> &'static str {
        "AbstractPaymentProcessor"
    }

    fn mark(&self) -> Option<&'static str> {
        Some("_isPaymentProcessor")
    }

    fn method_name(&self, operation: Operation) -> &'static str {
        methods::name(operation)
    }

    fn parameters(&self, operation: Operation) -> &'static [Parameter] {
        methods::parameters(operation)
    }

    fn request(&self, operation: Operation, arguments: Vec<Argument>) -> Result<Request, Refusal> {
        request::request(operation, arguments)
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
            Err(error) if matches!(operation, Operation::ReadWebhook | Operation::PaymentState) => {
                outcome::failure_with_kind(&error)
            }
            Err(error) => outcome::failure(&error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz;

    #[test]
    fn a_failure_is_an_error_object_from_every_method_but_the_status() {
        for operation in Operation::ALL {
            let answer = Err(PaymentProcessorError::refused("", "", ""));
            match Medusa1.outcome(operation, answer) {
                Outcome::Error(text) => {
                    assert_eq!(operation, Operation::GetPaymentStatus);
                    assert!(text.starts_with("medusa-payment-rs: getPaymentStatus: "), "{text}");
                }
                Outcome::Json(text) => {
                    assert_ne!(operation, Operation::GetPaymentStatus);
                    assert!(text.contains(r#""code":"refused""#), "{text}");
                }
                Outcome::Nothing | Outcome::TypeError(_) => panic!("no error: {operation:?}"),
            }
        }
    }

    fn argument(parameter: &Parameter, text: &str) -> Argument {
        match parameter {
            Parameter::Json(_) => Argument::Json(text.to_owned()),
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
            operation in proptest::sample::select(Operation::ALL.to_vec()),
        ) {
            let texts = [first, second];
            let arguments = Medusa1.parameters(operation).iter().zip(&texts);
            let arguments = arguments.map(|(parameter, text)| argument(parameter, text)).collect();
            let Ok(request) = Medusa1.request(operation, arguments) else { return Ok(()) };
            let Some(data) = request.payment_data() else { return Ok(()) };
            let Outcome::Json(text) = Medusa1.outcome(operation, Ok(Response::Data(data.clone())))
            else {
                return Err(proptest::test_runner::TestCaseError::fail("no JSON"));
            };
            let stored: serde_json::Value = serde_json::from_str(&text).unwrap();
            proptest::prop_assert!(stored.is_object() && stored.get("error").is_none(), "{text}");
            proptest::prop_assert!(!text.replace("\\\\", "").contains("\\u0000"), "{text}");
        }
    }
}
