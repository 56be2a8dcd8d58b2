//! From the arguments of a method to a request.

use super::{amount, context};
use crate::call::Rows;
use crate::error::PaymentProcessorError;
use crate::node::boundary::argument::{Argument, Arguments, Refusal};
use crate::processor::PaymentProcessor;
use crate::request::{Operation, Request};
use crate::types::PaymentProcessorContext;
use crate::webhook::WebhookRequest;

/// Makes the request of a method call.
pub(super) fn request(operation: Operation, arguments: Vec<Argument>) -> Result<Request, Refusal> {
    let mut arguments = Arguments::new(arguments);
    Ok(match operation {
        Operation::InitiatePayment => Request::InitiatePayment(Box::new(context(&mut arguments)?)),
        Operation::UpdatePayment => Request::UpdatePayment(Box::new(context(&mut arguments)?)),
        Operation::AuthorizePayment => Request::AuthorizePayment {
            data: arguments.object("paymentSessionData")?,
            context: arguments.object("context")?,
        },
        Operation::CapturePayment => Request::capture(arguments.object("paymentSessionData")?),
        Operation::RefundPayment => Request::RefundPayment {
            data: arguments.object("paymentSessionData")?,
            amount: amount::refundable("refundAmount", arguments.number("refundAmount")?)?,
        },
        Operation::CancelPayment => {
            Request::CancelPayment { data: arguments.object("paymentSessionData")? }
        }
        Operation::DeletePayment => {
            Request::DeletePayment { data: arguments.object("paymentSessionData")? }
        }
        Operation::RetrievePayment => {
            Request::RetrievePayment { data: arguments.object("paymentSessionData")? }
        }
        Operation::GetPaymentStatus => {
            Request::GetPaymentStatus { data: arguments.object("paymentSessionData")? }
        }
        Operation::UpdatePaymentData => {
            let session_id = arguments.text("sessionId")?;
            let is_json = arguments.next_is_json();
            let data = arguments.object("data").map_err(|refusal| match refusal {
                Refusal::TypeError(text) if is_json => invalid_data(text),
                other => other,
            })?;
            Request::UpdatePaymentData { session_id, data }
        }
        Operation::ReadWebhook => {
            let body = arguments.bytes("rawBody")?;
            Request::ReadWebhook(WebhookRequest::new(body, arguments.headers("headers")?))
        }
        Operation::PaymentState => {
            Request::PaymentState { data: arguments.object("paymentSessionData")? }
        }
        Operation::RetrieveAccountHolder
        | Operation::CreateAccountHolder
        | Operation::UpdateAccountHolder
        | Operation::DeleteAccountHolder
        | Operation::ListPaymentMethods
        | Operation::SavePaymentMethod
        | Operation::DeletePaymentMethod => {
            return Err(Refusal::TypeError("Medusa 1 has no such method".to_owned()));
        }
    })
}

/// Returns what a plugin says of the host's rows: behind the arguments of a refund, what is recorded as refunded of the
/// payment in all. Medusa itself does not say it.
pub(super) fn rows(operation: Operation, arguments: &[Argument]) -> Result<Rows, Refusal> {
    let refunded = match (operation, arguments.get(2)) {
        (Operation::RefundPayment, Some(Argument::Number(number))) => {
            Some(amount::payable("refunded", *number)?)
        }
        _ => None,
    };
    Ok(Rows { refunded, ..Rows::default() })
}

fn context(arguments: &mut Arguments) -> Result<PaymentProcessorContext, Refusal> {
    let json = arguments.object("context")?;
    context::read(&json, arguments.optional_object("paymentIntentOptions")?)
}

/// Returns the request for what is saved for a customer, or nothing if the processor keeps nothing for this one.
pub(super) fn saved_methods(
    processor: &dyn PaymentProcessor,
    provider: &str,
    arguments: Vec<Argument>,
) -> Result<Option<Request>, Refusal> {
    let mut arguments = Arguments::new(arguments);
    let customer = context::customer(&arguments.object("customer")?)?;
    let intent_options = arguments.optional_object("paymentIntentOptions")?;
    let methods = processor.payment_methods();
    let holder = methods.and_then(|it| it.holder_of(provider, &customer, &intent_options));
    Ok(holder.map(|holder| Request::ListPaymentMethods { holder }))
}

/// Refuses what a shopper's browser can send with an answer, because Medusa makes a rejection an HTTP 500.
/// What JSON cannot carry was not sent by a browser, and stays an error of the program.
fn invalid_data(text: String) -> Refusal {
    Refusal::Error(PaymentProcessorError::invalid(
        "The payment session cannot be updated",
        "invalid_data",
        text,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::JsonObject;
    use crate::node::boundary::MAX_DEPTH;

    fn json(text: &str) -> Argument {
        Argument::Json(text.to_owned())
    }

    fn type_error(operation: Operation, arguments: Vec<Argument>) -> String {
        match request(operation, arguments) {
            Err(Refusal::TypeError(text)) => text,
            Err(Refusal::Error(error)) => panic!("an error object: {error}"),
            Ok(request) => panic!("accepted: {request:?}"),
        }
    }

    fn code(operation: Operation, arguments: Vec<Argument>) -> String {
        match request(operation, arguments) {
            Err(Refusal::Error(error)) => error.code().to_owned(),
            Err(Refusal::TypeError(text)) => panic!("a type error: {text}"),
            Ok(request) => panic!("accepted: {request:?}"),
        }
    }

    const CONTEXT: &str = r#"{"amount":10,"currency_code":"eur","resource_id":"cart_1"}"#;

    #[test]
    fn optional_context_fields_may_be_absent_or_null() {
        for text in [
            CONTEXT.to_owned(),
            CONTEXT.replace(
                '}',
                r#","email":null,"customer":null,"billing_address":null,"context":null,"paymentSessionData":null}"#,
            ),
        ] {
            let Ok(Request::InitiatePayment(context)) =
                request(Operation::InitiatePayment, vec![json(&text)])
            else {
                panic!("refused: {text}");
            };
            assert_eq!(context.email, "");
            assert_eq!(context.customer, None);
            assert_eq!(context.payment_session_data, JsonObject::empty());
        }
    }

    #[test]
    fn a_wrong_argument_is_named_with_what_was_expected_and_what_came() {
        let capture = Operation::CapturePayment;
        assert_eq!(
            type_error(capture, vec![Argument::Other("undefined")]),
            "paymentSessionData is missing: expected an object, got undefined"
        );
        assert_eq!(
            type_error(capture, vec![json("[]")]),
            "paymentSessionData must be an object, got an array"
        );
        assert_eq!(
            type_error(Operation::RefundPayment, vec![json("{}"), Argument::Other("a bigint")]),
            "refundAmount must be a number, got a bigint"
        );
        let customer = CONTEXT.replace('}', r#","customer":{"phone":4930}}"#);
        assert_eq!(
            type_error(Operation::InitiatePayment, vec![json(&customer)]),
            "context.customer.phone: expected a string, got an integer"
        );
        for (field, value, text) in [
            ("customer", "[]", "context.customer: expected an object, got an array"),
            ("billing_address", "[]", "context.billing_address: expected an object, got an array"),
            ("billing_address", "5", "context.billing_address: expected an object, got an integer"),
            ("currency_code", "null", "context.currency_code: expected a string, got null"),
        ] {
            let given = CONTEXT
                .replace(r#""currency_code":"eur","#, "")
                .replace('}', &format!(r#","{field}":{value}}}"#));
            let given = match field {
                "currency_code" => given,
                _ => given.replace('{', r#"{"currency_code":"eur","#),
            };
            assert_eq!(type_error(Operation::InitiatePayment, vec![json(&given)]), text);
        }
        assert_eq!(
            type_error(Operation::InitiatePayment, vec![json("{}")]),
            "context.amount is missing: expected a number, got undefined"
        );
    }

    #[test]
    fn a_number_that_is_no_valid_amount_gets_an_error_object() {
        for number in [f64::NAN, f64::INFINITY, 1.5, -1.0, 2_f64.powi(53), 0.0] {
            let arguments = vec![json("{}"), Argument::Number(number)];
            assert_eq!(code(Operation::RefundPayment, arguments), "invalid_amount", "{number}");
        }
        for number in ["null", "1.5", "-1", "9007199254740992", "1e300"] {
            let context = CONTEXT.replace("10", number);
            assert_eq!(
                code(Operation::UpdatePayment, vec![json(&context)]),
                "invalid_amount",
                "{number}"
            );
        }
    }

    #[test]
    fn anything_that_a_browser_can_send_is_answered() {
        let post = |data| vec![Argument::Text("ps_1".into()), data];
        for data in ["null", "[]", "1", "\"x\""] {
            assert_eq!(code(Operation::UpdatePaymentData, post(json(data))), "invalid_data");
        }
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert_eq!(code(Operation::UpdatePaymentData, post(json(&deep))), "invalid_data");
        assert_eq!(code(Operation::UpdatePaymentData, post(Argument::TooDeep)), "invalid_data");
    }

    #[test]
    fn a_thousand_levels_pass_and_ten_thousand_are_refused() {
        let nested = |levels| format!(r#"{{"a":{}1{}}}"#, "[".repeat(levels), "]".repeat(levels));
        assert!(request(Operation::CapturePayment, vec![json(&nested(1000))]).is_ok());
        let text = type_error(Operation::CapturePayment, vec![json(&nested(10_000))]);
        assert!(text.contains("levels deep"), "{text}");
        let brackets = format!(r#"{{"a":"{}\"["}}"#, "[".repeat(10_000));
        assert!(request(Operation::CapturePayment, vec![json(&brackets)]).is_ok());
    }
}
